#include "understudy/report/latency.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include <doctest/doctest.h>

#include "report/sample.h"

using namespace understudy;
using namespace understudy::report;

namespace {

// What a leg took beside what the request itself took, in microseconds.
struct Play {
  double scale_us = 100'000;
  double spread = 0.4;      // of what is common to both legs, as the sigma of a lognormal
  double own_spread = 0.2;  // of what each leg adds by itself
  double shadow_times = 1;
  double stall_us = 0;  // now and then, on either leg
  double memory = 0;    // how much of a leg's luck the next exchange has, too
};

// Latencies of `count` exchanges. The generator's numbers are the same everywhere, the
// distributions of the standard library are not.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : generator_(seed) {}

  double uniform() { return (static_cast<double>(generator_()) + 0.5) / 4'294'967'296.0; }
  double normal() {  // Box and Muller
    constexpr double turn = 6.283185307179586;
    return std::sqrt(-2 * std::log(uniform())) * std::cos(turn * uniform());
  }

  record::Latencies latencies(std::size_t count, const Play& play) {
    record::Latencies result;
    double primary_luck = normal(), shadow_luck = normal();
    for (std::size_t i = 0; i < count; ++i) {
      const auto common = play.scale_us * std::exp(play.spread * normal());
      const auto fresh = std::sqrt(1 - play.memory * play.memory);
      primary_luck = play.memory * primary_luck + fresh * normal();
      shadow_luck = play.memory * shadow_luck + fresh * normal();
      const auto took = [&](double luck) {
        const auto stall = uniform() < 0.03 ? play.stall_us / uniform() : 0;  // no mean at all
        return common * std::exp(play.own_spread * luck) + std::min(stall, 60e6);
      };
      const auto primary = took(primary_luck), shadow = play.shadow_times * took(shadow_luck);
      result.add(static_cast<std::int64_t>(primary), static_cast<std::int64_t>(shadow));
    }
    return result;
  }

 private:
  std::mt19937 generator_;
};

Summary summary_of(const std::vector<record::Latencies>& endpoints) {
  Summary summary;
  summary.shadows.resize(1);
  for (const auto& latency : endpoints) {
    Endpoint endpoint;
    endpoint.totals.latency = latency;
    summary.shadows[0].totals.latency.merge(latency);
    summary.endpoints.push_back(std::move(endpoint));
  }
  return summary;
}

std::uint64_t slow(const Timing& timing, Slowness slowness) {
  return static_cast<std::uint64_t>(
      std::count_if(timing.percentiles.begin(), timing.percentiles.end(),
                    [&](const auto& each) { return each.slowness == slowness; }));
}

// Rules without any allowance, so that the statistics stand alone.
constexpr LatencyRules strict{1.0, Duration{}};

// In how many of `plays` the signed ranks say with that chance that the shadow is slower.
std::size_t alarms(std::size_t plays, std::size_t pairs, const Play& play, double alpha) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < plays; ++i) {
    const auto latencies = Dice(static_cast<std::uint32_t>(i + 1)).latencies(pairs, play);
    if (Sample::differences(latencies).chance_above(0) <= alpha) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("latency: legs that are alike are told apart no oftener than alpha says") {
  Play usual, heavy;
  heavy.stall_us = 200'000;
  for (const auto& play : {usual, heavy}) {
    // Of 2000 plays 5 % are 100, give or take 20; Wilson's limits are wide enough at 130.
    CHECK(alarms(2000, 300, play, 0.05) <= 130);
    CHECK(alarms(2000, 30, play, 0.05) <= 130);
    CHECK(alarms(2000, 300, play, 0.001) <= 8);
  }
}

TEST_CASE("latency: a fifth more is seen in 300 pairs, whatever requests have in common") {
  Play slower;
  slower.shadow_times = 1.2;
  CHECK(alarms(200, 300, slower, 0.001) == 200);
  slower.spread = 2;  // by which one request takes fifty times as long as another
  CHECK(alarms(200, 300, slower, 0.001) == 200);
  slower.stall_us = 200'000;
  CHECK(alarms(200, 300, slower, 0.001) >= 190);
}

TEST_CASE("latency: equal legs are not slow by any rule, on a bad day either") {
  Play lucky, heavy;
  lucky.memory = 0.5;
  heavy.memory = 0.3;
  heavy.stall_us = 500'000;
  for (const auto& play : {Play{}, lucky, heavy}) {
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
      Dice dice(seed);
      std::vector<record::Latencies> endpoints;
      for (int i = 0; i < 20; ++i) endpoints.push_back(dice.latencies(200, play));
      const auto timings = time(summary_of(endpoints), {});
      CHECK(slow(timings.shadows[0], Slowness::certain) == 0);
      for (const auto& timing : timings.endpoints) {
        CHECK(timing.percentiles[0].slowness == Slowness::none);
      }
    }
  }
}

