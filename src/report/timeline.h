#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "understudy/report/summary.h"

namespace understudy::report {

// Counts over time: at most limits::timeline_buckets stretches of one length, which begin at
// multiples of it. What comes first or last in time does not matter: the length is the shortest of
// limits::window_period times a power of two that suffices.
class Timeline {
 public:
  // Number since the epoch and count, in order.
  using Buckets = std::vector<std::pair<std::int64_t, std::uint64_t>>;

  void add(WallTime at, std::uint64_t count);

  unsigned scale() const { return scale_; }  // the power
  // Requires: at least scale().
  Buckets at(unsigned scale) const;

 private:
  Buckets buckets_;
  unsigned scale_ = 0;
};

// The life of a signature, by when it was seen and when its endpoint was compared. Its rate is what
// it was seen with after the first time; new, over or back again is only what at that rate would
// look so by chance less often than limits::life_chance.
//
// Requires: every count of `seen` is one of `compared`, too, at the same time.
Life life_of(const Timeline& seen, const Timeline& compared);

}  // namespace understudy::report
