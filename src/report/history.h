#pragma once

#include <vector>

#include "report/tally.h"
#include "report/time_buckets.h"
#include "understudy/report/summary.h"

namespace understudy::report {

// One shadow's windows over time.
class History {
 public:
  void add(WallTime at, const record::EndpointCounts& counts);

  Duration length() const { return sums_.length(); }
  // Those without a window, too.
  std::vector<Stretch> stretches() const;

 private:
  struct Sums {
    Totals totals;  // without latencies
    Tallies latency;

    Sums& operator+=(const Sums& other) {
      add_totals(totals, other.totals);
      latency.add(other.latency);
      return *this;
    }
  };
  TimeBuckets<Sums> sums_;
};

}  // namespace understudy::report
