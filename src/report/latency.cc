#include "understudy/report/latency.h"

#include <algorithm>
#include <utility>

#include "report/sample.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

// How often an exchange with the shadow may wait for our own backstage, which on a busy machine has
// to wait for a processor: until it is connected, sends, and reads the answer.
constexpr int own_waits = 3;

// How far ahead it is worth saying what is needed.
constexpr std::uint64_t most_needed_times = 64;

// Of the shadow's latencies, so many may be anything for our own waiting: the high percentiles see
// each. Signed ranks stand more than a quarter (Hodges and Lehmann's estimate breaks at 29 %).
constexpr double ignored_by_tails = 0.01;
constexpr double ignored_by_shift = 0.25;

// What own waiting may add to all the other latencies of the shadow: the chance that one of the
// waits is longer than a third of it is at most the sum of their chances.
std::int64_t own_share_us(const record::Histogram& delay, double ignored) {
  return own_waits * delay.quantile_us(1 - ignored / own_waits);
}

// Where most exchanges open a connection the others are the exception.
bool is_mostly_cold(const Totals& totals) {
  return totals.cold_latency.count() > totals.latency.count();
}

const record::Latencies& judged_of(const Totals& totals) {
  return is_mostly_cold(totals) ? totals.cold_latency : totals.latency;
}

// What the shadow takes longer than the primary: by pairs, or in logs that know none by both legs
// as they are.
class Shift {
 public:
  explicit Shift(const record::Latencies& latencies)
      : is_paired_(2 * latencies.pairs() >= latencies.count()),
        differences_(Sample::differences(latencies)),
        primary_(latencies.primary),
        shadow_(latencies.shadow) {}

  const Sample& differences() const { return differences_; }
  const Sample& primary() const { return primary_; }
  const Sample& shadow() const { return shadow_; }
  std::uint64_t count() const {
    return is_paired_ ? differences_.count() : std::min(primary_.count(), shadow_.count());
  }
  Estimate typical() const {
    return is_paired_ ? differences_.middle() : Sample::shift(primary_, shadow_);
  }
  // If the shadow were slower by that, or less.
  double chance_above(double us) const {
    return is_paired_ ? differences_.chance_above(us) : Sample::chance_above(primary_, shadow_, us);
  }
  Shift times(std::uint64_t factor) const {
    auto shift = *this;
    for (auto* const sample : {&shift.differences_, &shift.primary_, &shift.shadow_}) {
      *sample = sample->times(factor);
    }
    return shift;
  }

 private:
  bool is_paired_;
  Sample differences_, primary_, shadow_;
};

// Judges the timings of one shadow.
class Judge {
 public:
  Judge(const LatencyRules& rules, const record::Histogram& delay)
      : rules_(rules),
        own_of_tails_us_(own_share_us(delay, ignored_by_tails)),
        own_of_shift_us_(own_share_us(delay, ignored_by_shift)) {}

  void add(const Totals& totals, Timing& timing) {
    const auto& latencies = judged_of(totals);
    timing.is_cold = is_mostly_cold(totals);
    timing.count = latencies.count();
    timing.cold = totals.cold_latency.count();
    timing.pairs = latencies.pairs();
    const Shift shift(latencies);
    measure(shift, timing);
    timing.shift = shift.typical();
    timing.judged = shift.count();
    if (timing.judged < limits::verdict_min_endpoint_requests) return;
    const auto excess = excess_us(timing);
    looks_.push_back({&latencies, &timing, shift.chance_above(excess),
                      shift.chance_above(excess + static_cast<double>(own_of_shift_us_))});
  }

  // Holm 1979: the least likely first, each against what the ones before have left.
  void judge_shifts() {
    std::sort(looks_.begin(), looks_.end(), [](const Look& a, const Look& b) {
      return a.chance_beside_own < b.chance_beside_own;
    });
    bool holds = true;
    for (std::size_t i = 0; i < looks_.size(); ++i) {
      const auto left = static_cast<double>(looks_.size() - i);
      holds = holds && looks_[i].chance_beside_own * left <= latency_alpha;
      if (holds) {
        looks_[i].timing->percentiles[0].slowness = Slowness::certain;
      } else {
        judge_uncertain(looks_[i]);
      }
    }
  }

 private:
  // One look at a shift.
  struct Look {
    const record::Latencies* latencies;
    Timing* timing;
    double chance;             // of such differences, if the shadow were just as slow as allowed
    double chance_beside_own;  // and all of our own share in them were there
  };

