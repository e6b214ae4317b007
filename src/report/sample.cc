#include "report/sample.h"

#include <algorithm>
#include <cmath>

namespace understudy::report {

namespace {

// 97.5 % of a normal distribution lie below.
constexpr double z95 = 1.959963984540054;
constexpr double tail95 = 0.025;
// Up to this variance the binomial distribution is summed up; beyond it the normal one says the
// same to within a rank or two of hundreds.
constexpr double most_summed_variance = 10'000;
// So many standard deviations below the middle there is nothing to sum up.
constexpr double reach = 12;
// More of one value nobody has seen; counts of a log that was made up must not overflow.
constexpr std::uint64_t most_counted = std::uint64_t{1} << 40;
// Rounding makes no difference between ranks.
constexpr double rounding = 1e-9;

// What stands for the values of a bucket, as in Histogram::quantile_us.
std::int64_t middle_us(std::uint32_t index) {
  using record::Histogram;
  const auto lowest = Histogram::lowest_us(index);
  return lowest + (Histogram::lowest_us(index + 1) - lowest) / 2;
}

double as_double(std::uint64_t count) {
  return static_cast<double>(count);
}

// 1 - alpha of a normal distribution lie below: the root of its upper tail, by bisection.
double normal_quantile(double alpha) {
  double low = 0, high = 40;
  for (int i = 0; i < 60; ++i) {
    const auto middle = (low + high) / 2;
    (std::erfc(middle / std::sqrt(2.0)) / 2 > alpha ? low : high) = middle;
  }
  return high;
}

// The largest rank whose value lies above the quantile `q` of what `n` values were drawn from with
// a chance of at most `alpha`; 0: there is none.
std::uint64_t rank_below(std::uint64_t n, double q, double alpha) {
  const auto middle = as_double(n) * q;
  const auto deviation = std::sqrt(middle * (1 - q));
  if (deviation * deviation > most_summed_variance) {
    return static_cast<std::uint64_t>(
        std::max(0.0, std::floor(middle - normal_quantile(alpha) * deviation)));
  }
  auto hits = std::max(0.0, std::floor(middle - reach * deviation - reach));
  const auto misses = as_double(n) - hits;
  auto chance = std::exp(std::lgamma(as_double(n) + 1) - std::lgamma(hits + 1) -
                         std::lgamma(misses + 1) + hits * std::log(q) + misses * std::log1p(-q));
  auto sum = chance;
  while (sum <= alpha && hits < as_double(n)) {
    chance *= (as_double(n) - hits) / (hits + 1) * q / (1 - q);
    sum += chance;
    ++hits;
  }
  return static_cast<std::uint64_t>(hits);
}

// The least value, in whole microseconds, for which the ranks lie below `z`: they fall from `low`
// to `high`.
template <typename Ranks>
std::int64_t first_below(double z, std::int64_t low, std::int64_t high, const Ranks& ranks) {
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (ranks(static_cast<double>(middle)) < z ? high : low) = middle;
  }
  return high;
}

// What the values lie around by their ranks, with limits where ranks can lie that high at all.
template <typename Ranks>
Estimate estimate_between(std::int64_t low, std::int64_t high, const Ranks& ranks) {
  const auto below = [&](double z) { return first_below(z, low, high, ranks); };
  const auto first = below(rounding), last = below(-rounding) - 1;
  Estimate estimate{first + (last - first) / 2, {}, {}};
  if (ranks(static_cast<double>(low)) > z95 && ranks(static_cast<double>(high)) < -z95) {
    estimate.low_us = below(z95 + rounding);
    estimate.high_us = below(-z95 - rounding) - 1;
  }
  return estimate;
}

}  // namespace

Sample::Sample(const record::Histogram& histogram) {
  for (const auto& [index, count] : histogram.buckets()) {
    add(middle_us(index), count);
  }
}

Sample Sample::differences(const record::Latencies& latencies) {
  Sample sample;
  const auto& shorter = latencies.faster_by.buckets();
  for (auto bucket = shorter.rbegin(); bucket != shorter.rend(); ++bucket) {
    sample.add(-middle_us(bucket->first), bucket->second);
  }
  for (const auto& [index, count] : latencies.slower_by.buckets()) {
    sample.add(middle_us(index), count);
  }
  return sample;
}

void Sample::add(std::int64_t value_us, std::uint64_t count) {
  buckets_.push_back({value_us, std::min(count, most_counted)});
  count_ += buckets_.back().count;
}

Sample Sample::times(std::uint64_t factor) const {
  auto sample = *this;
  for (auto& bucket : sample.buckets_) bucket.count *= factor;
  sample.count_ *= factor;
  return sample;
}

std::int64_t Sample::at(std::uint64_t rank) const {
  std::uint64_t seen = 0;
  for (const auto& bucket : buckets_) {
    seen += bucket.count;
    if (seen >= rank) return bucket.value_us;
  }
  return 0;
}

