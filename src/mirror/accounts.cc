#include "mirror/accounts.h"

#include <utility>

namespace understudy::mirror {

Accounts::Accounts(const config::Config& config, std::vector<handoff::Lane*> lanes)
    : config_(config),
      lanes_(std::move(lanes)),
      ended_(config.shadows.size()),
      delays_(config.shadows.size()) {
  last_.shadows.resize(config.shadows.size());
}

Accounts::Since Accounts::take() {
  const auto now = read();
  Since result;
  result.live.requests = now.requests - last_.requests;
  result.is_empty = result.live.requests == 0;
  for (std::size_t i = 0; i < now.failures.size(); ++i) {
    const auto count = now.failures[i] - last_.failures[i];
    if (count == 0) continue;
    result.live.failures.emplace(name(static_cast<handoff::LiveFailure>(i)), count);
    result.is_empty = false;
  }
  for (std::size_t i = 0; i < now.shadows.size(); ++i) {
    result.shadows.push_back(since(i, now.shadows[i]));
    auto& shadow = result.shadows.back();
    shadow.backstage_delay = std::exchange(delays_[i], {});
    const auto counts = shadow.received + shadow.mirrored + shadow.not_mirrored.size() +
                        shadow.backstage_delay.count();
    if (counts != 0) result.is_empty = false;
  }
  last_ = now;
  return result;
}

record::ShadowCounts Accounts::since(std::size_t shadow, const ShadowTotals& now) const {
  const auto& last = last_.shadows[shadow];
  record::ShadowCounts result;
  result.shadow = config_.shadows[shadow].name;
  result.received = now.received - last.received;
  result.mirrored = now.mirrored - last.mirrored;
  for (std::size_t i = 0; i < now.not_mirrored.size(); ++i) {
    const auto count = now.not_mirrored[i] - last.not_mirrored[i];
    if (count == 0) continue;
    result.not_mirrored.emplace(name(static_cast<handoff::NotMirrored>(i)), count);
  }
  // A worker counts around its push, so a quick outcome may be known before its copy is counted.
  const auto ended = ended_[shadow];
  result.in_flight = now.mirrored > ended ? now.mirrored - ended : 0;
  return result;
}

Accounts::Totals Accounts::read() const {
  Totals totals;
  totals.shadows.resize(config_.shadows.size());
  for (const auto* lane : lanes_) {
    const auto& counters = lane->counters;
    totals.requests += counters.requests.get();
    for (std::size_t i = 0; i < totals.failures.size(); ++i) {
      totals.failures[i] += counters.failures[i].get();
    }
    for (std::size_t i = 0; i < totals.shadows.size(); ++i) {
      auto& shadow = totals.shadows[i];
      shadow.received += counters.shadows[i].received.get();
      shadow.mirrored += counters.shadows[i].mirrored.get();
      for (std::size_t k = 0; k < shadow.not_mirrored.size(); ++k) {
        shadow.not_mirrored[k] += counters.shadows[i].not_mirrored[k].get();
      }
    }
  }
  return totals;
}

}  // namespace understudy::mirror
