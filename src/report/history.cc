#include "report/history.h"

#include <utility>

#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

// Which stretch of that length a moment is in: rounded down, before the epoch as well.
std::int64_t number_of(WallTime at, Duration length) {
  const auto since = at.time_since_epoch();
  return since / length - (since % length < Duration::zero() ? 1 : 0);
}

}  // namespace

Duration History::length() const {
  return limits::window_period * (std::int64_t{1} << doublings_);
}

void History::add(WallTime at, const record::EndpointCounts& counts) {
  auto& sums = sums_[number_of(at, length())];
  add_totals(sums.totals, counts);
  sums.latency.add(counts.latency);
  constexpr auto most = static_cast<std::int64_t>(limits::timeline_buckets);
  while (sums_.rbegin()->first - sums_.begin()->first >= most) double_length();
}

void History::double_length() {
  const auto before = length();
  ++doublings_;
  std::map<std::int64_t, Sums> merged;
  for (auto& [number, sums] : sums_) {
    auto& into = merged[number_of(WallTime(number * before), length())];
    add_totals(into.totals, sums.totals);
    into.latency.add(sums.latency);
  }
  sums_ = std::move(merged);
}

std::vector<Stretch> History::stretches() const {
  std::vector<Stretch> stretches;
  if (sums_.empty()) return stretches;
  for (auto number = sums_.begin()->first; number <= sums_.rbegin()->first; ++number) {
    auto& stretch = stretches.emplace_back();
    stretch.from = WallTime(number * length());
    const auto found = sums_.find(number);
    if (found == sums_.end()) continue;
    stretch.totals = found->second.totals;
    stretch.totals.latency = found->second.latency.latencies();
  }
  return stretches;
}

}  // namespace understudy::report
