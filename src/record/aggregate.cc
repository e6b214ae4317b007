#include "understudy/record/aggregate.h"

#include <algorithm>
#include <set>

#include "understudy/base/limits.h"

namespace understudy::record {

namespace {

using Places = std::vector<std::pair<std::string, diff::Kind>>;

// An endpoint's share of max_window_bytes beside its names: its histograms, of which four may be
// full, and its counts.
constexpr std::size_t endpoint_bytes = 6 * limits::kib;
// A place's or signature's share beside its names: the members' names and the count.
constexpr std::size_t entry_bytes = 64;
// A place's other counts.
constexpr std::size_t counts_bytes = 128;

// Of what is no noise.
Places generalized(const std::vector<diff::Difference>& differences) {
  std::set<std::pair<std::string, diff::Kind>> places;
  for (const auto& difference : differences) {
    if (!difference.noise.empty()) continue;
    places.emplace(diff::generalized_place(difference), difference.kind);
  }
  return {places.begin(), places.end()};
}

// Of what is no noise.
diff::Severity worst_of(const std::vector<diff::Difference>& differences) {
  auto worst = diff::Severity::additive;
  for (const auto& difference : differences) {
    if (difference.noise.empty()) worst = std::max(worst, difference.severity);
  }
  return worst;
}

std::size_t text_bytes(const Places& places) {
  std::size_t bytes = entry_bytes;
  for (const auto& [place, kind] : places) bytes += place.size() + entry_bytes;
  return bytes;
}

}  // namespace

struct WindowBuilder::Impl {
  // One endpoint while its window is open: found by key where the record has lists.
  struct Open {
    EndpointCounts counts;
    std::map<diff::PlaceKey, diff::PlaceCounts> places;
    std::map<std::string, EndpointCounts::Signature, std::less<>> signatures;
  };
  using Endpoints = std::map<std::string, Open, std::less<>>;

  Open& endpoint(const Exchange& exchange) {
    auto& endpoints = shadows[exchange.shadow];
    const auto found = endpoints.find(exchange.endpoint);
    if (found != endpoints.end()) return found->second;
    const bool fits = endpoint_count < limits::max_window_endpoints &&
                      reserve(endpoint_bytes + exchange.endpoint.size());
    if (fits) ++endpoint_count;
    auto& open = endpoints[fits ? exchange.endpoint : std::string(other)];
    open.counts.endpoint = fits ? exchange.endpoint : std::string(other);
    open.counts.shadow = exchange.shadow;
    return open;
  }

  EndpointCounts::Signature& signature_of(Open& open, const Exchange& exchange) {
    const auto found = open.signatures.find(exchange.signature);
    if (found != open.signatures.end()) return found->second;
    auto places = generalized(exchange.differences);
    const bool fits =
        signature_count < limits::max_window_signatures && reserve(text_bytes(places));
    if (fits) ++signature_count;
    const auto id = fits ? exchange.signature : std::string(other);
    auto& signature = open.signatures[id];
    signature.id = id;
    if (fits) signature.places = std::move(places);
    return signature;
  }

  void count_signature(Open& open, const Exchange& exchange) {
    auto& signature = signature_of(open, exchange);
    ++signature.count;
    signature.severity.add(worst_of(exchange.differences), 1);
  }

  void count_place(Open& open, const diff::PlaceKey& key, const diff::PlaceCounts& counts) {
    const auto found = open.places.find(key);
    if (found != open.places.end()) {
      found->second += counts;
      return;
    }
    const bool fits = place_count < limits::max_window_places &&
                      reserve(counts_bytes + entry_bytes + key.place.size());
    if (fits) ++place_count;
    open.places[fits ? key : diff::PlaceKey{std::string(other), key.kind, key.value_class}] +=
        counts;
  }

  bool reserve(std::size_t more) {
    if (bytes + more > limits::max_window_bytes) return false;
    bytes += more;
    return true;
  }

