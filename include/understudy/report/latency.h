#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/base/limits.h"
#include "understudy/report/summary.h"

// Is the shadow slower than the primary? All that is said of it rests on this, whoever says it.
namespace understudy::report {

// A value of latencies and the limits between which the true one lies with a chance of 95 %; a
// limit is not there where there are too few latencies for one.
struct Estimate {
  std::int64_t value_us = 0;
  std::optional<std::int64_t> low_us, high_us;
};

enum class Slowness {
  none,       // none that can be seen
  suspected,  // more latencies could show it
  own,        // it may be understudy's own: the backstage had to wait
  certain,
};
std::string_view name(Slowness slowness);

// One percentile of both legs and of the difference, shadow - primary, within pairs.
struct Percentile {
  double q = 0;
  Estimate primary, shadow, difference;
  std::int64_t allowed_us = 0;  // so slow the shadow may be
  std::int64_t own_us = 0;      // of the shadow's, what may be understudy's own waiting
  Slowness slowness = Slowness::none;
  // Suspected: as many times what there is could make it certain; 0: no telling.
  std::uint64_t needed_times = 0;
};

// How long an endpoint's exchanges took, or all of a shadow.
struct Timing {
  // Of exchanges for which a leg opened its connection, because most are such; else none is.
  bool is_cold = false;
  std::uint64_t count = 0;
  std::uint64_t cold = 0;   // exchanges that stand apart for that
  std::uint64_t pairs = 0;  // exchanges of which the difference is known
  // Differences that `shift` rests on; or, where few are known, of the latencies of either leg.
  std::uint64_t judged = 0;
  // What the shadow takes longer than the primary (Hodges and Lehmann's estimate).
  Estimate shift;
  std::array<Percentile, 3> percentiles{};  // p50, p95, p99; the first one is judged by the shift
};

// In the order of a summary's shadows and endpoints.
struct Timings {
  std::vector<Timing> shadows;
  std::vector<Timing> endpoints;
};

// Of so many shadows that are as quick as the primary one may be called slow, or be suspected.
constexpr double latency_alpha = 0.001;
constexpr double latency_suspicion = 0.05;

// The shadow is slower where it is beyond both, and that is certain.
struct LatencyRules {
  double max_ratio = limits::verdict_max_latency_ratio;
  Duration max_excess = limits::verdict_max_latency_excess;
};

// Percentiles are compared by the limits of both (order statistics); the shift of each endpoint by
// the signed ranks of its pairs, or where a log knows no pairs by the rank sums of both legs, with
// Holm's correction for looking at many.
Timings time(const Summary& summary, const LatencyRules& rules);

}  // namespace understudy::report