// Who waits for a verdict looks again and again; the shadow is just as slow as these rules allow.
// Of 1000 plays with 40 looks one is called slow.
TEST_CASE("latency: legs that are alike stay so at every look") {
  std::size_t alarms = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    Dice dice(seed);
    record::Latencies sum;
    bool is_called_slow = false;
    for (int look = 0; look < 20; ++look) {
      sum.merge(dice.latencies(50, {}));
      const auto timings = time(summary_of({sum}), strict);
      is_called_slow |= slow(timings.shadows[0], Slowness::certain) +
                            slow(timings.endpoints[0], Slowness::certain) !=
                        0;
    }
    if (is_called_slow) ++alarms;
  }
  CHECK(alarms <= 2);
}

TEST_CASE("latency: one slow endpoint of twenty is named, the others are not") {
  Play slower;
  slower.shadow_times = 1.5;
  Dice dice(5);
  std::vector<record::Latencies> endpoints;
  for (int i = 0; i < 20; ++i) endpoints.push_back(dice.latencies(100, i == 7 ? slower : Play{}));

  const auto timings = time(summary_of(endpoints), {});

  for (std::size_t i = 0; i < 20; ++i) {
    CAPTURE(i);
    CHECK((timings.endpoints[i].percentiles[0].slowness == Slowness::certain) == (i == 7));
  }
  const auto& shift = timings.endpoints[7].shift;
  CHECK(shift.low_us.value() > 25'000);
  CHECK(shift.low_us.value() < shift.value_us);
  CHECK(shift.high_us.value() > shift.value_us);
}

TEST_CASE("latency: looking at many endpoints asks for more of each") {
  Play slower;
  slower.shadow_times = 1.1;
  const auto play_of = [&](std::uint32_t seed) { return Dice(seed).latencies(60, slower); };
  const auto chance_of = [&](std::uint32_t seed) {
    return Sample::differences(play_of(seed)).chance_above(0);
  };
  // A play that is enough for one look beside that at all of the shadow, but not for fifty.
  std::uint32_t seed = 1;
  while (chance_of(seed) > latency_alpha / 3 || chance_of(seed) < latency_alpha / 20) ++seed;
  const auto one = play_of(seed);
  std::vector<record::Latencies> many{one};
  Dice dice(2);
  while (many.size() < 50) many.push_back(dice.latencies(60, {}));

  CHECK(time(summary_of({one}), strict).endpoints[0].percentiles[0].slowness == Slowness::certain);
  CHECK(time(summary_of(many), strict).endpoints[0].percentiles[0].slowness == Slowness::suspected);
}

TEST_CASE("latency: a suspicion says how many times as much would settle it") {
  Play slower;
  slower.shadow_times = 1.33;
  const auto timings = time(summary_of({Dice(3).latencies(60, slower)}), {});
  const auto& median = timings.endpoints[0].percentiles[0];
  REQUIRE(median.slowness == Slowness::suspected);
  CHECK(median.needed_times >= 2);
  CHECK(median.needed_times <= 8);
}

TEST_CASE("latency: fewer pairs than the ranks need say nothing") {
  Play slower;
  slower.shadow_times = 3;
  const auto few =
      time(summary_of({Dice(1).latencies(limits::verdict_min_endpoint_requests - 1, slower)}), {});
  const auto enough =
      time(summary_of({Dice(1).latencies(limits::verdict_min_endpoint_requests, slower)}), {});
  CHECK(few.endpoints[0].percentiles[0].slowness == Slowness::none);
  CHECK(enough.endpoints[0].percentiles[0].slowness == Slowness::certain);
}

TEST_CASE("latency: a tail is judged by its limits, so by few it is not") {
  // One in twenty takes half a second longer: the median knows nothing of it.
  const auto with_tail = [](std::size_t count) {
    Dice dice(4);
    record::Latencies latencies;
    for (std::size_t i = 0; i < count; ++i) {
      const auto took = static_cast<std::int64_t>(20'000 + 10'000 * dice.uniform());
      latencies.add(took, took + (i % 20 == 7 ? 500'000 : 0));
    }
    return time(summary_of({latencies}), {}).shadows[0];
  };
  CHECK(slow(with_tail(100), Slowness::certain) == 0);
  const auto many = with_tail(4000);
  CHECK(many.percentiles[2].slowness == Slowness::certain);
  CHECK(many.percentiles[0].slowness == Slowness::none);
}

TEST_CASE("latency: what may be our own waiting is not laid to the shadow") {
  Play slower;
  slower.shadow_times = 1.5;
  auto summary = summary_of({Dice(1).latencies(300, slower)});
  summary.shadows[0].backstage_delay.add_bucket(record::Histogram::index_of(30'000), 300);
  const auto timings = time(summary, {});
  CHECK(timings.endpoints[0].percentiles[0].slowness == Slowness::own);
  CHECK(timings.endpoints[0].percentiles[0].own_us > 80'000);
}

TEST_CASE("latency: own waiting of a few hides no endpoint that is slow, and makes none") {
  Play slower;
  slower.shadow_times = 1.5;
  auto waiting = Dice(2).latencies(225, {});
  for (int i = 0; i < 75; ++i) waiting.add(100'000, 100'000 + 900'000);
  auto summary = summary_of({Dice(1).latencies(300, slower), waiting});
  auto& delay = summary.shadows[0].backstage_delay;
  delay.add_bucket(record::Histogram::index_of(100), 560);
  delay.add_bucket(record::Histogram::index_of(300'000), 40);

  const auto timings = time(summary, {});

  CHECK(timings.endpoints[0].percentiles[0].slowness == Slowness::certain);
  CHECK(timings.endpoints[1].percentiles[0].slowness == Slowness::none);
}

TEST_CASE("latency: connections that were opened count only where most exchanges do so") {
  Play slower;
  slower.shadow_times = 2;
  auto summary = summary_of({Dice(1).latencies(200, {})});
  auto& totals = summary.endpoints[0].totals;
  totals.cold_latency = Dice(2).latencies(100, slower);

  const auto warm = time(summary, {}).endpoints[0];
  CHECK_FALSE(warm.is_cold);
  CHECK(warm.cold == 100);
  CHECK(warm.percentiles[0].slowness == Slowness::none);

  totals.cold_latency.merge(Dice(3).latencies(200, slower));
  const auto cold = time(summary, {}).endpoints[0];
  CHECK(cold.is_cold);
  CHECK(cold.pairs == 300);
  CHECK(cold.percentiles[0].slowness == Slowness::certain);
}

TEST_CASE("latency: a log without pairs is judged by both legs as they are") {
  const auto timing_of = [](double shadow_times) {
    Play play;
    play.shadow_times = shadow_times;
    auto latencies = Dice(1).latencies(300, play);
    latencies.slower_by = latencies.faster_by = {};
    return time(summary_of({latencies}), {}).endpoints.at(0);
  };
  const auto equal = timing_of(1);
  CHECK(equal.pairs == 0);
  CHECK(equal.count == 300);
  CHECK(equal.percentiles[0].primary.low_us);
  CHECK(equal.percentiles[0].slowness == Slowness::none);

  const auto slower = timing_of(2);
  CHECK(slower.percentiles[0].slowness == Slowness::certain);
  CHECK(*slower.shift.low_us > 50'000);
  CHECK(*slower.shift.high_us < 150'000);
}

// By the formula of Mann and Whitney with mid-ranks, worked out apart; the first is also R's
// wilcox.test(second, first, alternative = "greater", exact = FALSE).
TEST_CASE("rank sums: check values, with ties") {
  const auto sample = [](std::initializer_list<std::int64_t> values) {
    record::Histogram histogram;
    for (const auto value : values) histogram.add(value);
    return Sample(histogram);
  };
  const auto low = sample({1, 2, 3}), high = sample({4, 5, 6});
  CHECK(Sample::chance_above(low, high, 0) == doctest::Approx(0.0404278).epsilon(1e-5));
  CHECK(Sample::chance_above(high, low, 0) == doctest::Approx(1 - 0.0404278).epsilon(1e-5));
  CHECK(Sample::chance_above(low, high, 3) == doctest::Approx(0.5));
  CHECK(Sample::chance_above(sample({1, 2, 2, 3}), sample({2, 3, 3, 4}), 0) ==
        doctest::Approx(0.0860169).epsilon(1e-5));
  CHECK(Sample::shift(low, high).value_us == 3);
  CHECK(Sample::chance_above(sample({}), high, 0) == 1);
  CHECK(Sample::chance_above(sample({7, 7}), sample({7, 7}), 0) == doctest::Approx(0.5));
  CHECK_FALSE(Sample::shift(low, high).low_us);
}

TEST_CASE("rank sums: legs that are alike are told apart no oftener than alpha says") {
  Play heavy;
  heavy.stall_us = 200'000;
  for (const auto& play : {Play{}, heavy}) {
    std::size_t alarms = 0;
    for (std::uint32_t i = 0; i < 2000; ++i) {
      const auto latencies = Dice(i + 1).latencies(100, play);
      const auto other = Dice(i + 5001).latencies(100, play);
      const Sample primary(latencies.primary), shadow(other.shadow);
      if (Sample::chance_above(primary, shadow, 0) <= 0.05) ++alarms;
    }
    CHECK(alarms <= 130);
    CHECK(alarms >= 70);
  }
}
