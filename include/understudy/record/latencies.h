#pragma once

#include <cstdint>

#include "understudy/record/histogram.h"

namespace understudy::record {

// How long exchanges took that both legs answered: each leg by itself, and the two of each exchange
// in comparison, since what makes a request slow makes both legs slow.
struct Latencies {
  Histogram primary;
  Histogram shadow;
  // How much longer than the primary the shadow took where it did, or took as long; and how much
  // shorter where it did. Together as many as each leg has, in logs that know pairs.
  Histogram slower_by;
  Histogram faster_by;

  void add(std::int64_t primary_us, std::int64_t shadow_us) {
    primary.add(primary_us);
    shadow.add(shadow_us);
    if (shadow_us < primary_us) {
      faster_by.add(primary_us - shadow_us);
    } else {
      slower_by.add(shadow_us - primary_us);
    }
  }
  void merge(const Latencies& other) {
    primary.merge(other.primary);
    shadow.merge(other.shadow);
    slower_by.merge(other.slower_by);
    faster_by.merge(other.faster_by);
  }
  // Exchanges, and those of which the difference is known.
  std::uint64_t count() const { return primary.count(); }
  std::uint64_t pairs() const { return slower_by.count() + faster_by.count(); }
};

}  // namespace understudy::record
