#pragma once

#include <cstddef>

namespace understudy::support {

// What this process holds: open descriptors, and bytes on the heap that C++ allocated (all of ours;
// counted by the operators of support/belongings.cc).
struct Belongings {
  std::size_t descriptors = 0;
  std::size_t bytes = 0;
  static Belongings now();
};

// The most bytes that were held since the last call.
std::size_t take_peak_bytes();

}  // namespace understudy::support
