#include "understudy/report/summary.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

using Name = std::pair<std::string, std::string>;  // shadow, endpoint
using Place = std::pair<std::string, diff::Kind>;

void add_counts(Counts& into, const Counts& from) {
  for (const auto& [reason, count] : from) into[reason] += count;
}

void add_totals(Totals& into, const record::EndpointCounts& from) {
  into.same += from.same;
  into.different += from.different;
  into.noise += from.noise;
  add_counts(into.shadow_failed, from.shadow_failed);
  add_counts(into.not_compared, from.not_compared);
  into.primary_errors += from.primary_errors;
  into.shadow_errors += from.shadow_errors;
  into.primary_latency.merge(from.primary_latency);
  into.shadow_latency.merge(from.shadow_latency);
}

// What an endpoint's row is sorted by, the most telling first.
auto weight(const Endpoint& endpoint) {
  const auto& totals = endpoint.totals;
  return std::tuple(totals.different, sum(totals.shadow_failed), sum(totals.not_compared),
                    totals.with_outcome());
}

// The state of one backstage loop of one process at its last window.
struct LastWindow {
  WallTime to{};
  bool is_final = false;
  std::map<std::string, std::uint64_t> in_flight;  // by shadow
};

}  // namespace

std::uint64_t sum(const Counts& counts) {
  std::uint64_t total = 0;
  for (const auto& [reason, count] : counts) total += count;
  return total;
}

std::int64_t Shadow::unaccounted_received() const {
  return static_cast<std::int64_t>(received - mirrored - sum(not_mirrored));
}

std::int64_t Shadow::unaccounted_mirrored() const {
  return static_cast<std::int64_t>(mirrored - totals.with_outcome() - in_flight);
}

struct Merger::Impl {
  struct Merged {
    Totals totals;
    std::map<Place, std::uint64_t> places;
    std::map<std::string, Signature> signatures;
  };

  // The entry of `key` in `map`, or that of `other_key` when there are too many of its kind.
  template <typename Map>
  static typename Map::mapped_type& entry(Map& map, const typename Map::key_type& key,
                                          const typename Map::key_type& other_key,
                                          std::size_t& count) {
    const auto found = map.find(key);
    if (found != map.end()) return found->second;
    if (count >= limits::max_report_entries) return map[other_key];
    ++count;
    return map[key];
  }

  void add_endpoint(const record::EndpointCounts& counts) {
    auto& merged = entry(endpoints, Name(counts.shadow, counts.endpoint),
                         Name(counts.shadow, std::string(record::other)), endpoint_count);
    add_totals(merged.totals, counts);
    add_totals(shadows[counts.shadow].totals, counts);
    for (const auto& place : counts.places) {
      entry(merged.places, Place(place.place, place.kind),
            Place(std::string(record::other), place.kind), place_count) += place.count;
    }
    for (const auto& signature : counts.signatures) {
      auto& known =
          entry(merged.signatures, signature.id, std::string(record::other), signature_count);
      if (known.count == 0) known.places = signature.places;
      known.count += signature.count;
    }
  }

  void add_shadow(const record::ShadowCounts& counts) {
    auto& shadow = shadows[counts.shadow];
    shadow.received += counts.received;
    shadow.mirrored += counts.mirrored;
    add_counts(shadow.not_mirrored, counts.not_mirrored);
  }

  void add_state(const record::Window& window) {
    auto& last = stages[{window.instance, window.stage}];
    if (window.to < last.to) return;
    last.to = window.to;
    last.is_final = window.is_final;
    last.in_flight.clear();
    for (const auto& shadow : window.shadows) last.in_flight[shadow.shadow] += shadow.in_flight;
  }

  Summary totals;  // without shadows, endpoints and signatures
  std::map<std::string, Shadow> shadows;
  std::map<Name, Merged> endpoints;
  std::map<std::pair<std::string, std::uint32_t>, LastWindow> stages;
  std::size_t endpoint_count = 0, place_count = 0, signature_count = 0;
};

Merger::Merger() : impl_(std::make_unique<Impl>()) {}
Merger::~Merger() = default;
Merger::Merger(Merger&&) noexcept = default;
Merger& Merger::operator=(Merger&&) noexcept = default;

void Merger::add(const record::Window& window) {
  auto& totals = impl_->totals;
  totals.from = totals.windows == 0 ? window.from : std::min(totals.from, window.from);
  totals.to = totals.windows == 0 ? window.to : std::max(totals.to, window.to);
  ++totals.windows;
  totals.live_requests += window.live.requests;
  add_counts(totals.live_failures, window.live.failures);
  totals.records_dropped += window.records_dropped;
  totals.segments_removed += window.segments_removed;
  for (const auto& shadow : window.shadows) impl_->add_shadow(shadow);
  for (const auto& endpoint : window.endpoints) impl_->add_endpoint(endpoint);
  impl_->add_state(window);
}

namespace {

template <typename Merged>
std::vector<record::EndpointCounts::Place> sorted_places(const Merged& merged) {
  std::vector<record::EndpointCounts::Place> places;
  for (const auto& [place, count] : merged.places) {
    places.push_back({place.first, place.second, count});
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  return places;
}

}  // namespace

Summary Merger::summary() const {
  auto result = impl_->totals;
  auto shadows = impl_->shadows;
  std::set<std::string> processes, unfinished;
  for (const auto& [stage, last] : impl_->stages) {
    processes.insert(stage.first);
    if (!last.is_final) unfinished.insert(stage.first);
    for (const auto& [name, in_flight] : last.in_flight) shadows[name].in_flight += in_flight;
  }
  result.processes = processes.size();
  result.unfinished = unfinished.size();
  for (auto& [name, shadow] : shadows) {
    shadow.name = name;
    result.shadows.push_back(std::move(shadow));
  }
  for (const auto& [name, merged] : impl_->endpoints) {
    result.endpoints.push_back({name.second, name.first, merged.totals, sorted_places(merged)});
    for (const auto& [id, signature] : merged.signatures) {
      auto& added = result.signatures.emplace_back(signature);
      added.endpoint = name.second;
      added.shadow = name.first;
      added.id = id;
    }
  }
  std::stable_sort(result.endpoints.begin(), result.endpoints.end(),
                   [](const Endpoint& a, const Endpoint& b) { return weight(a) > weight(b); });
  std::stable_sort(result.signatures.begin(), result.signatures.end(),
                   [](const Signature& a, const Signature& b) { return a.count > b.count; });
  return result;
}

}  // namespace understudy::report
