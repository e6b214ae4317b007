#include "report/history.h"

namespace understudy::report {

void History::add(WallTime at, const record::EndpointCounts& counts) {
  auto& sums = sums_.at(at);
  add_totals(sums.totals, counts);
  sums.latency.add(counts.latency);
}

std::vector<Stretch> History::stretches() const {
  std::vector<Stretch> stretches;
  for (const auto& [number, sums] : sums_.buckets()) {
    const WallTime from(number * length());
    while (!stretches.empty() && stretches.back().from + length() < from) {
      stretches.push_back({stretches.back().from + length(), {}});
    }
    auto& stretch = stretches.emplace_back(Stretch{from, sums.totals});
    stretch.totals.latency = sums.latency.latencies();
  }
  return stretches;
}

}  // namespace understudy::report