  std::int64_t allowed_us(std::int64_t primary_us) const {
    return std::max(static_cast<std::int64_t>(static_cast<double>(primary_us) * rules_.max_ratio),
                    primary_us + rules_.max_excess.count());
  }

  static const Percentile& median(const Timing& timing) { return timing.percentiles[0]; }
  static double excess_us(const Timing& timing) {
    return static_cast<double>(median(timing).allowed_us - median(timing).primary.value_us);
  }

  void measure(const Shift& shift, Timing& timing) const {
    const auto &primary = shift.primary(), &shadow = shift.shadow();
    constexpr std::array quantiles{0.5, 0.95, 0.99};
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
      const auto q = quantiles.at(i);
      auto& percentile = timing.percentiles.at(i);
      percentile = {q, primary.quantile(q), shadow.quantile(q), shift.differences().quantile(q)};
      percentile.allowed_us = allowed_us(percentile.primary.value_us);
      if (i > 0) judge_tail(primary, shadow, percentile);
    }
  }

  // The least that the shadow's may be against the most that the primary's may be: each is wrong
  // with half of the chance.
  bool is_slower(const Sample& primary, const Sample& shadow, double q, double alpha,
                 std::int64_t own_us) const {
    const auto least = shadow.at_least_us(q, alpha / 2);
    const auto most = primary.at_most_us(q, alpha / 2);
    return least && most && *least - own_us > allowed_us(*most);
  }

  void judge_tail(const Sample& primary, const Sample& shadow, Percentile& percentile) const {
    const auto q = percentile.q;
    const auto alpha = latency_alpha;
    percentile.own_us = own_of_tails_us_;
    if (is_slower(primary, shadow, q, alpha, own_of_tails_us_)) {
      percentile.slowness = Slowness::certain;
    } else if (is_slower(primary, shadow, q, alpha, 0)) {
      percentile.slowness = Slowness::own;
    } else if (is_slower(primary, shadow, q, latency_suspicion, own_of_tails_us_)) {
      percentile.slowness = Slowness::suspected;
      percentile.needed_times = first_factor([&](std::uint64_t factor) {
        return is_slower(primary.times(factor), shadow.times(factor), q, alpha, own_of_tails_us_);
      });
    }
  }

  void judge_uncertain(const Look& look) const {
    const auto looks = static_cast<double>(looks_.size());
    auto& percentile = look.timing->percentiles[0];
    percentile.own_us = own_of_shift_us_;
    if (look.chance * looks <= latency_alpha) {
      percentile.slowness = Slowness::own;
    } else if (look.chance_beside_own * looks <= latency_suspicion) {
      percentile.slowness = Slowness::suspected;
      const Shift shift(*look.latencies);
      const auto excess = excess_us(*look.timing) + static_cast<double>(own_of_shift_us_);
      percentile.needed_times = first_factor([&](std::uint64_t factor) {
        return shift.times(factor).chance_above(excess) * looks <= latency_alpha;
      });
    }
  }

  template <typename Holds>
  static std::uint64_t first_factor(Holds holds) {
    for (std::uint64_t factor = 2; factor <= most_needed_times; factor *= 2) {
      if (holds(factor)) return factor;
    }
    return 0;
  }

  const LatencyRules rules_;
  const std::int64_t own_of_tails_us_;
  const std::int64_t own_of_shift_us_;
  std::vector<Look> looks_;
};

}  // namespace

std::string_view name(Slowness slowness) {
  switch (slowness) {
    case Slowness::none:
      return "none";
    case Slowness::suspected:
      return "suspected";
    case Slowness::own:
      return "own";
    case Slowness::certain:
      return "certain";
  }
  return "none";
}

Timings time(const Summary& summary, const LatencyRules& rules) {
  Timings timings;
  timings.shadows.resize(summary.shadows.size());
  timings.endpoints.resize(summary.endpoints.size());
  for (std::size_t i = 0; i < summary.shadows.size(); ++i) {
    const auto& shadow = summary.shadows[i];
    Judge judge(rules, shadow.backstage_delay);
    judge.add(shadow.totals, timings.shadows[i]);
    for (std::size_t k = 0; k < summary.endpoints.size(); ++k) {
      const auto& endpoint = summary.endpoints[k];
      if (endpoint.shadow == shadow.name) judge.add(endpoint.totals, timings.endpoints[k]);
    }
    judge.judge_shifts();
  }
  return timings;
}

}  // namespace understudy::report
