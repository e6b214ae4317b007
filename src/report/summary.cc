#include "understudy/report/summary.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "report/endpoints.h"
#include "report/history.h"
#include "report/noise.h"
#include "report/severity.h"
#include "report/tally.h"
#include "report/timeline.h"
#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

// What an endpoint's row is sorted by, the most telling first.
auto weight(const Endpoint& endpoint) {
  const auto& totals = endpoint.totals;
  return std::tuple(totals.different_by.breaking, totals.different, totals.unconfirmed,
                    totals.accepted, sum(totals.tainted), sum(totals.shadow_failed),
                    sum(totals.not_compared), totals.with_outcome());
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

bool Signature::has(const diff::PlaceKey& key) const {
  return std::any_of(places.begin(), places.end(), [&](const auto& each) {
    return each.first == key.place && each.second == key.kind;
  });
}

std::uint64_t Signature::count_at(std::size_t index) const {
  return place_counts.empty() ? count : place_counts[index];
}

std::int64_t Shadow::unaccounted_received() const {
  return static_cast<std::int64_t>(received - mirrored - sum(not_mirrored));
}

std::int64_t Shadow::unaccounted_mirrored() const {
  return static_cast<std::int64_t>(mirrored - totals.with_outcome() - in_flight);
}

void sort_endpoints(Summary& summary) {
  std::stable_sort(summary.endpoints.begin(), summary.endpoints.end(),
                   [](const Endpoint& a, const Endpoint& b) { return weight(a) > weight(b); });
}

void sort_signatures(Summary& summary) {
  std::stable_sort(summary.signatures.begin(), summary.signatures.end(),
                   [](const Signature& a, const Signature& b) {
                     if (a.is_accepted != b.is_accepted) return b.is_accepted;
                     if (a.judgement != b.judgement) return a.judgement < b.judgement;
                     const auto worst = std::pair(a.severity.worst(), b.severity.worst());
                     if (worst.first != worst.second) return worst.first > worst.second;
                     return a.count > b.count;
                   });
}

void sum_judged(Summary& summary) {
  for (auto& shadow : summary.shadows) {
    auto& all = shadow.totals;
    all.different = all.unconfirmed = all.accepted = all.noise = 0;
    all.different_by = all.unconfirmed_by = {};
    for (const auto& endpoint : summary.endpoints) {
      if (endpoint.shadow != shadow.name) continue;
      const auto& totals = endpoint.totals;
      all.different += totals.different;
      all.unconfirmed += totals.unconfirmed;
      all.accepted += totals.accepted;
      all.noise += totals.noise;
      all.different_by += totals.different_by;
      all.unconfirmed_by += totals.unconfirmed_by;
    }
  }
}

SignaturesByEndpoint signatures_by_endpoint(Summary& summary) {
  SignaturesByEndpoint result;
  for (auto& signature : summary.signatures) {
    result[{signature.shadow, signature.endpoint}].push_back(&signature);
  }
  return result;
}

std::string_view name(Life life) {
  switch (life) {
    case Life::known:
      return "known";
    case Life::recent:
      return "new";
    case Life::fixed:
      return "fixed";
    case Life::back_again:
      return "back_again";
  }
  return "known";
}

struct Merger::Impl {
  struct Seen {
    Signature signature;
    Timeline times;

    void add(const Seen& other);
  };
  struct Merged {
    Totals totals;  // without latencies
    Tallies latency, cold_latency;
    Timeline compared;
    std::map<diff::PlaceKey, diff::PlaceCounts> places;
    std::map<std::string, Seen, std::less<>> signatures;

    void add(const std::string& name, const Merged& other);
  };
  using Endpoints = std::map<std::string, Merged, std::less<>>;

  // The entry of `key` in `map`, or that of `other` when there are too many of its kind.
  template <typename Map, typename Key>
  static typename Map::mapped_type& entry(Map& map, const Key& key, const Key& other,
                                          std::size_t& count) {
    const auto found = map.find(key);
    if (found != map.end()) return found->second;
    if (count >= limits::max_report_entries) return map[typename Map::key_type(other)];
    ++count;
    return map[typename Map::key_type(key)];
  }

  void add_endpoint(const record::EndpointCounts& counts, const record::Window& window) {
    using Text = std::string_view;
    auto& merged = entry<Endpoints, Text>(endpoints[counts.shadow], counts.endpoint, record::other,
                                          endpoint_count);
    add_history(counts, window.from);
    add_totals(merged.totals, counts);
    merged.latency.add(counts.latency);
    merged.cold_latency.add(counts.cold_latency);
    merged.compared.add(window.from, counts.same + counts.different + counts.noise);
    for (const auto& place : counts.places) {
      const diff::PlaceKey rest{std::string(record::other), place.key.kind, place.key.value_class};
      entry(merged.places, place.key, rest, place_count) += place.counts;
    }
    for (const auto& signature : counts.signatures) {
      auto& [known, times] = entry<decltype(merged.signatures), Text>(
          merged.signatures, signature.id, record::other, signature_count);
      if (known.count == 0) known.places = signature.places;
      if (signature.count != 0) {
        known.first_seen = known.count == 0 ? window.from : std::min(known.first_seen, window.from);
        known.last_seen = std::max(known.last_seen, window.to);
      }
      known.count += signature.count;
      known.severity += signature.severity;
      known.rechecks += signature.rechecks;
      times.add(window.from, signature.count);
    }
  }

  // Of several names, which others than ours may have written, the same one in whatever order.
  void add_renamed(const std::vector<record::RenamedEndpoint>& more) {
    for (const auto& [from, to] : more) {
      if (renamed.size() >= limits::max_report_entries) return;
      const auto [known, is_new] = renamed.try_emplace(from, to);
      if (!is_new) known->second = std::min(known->second, to);
    }
  }

  // A log with more shadows than a process can have goes without for the others.
  void add_history(const record::EndpointCounts& counts, WallTime at) {
    const auto known = histories.find(counts.shadow);
    if (known != histories.end()) return known->second.add(at, counts);
    if (histories.size() < limits::max_shadows) histories[counts.shadow].add(at, counts);
  }

  void add_shadow(const record::ShadowCounts& counts) {
    auto& shadow = shadows[counts.shadow];
    shadow.received += counts.received;
    shadow.mirrored += counts.mirrored;
    add_counts(shadow.not_mirrored, counts.not_mirrored);
    shadow.backstage_delay.merge(counts.backstage_delay);
  }

  void add_state(const record::Window& window) {
    auto& last = stages[{window.instance, window.stage}];
    if (window.to < last.to) return;
    last.to = window.to;
    last.is_final = window.is_final;
    last.in_flight.clear();
    for (const auto& shadow : window.shadows) last.in_flight[shadow.shadow] += shadow.in_flight;
  }

  // What an endpoint is called in the end. A name that leads to itself leads to nothing.
  const std::string& last_name(const std::string& endpoint) const {
    const auto* name = &endpoint;
    for (std::size_t i = 0; i < limits::learnt_path_segments; ++i) {
      const auto found = renamed.find(*name);
      if (found == renamed.end()) return *name;
      name = &found->second;
    }
    return endpoint;
  }

  // With those that are one as one.
  Endpoints whole(const Endpoints& counted) const {
    Endpoints result;
    for (const auto& [endpoint, merged] : counted) {
      const auto& name = last_name(endpoint);
      result[name].add(name, merged);
    }
    return result;
  }

  std::map<std::string, std::string> renamed;  // endpoints; at most limits::max_report_entries
  std::map<std::string, History> histories;    // by shadow
  Summary totals;                              // without shadows, endpoints and signatures
  std::map<std::string, Shadow> shadows;       // without outcomes
  std::map<std::string, Endpoints> endpoints;  // by shadow
  std::map<std::pair<std::string, std::uint32_t>, LastWindow> stages;
  std::size_t endpoint_count = 0, place_count = 0, signature_count = 0;
  diff::NoiseMode noise_mode = diff::NoiseMode::evidence;  // of the last window
  WallTime noise_mode_of{};
};

void Merger::Impl::Seen::add(const Seen& other) {
  auto& into = signature;
  const auto& from = other.signature;
  times.add(other.times);
  into.rechecks += from.rechecks;
  if (into.places.empty()) into.places = from.places;
  if (from.count == 0) return;
  into.first_seen = into.count == 0 ? from.first_seen : std::min(into.first_seen, from.first_seen);
  into.last_seen = std::max(into.last_seen, from.last_seen);
  into.count += from.count;
  into.severity += from.severity;
}

// Adds an endpoint that is called `name` in the end.
void Merger::Impl::Merged::add(const std::string& name, const Merged& other) {
  add_totals(totals, other.totals);
  latency.add(other.latency);
  cold_latency.add(other.cold_latency);
  compared.add(other.compared);
  for (const auto& [key, counts] : other.places) places[key] += counts;
  for (const auto& [id, seen] : other.signatures) {
    const auto& differing = seen.signature.places;
    const bool is_one = id != record::other && !differing.empty();
    const auto own = is_one ? diff::signature_of(name, differing) : id;
    auto& into = signatures[own];
    into.add(seen);
    auto& earlier = into.signature.earlier_ids;
    if (own != id && earlier.size() < limits::max_earlier_ids) earlier.push_back(id);
  }
}

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
  for (const auto& endpoint : window.endpoints) impl_->add_endpoint(endpoint, window);
  impl_->add_renamed(window.renamed);
  impl_->add_state(window);
  if (window.to >= impl_->noise_mode_of) {
    impl_->noise_mode = window.noise_mode;
    impl_->noise_mode_of = window.to;
  }
}

