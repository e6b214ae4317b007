#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace understudy::bench {

// Every latency of a run in whole microseconds, exact, with room for all of them from the start.
class Latencies {
 public:
  explicit Latencies(std::size_t most) { values_.reserve(most); }

  void add(std::chrono::nanoseconds latency) {
    const auto us = std::chrono::round<std::chrono::microseconds>(latency).count();
    const std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    values_.push_back(static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, most)));
  }
  std::size_t count() const { return values_.size(); }

  // No more are added from now on.
  void sort() { std::sort(values_.begin(), values_.end()); }
  // The smallest value that at least this share of all does not exceed; 0 of none. 1 is the worst.
  std::uint32_t at(double share) const {
    if (values_.empty()) return 0;
    const auto rank = std::ceil(share * static_cast<double>(values_.size()));
    return values_[std::max<std::size_t>(static_cast<std::size_t>(rank), 1) - 1];
  }

 private:
  std::vector<std::uint32_t> values_;
};

}  // namespace understudy::bench
