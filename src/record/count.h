#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace understudy::record {

// The largest count: records have signed integers, as most readers of JSON do.
constexpr std::uint64_t max_count = std::numeric_limits<std::int64_t>::max();

// A sum of whatever a log says stays at the largest count instead of beginning anew.
inline void add_count(std::uint64_t& sum, std::uint64_t more) {
  sum = std::min(sum, max_count);
  sum += std::min(more, max_count - sum);
}

}  // namespace understudy::record