std::int64_t Sample::quantile_us(double q) const {
  return at(
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(q * as_double(count_)))));
}

std::optional<std::int64_t> Sample::at_least_us(double q, double alpha) const {
  const auto rank = rank_below(count_, q, alpha);
  if (rank == 0) return std::nullopt;
  return at(rank);
}

// Counted from the largest value, the quantile is 1 - q.
std::optional<std::int64_t> Sample::at_most_us(double q, double alpha) const {
  const auto rank = rank_below(count_, 1 - q, alpha);
  if (rank == 0) return std::nullopt;
  return at(count_ + 1 - rank);
}

Estimate Sample::quantile(double q) const {
  if (count_ == 0) return {};
  return {quantile_us(q), at_least_us(q, tail95), at_most_us(q, tail95)};
}

// How many standard deviations the ranks of values above `middle_us` lie over what they are where
// the values lie around it as often as not. The ranks themselves give the variance, so that ties
// need no correction of their own.
double Sample::signed_rank_z(double middle_us) const {
  const auto distance = [middle_us](const Bucket& bucket) {
    return std::abs(static_cast<double>(bucket.value_us) - middle_us);
  };
  auto above = std::lower_bound(buckets_.begin(), buckets_.end(), middle_us,
                                [](const Bucket& bucket, double value) {
                                  return static_cast<double>(bucket.value_us) < value;
                                });
  auto below = std::make_reverse_iterator(above);
  double ranked = 0, excess = 0, variance = 0;
  while (above != buckets_.end() || below != buckets_.rend()) {
    const bool is_above = above != buckets_.end();
    const bool is_below = below != buckets_.rend();
    const auto nearest = !is_below   ? distance(*above)
                         : !is_above ? distance(*below)
                                     : std::min(distance(*above), distance(*below));
    double more = 0, less = 0;
    if (is_above && distance(*above) == nearest) more = as_double((above++)->count);
    if (is_below && distance(*below) == nearest) less = as_double((below++)->count);
    const auto rank = ranked + (more + less + 1) / 2;
    ranked += more + less;
    if (nearest == 0) continue;
    excess += (more - less) * rank / 2;
    variance += (more + less) * rank * rank / 4;
  }
  return variance == 0 ? 0 : excess / std::sqrt(variance);
}

double Sample::chance_above(double middle_us) const {
  return std::erfc(signed_rank_z(middle_us) / std::sqrt(2.0)) / 2;
}

Estimate Sample::middle() const {
  if (count_ == 0) return {};
  return estimate_between(buckets_.front().value_us - 1, buckets_.back().value_us + 1,
                          [this](double middle_us) { return signed_rank_z(middle_us); });
}

// How many standard deviations the ranks of the second sample, less the shift, lie over what they
// are where both lie around the same.
double Sample::rank_sum_z(const Sample& first, const Sample& second, double shift_us) {
  const auto n = as_double(first.count_), m = as_double(second.count_), all = n + m;
  const auto moved = [&](const Bucket& bucket) {
    return static_cast<double>(bucket.value_us) - shift_us;
  };
  auto left = first.buckets_.begin();
  auto right = second.buckets_.begin();
  double ranked = 0, rank_sum = 0, ties = 0;
  while (left != first.buckets_.end() || right != second.buckets_.end()) {
    const bool has_left = left != first.buckets_.end(), has_right = right != second.buckets_.end();
    const auto least = !has_right  ? static_cast<double>(left->value_us)
                       : !has_left ? moved(*right)
                                   : std::min(static_cast<double>(left->value_us), moved(*right));
    double of_first = 0, of_second = 0;
    if (has_left && static_cast<double>(left->value_us) == least) {
      of_first = as_double((left++)->count);
    }
    if (has_right && moved(*right) == least) of_second = as_double((right++)->count);
    const auto tied = of_first + of_second;
    rank_sum += of_second * (ranked + (tied + 1) / 2);
    ties += tied * tied * tied - tied;
    ranked += tied;
  }
  const auto excess = rank_sum - m * (m + 1) / 2 - n * m / 2;
  const auto variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
  if (variance <= 0) return 0;
  const auto continuity = std::min(0.5, std::abs(excess));
  return (excess - std::copysign(continuity, excess)) / std::sqrt(variance);
}

double Sample::chance_above(const Sample& first, const Sample& second, double shift_us) {
  if (first.count_ == 0 || second.count_ == 0) return 1;
  return std::erfc(rank_sum_z(first, second, shift_us) / std::sqrt(2.0)) / 2;
}

Estimate Sample::shift(const Sample& first, const Sample& second) {
  if (first.count_ == 0 || second.count_ == 0) return {};
  return estimate_between(second.buckets_.front().value_us - first.buckets_.back().value_us - 1,
                          second.buckets_.back().value_us - first.buckets_.front().value_us + 1,
                          [&](double us) { return rank_sum_z(first, second, us); });
}

}  // namespace understudy::report