namespace {

template <typename Merged>
Totals totals_of(const Merged& merged) {
  auto totals = merged.totals;
  totals.latency = merged.latency.latencies();
  totals.cold_latency = merged.cold_latency.latencies();
  return totals;
}

template <typename Merged>
std::vector<Place> places_of(const Merged& merged) {
  std::vector<Place> places;
  for (const auto& [key, counts] : merged.places) places.push_back({key, counts, {}, {}});
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
  for (const auto& [shadow, counted] : impl_->endpoints) {
    Impl::Endpoints whole;
    if (!impl_->renamed.empty()) whole = impl_->whole(counted);
    const auto& endpoints = impl_->renamed.empty() ? counted : whole;
    auto& all = shadows[shadow].totals;
    for (const auto& [name, merged] : endpoints) {
      auto totals = totals_of(merged);
      add_totals(all, totals);
      all.latency.merge(totals.latency);
      all.cold_latency.merge(totals.cold_latency);
      result.endpoints.push_back({name, shadow, std::move(totals), places_of(merged)});
      for (const auto& [id, seen] : merged.signatures) {
        if (seen.signature.count == 0) continue;  // re-checked only: it differed before the range
        auto& added = result.signatures.emplace_back(seen.signature);
        added.life = life_of(seen.times, merged.compared);
        added.endpoint = name;
        added.shadow = shadow;
        added.id = id;
      }
    }
  }
  for (const auto& [shadow, history] : impl_->histories) {
    shadows[shadow].history = history.stretches();
    shadows[shadow].stretch_length = history.length();
  }
  result.processes = processes.size();
  result.unfinished = unfinished.size();
  for (auto& [name, shadow] : shadows) {
    shadow.name = name;
    result.shadows.push_back(std::move(shadow));
  }
  judge_noise(result, impl_->noise_mode);
  judge_severity(result);
  sum_judged(result);
  sort_endpoints(result);
  sort_signatures(result);
  return result;
}

}  // namespace understudy::report
