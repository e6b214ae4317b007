#pragma once

#include <cstdint>

#include "report/time_buckets.h"
#include "understudy/report/summary.h"

namespace understudy::report {

// Counts over time.
class Timeline {
 public:
  using Buckets = TimeBuckets<std::uint64_t>::Buckets;

  void add(WallTime at, std::uint64_t count) {
    if (count != 0) counts_.at(at) += count;
  }

  void add(const Timeline& other) { counts_ += other.counts_; }

  unsigned scale() const { return counts_.scale(); }
  // Requires: at least scale().
  Buckets at(unsigned scale) const;

 private:
  TimeBuckets<std::uint64_t> counts_;
};

// The life of a signature, by when it was seen and when its endpoint was compared. Its rate is what
// it was seen with after the first time; new, over or back again is only what at that rate would
// look so by chance less often than limits::life_chance.
//
// Requires: every count of `seen` is one of `compared`, too, at the same time.
Life life_of(const Timeline& seen, const Timeline& compared);

}  // namespace understudy::report
