#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "understudy/report/summary.h"

// How windows add up.
namespace understudy::report {

// Latencies of many windows: a histogram with a place for each bucket up to the highest, since
// adding is all that happens to it.
class Tally {
 public:
  void add(const record::Histogram& histogram) {
    const auto& buckets = histogram.buckets();
    if (buckets.empty()) return;
    if (counts_.size() <= buckets.back().first) counts_.resize(buckets.back().first + 1);
    for (const auto& [index, count] : buckets) counts_[index] += count;
  }

  void add(const Tally& other) {
    counts_.resize(std::max(counts_.size(), other.counts_.size()));
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  }

  record::Histogram histogram() const {
    record::Histogram result;
    for (std::uint32_t i = 0; i < counts_.size(); ++i) result.add_bucket(i, counts_[i]);
    return result;
  }

 private:
  std::vector<std::uint64_t> counts_;  // by index
};

// Those of both legs and of their difference.
struct Tallies {
  Tally primary, shadow, slower_by, faster_by;

  void add(const record::Latencies& latencies) {
    primary.add(latencies.primary);
    shadow.add(latencies.shadow);
    slower_by.add(latencies.slower_by);
    faster_by.add(latencies.faster_by);
  }
  void add(const Tallies& other) {
    primary.add(other.primary);
    shadow.add(other.shadow);
    slower_by.add(other.slower_by);
    faster_by.add(other.faster_by);
  }
  record::Latencies latencies() const {
    return {primary.histogram(), shadow.histogram(), slower_by.histogram(), faster_by.histogram()};
  }
};

inline void add_counts(Counts& into, const Counts& from) {
  for (const auto& [reason, count] : from) into[reason] += count;
}

// All but latencies.
template <typename From>
void add_totals(Totals& into, const From& from) {
  into.same += from.same;
  into.different += from.different;
  into.noise += from.noise;
  into.referenced += from.referenced;
  add_counts(into.tainted, from.tainted);
  add_counts(into.shadow_failed, from.shadow_failed);
  add_counts(into.not_compared, from.not_compared);
  into.primary_errors += from.primary_errors;
  into.shadow_errors += from.shadow_errors;
  into.both_errors += from.both_errors;
}

}  // namespace understudy::report