  std::map<std::string, Endpoints> shadows;
  std::size_t endpoint_count = 0, signature_count = 0, place_count = 0, bytes = 0;
};

WindowBuilder::WindowBuilder() : impl_(std::make_unique<Impl>()) {}
WindowBuilder::~WindowBuilder() = default;

namespace {

void count_answers(EndpointCounts& counts, const Exchange& exchange) {
  const bool has_primary_failed = is_server_error(exchange.primary.status);
  const bool has_shadow_failed = is_server_error(exchange.shadow_leg.status);
  if (has_primary_failed) ++counts.primary_errors;
  if (has_shadow_failed) ++counts.shadow_errors;
  if (has_primary_failed && has_shadow_failed) ++counts.both_errors;
}

void count_latency(EndpointCounts& counts, const Exchange& exchange) {
  const auto answered = [](const Leg& leg) { return leg.status != 0 && leg.error.empty(); };
  if (!answered(exchange.primary) || !answered(exchange.shadow_leg)) return;
  const bool is_cold = exchange.primary.is_cold || exchange.shadow_leg.is_cold;
  auto& latencies = is_cold ? counts.cold_latency : counts.latency;
  latencies.add(exchange.primary.duration_us, exchange.shadow_leg.duration_us);
}

}  // namespace

void WindowBuilder::add(const Exchange& exchange) {
  auto& open = impl_->endpoint(exchange);
  auto& counts = open.counts;
  count_latency(counts, exchange);
  switch (exchange.outcome) {
    case Outcome::same:
      ++counts.same;
      break;
    case Outcome::different:
      ++counts.different;
      impl_->count_signature(open, exchange);
      break;
    case Outcome::noise:
      ++counts.noise;
      break;
    case Outcome::tainted:
      ++counts.tainted[exchange.reason];
      return;
    case Outcome::shadow_failed:
      ++counts.shadow_failed[exchange.reason];
      return;
    case Outcome::not_compared:
      ++counts.not_compared[exchange.reason];
      return;
    case Outcome::not_mirrored:
      return;  // counted by the live path
  }
  count_answers(counts, exchange);
  if (exchange.is_referenced) ++counts.referenced;
  for (const auto& seen : exchange.observations) impl_->count_place(open, seen.key, seen.counts);
}

void WindowBuilder::add_recheck(const Exchange& exchange, Recheck result) {
  auto& open = impl_->endpoint(exchange);
  impl_->signature_of(open, exchange).rechecks.add(result);
}

void WindowBuilder::take(Window& window) {
  window.endpoints.clear();
  for (auto& [shadow, endpoints] : impl_->shadows) {
    for (auto& [name, open] : endpoints) {
      for (const auto& [key, counts] : open.places) open.counts.places.push_back({key, counts});
      for (auto& [id, signature] : open.signatures) {
        open.counts.signatures.push_back(std::move(signature));
      }
      window.endpoints.push_back(std::move(open.counts));
    }
  }
  *impl_ = Impl{};
}

ExampleFilter::ExampleFilter(std::uint32_t per_hour) : per_hour_(per_hour) {}

bool ExampleFilter::wants(const Exchange& exchange) {
  if (exchange.outcome == Outcome::same) return false;
  const auto hour =
      std::chrono::floor<std::chrono::hours>(exchange.time).time_since_epoch().count();
  // Requests of the hour before may still finish; a clock set back further begins anew.
  if (hour > hour_ || hour < hour_ - 1) {
    hour_ = hour;
    kept_.clear();
  }
  std::string key(name(exchange.outcome));
  key += '\n' + exchange.shadow;
  key += '\n' + (exchange.signature.empty() ? exchange.reason : exchange.signature);
  const auto found = kept_.find(key);
  if (found == kept_.end() && kept_.size() >= limits::max_window_signatures) return false;
  auto& kept = kept_[key];
  if (kept >= per_hour_) return false;
  ++kept;
  return true;
}

}  // namespace understudy::record
