#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "understudy/record/latencies.h"
#include "understudy/report/latency.h"

namespace understudy::report {

// Latencies or differences of latencies in order, each standing in the middle of its bucket, and
// what can be concluded from them without assuming a distribution.
class Sample {
 public:
  explicit Sample(const record::Histogram& histogram);
  // How much longer the shadow took in each pair; negative where it took less.
  static Sample differences(const record::Latencies& latencies);

  std::uint64_t count() const { return count_; }
  // Everything so many times: what might be seen after so much longer.
  Sample times(std::uint64_t factor) const;

  // Of 0 when empty.
  std::int64_t quantile_us(double q) const;
  // One-sided limits of a quantile, wrong with a chance of at most `alpha`: order statistics, by
  // the binomial distribution (Conover, Practical Nonparametric Statistics, 3rd ed., 3.2). Nothing
  // where not even the least, or the largest, value is one.
  std::optional<std::int64_t> at_least_us(double q, double alpha) const;
  std::optional<std::int64_t> at_most_us(double q, double alpha) const;
  // With both limits, at 95 %.
  Estimate quantile(double q) const;

  // The chance of signed ranks as high as these if the values lay around `middle_us` or lower
  // (Wilcoxon 1945; mid-ranks for ties; for zeros Pratt 1959; the normal distribution, so for some
  // 30 values on).
  double chance_above(double middle_us) const;
  // What the values lie around, by the same ranks (Hodges and Lehmann 1963), with limits at 95 %.
  Estimate middle() const;

  // The same of two samples that are no pairs, of by how much the second lies above the first: the
  // chance of a rank sum as high as this if that were `shift_us` or less (Mann and Whitney 1947;
  // mid-ranks for ties, the normal distribution with a correction for continuity), and how much it
  // is. Of two samples one of which is empty nothing can be said: 1, and 0 without limits.
  static double chance_above(const Sample& first, const Sample& second, double shift_us);
  static Estimate shift(const Sample& first, const Sample& second);

 private:
  struct Bucket {
    std::int64_t value_us;
    std::uint64_t count;
  };
  Sample() = default;
  void add(std::int64_t value_us, std::uint64_t count);
  std::int64_t at(std::uint64_t rank) const;
  double signed_rank_z(double middle_us) const;
  static double rank_sum_z(const Sample& first, const Sample& second, double shift_us);

  std::vector<Bucket> buckets_;  // by value
  std::uint64_t count_ = 0;
};

}  // namespace understudy::report
