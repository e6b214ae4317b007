#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/base/limits.h"

namespace understudy::report {

// Sums over time: at most limits::timeline_buckets stretches of one length, which begin at
// multiples of it. What comes first or last in time does not matter: the length is the shortest of
// limits::window_period times a power of two that suffices.
//
// `Sum` begins empty, and `+=` adds another one.
template <typename Sum>
class TimeBuckets {
 public:
  // Number since the epoch and sum, in order.
  using Buckets = std::vector<std::pair<std::int64_t, Sum>>;

  // The sum of the stretch that this moment is in, to be added to before the next call.
  Sum& at(WallTime moment) {
    auto number = number_of(moment);
    place_of(number);
    constexpr auto most = static_cast<std::int64_t>(limits::timeline_buckets);
    while (buckets_.back().first - buckets_.front().first >= most) {
      buckets_ = coarser(std::move(buckets_));
      ++scale_;
      number = floor_half(number);
    }
    return place_of(number);
  }

  TimeBuckets& operator+=(const TimeBuckets& other) {
    for (const auto& [number, sum] : other.buckets_) {
      at(WallTime(other.length() * number)) += sum;
    }
    return *this;
  }

  const Buckets& buckets() const { return buckets_; }
  // The power.
  unsigned scale() const { return scale_; }
  Duration length() const { return limits::window_period * (std::int64_t{1} << scale_); }

  static Buckets coarser(Buckets buckets) {
    Buckets result;
    for (auto& [number, sum] : buckets) {
      const auto half = floor_half(number);
      if (result.empty() || result.back().first != half) {
        result.emplace_back(half, std::move(sum));
      } else {
        result.back().second += sum;
      }
    }
    return result;
  }

 private:
  // Rounded down, before the epoch as well.
  static std::int64_t floor_half(std::int64_t number) {
    return number >= 0 ? number / 2 : (number - 1) / 2;
  }

  std::int64_t number_of(WallTime moment) const {
    const auto since = moment.time_since_epoch();
    const bool is_before = since % limits::window_period < Duration::zero();
    std::int64_t number = since / limits::window_period - (is_before ? 1 : 0);
    for (unsigned i = 0; i < scale_; ++i) number = floor_half(number);
    return number;
  }

  Sum& place_of(std::int64_t number) {
    auto place = std::lower_bound(
        buckets_.begin(), buckets_.end(), number,
        [](const auto& bucket, std::int64_t wanted) { return bucket.first < wanted; });
    if (place == buckets_.end() || place->first != number) {
      place = buckets_.emplace(place, number, Sum());
    }
    return place->second;
  }

  Buckets buckets_;
  unsigned scale_ = 0;
};

}  // namespace understudy::report
