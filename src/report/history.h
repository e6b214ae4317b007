#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "report/tally.h"
#include "understudy/report/summary.h"

namespace understudy::report {

// One shadow's windows over time, in stretches that begin at multiples of their length. Windows may
// come in any order: the length is the shortest of limits::window_period times a power of two with
// which limits::timeline_buckets suffice.
class History {
 public:
  void add(WallTime at, const record::EndpointCounts& counts);

  Duration length() const;
  std::vector<Stretch> stretches() const;

 private:
  struct Sums {
    Totals totals;  // without latencies
    Tallies latency;
  };
  void double_length();
  std::map<std::int64_t, Sums> sums_;  // by number since the epoch
  unsigned doublings_ = 0;
};

}  // namespace understudy::report
