#include "report/shared_cache.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "understudy/base/limits.h"

namespace understudy::report {

namespace {

// Of exchanges with the reference's answer, from here on they say something.
constexpr std::uint64_t least_referenced = 8;
// Answers of the reference that repeat the primary's: fewer are chance.
constexpr double least_cached_share = 0.1;
// From so many endpoints on, most of those that tell speak for those that do not.
constexpr std::size_t least_cached_endpoints = 3;

// Tells of each delivery and not of what is delivered (ids of requests, times that they took), and
// does: the shadow nearly always has something else, and the primary says something else to the
// same request. What looks like an id or a time in a body may be stored, or change each second.
bool tells_deliveries_apart(const Place& place, const Totals& totals) {
  const auto& counts = place.counts;
  const auto tests = counts.only_shadow + counts.both;
  return place.key.kind == diff::Kind::value &&
         place.key.value_class == diff::ValueClass::delivery && counts.varied != 0 &&
         tests >= least_referenced && 10 * tests >= 9 * totals.referenced;
}

// How many of the answers that the shadow differs from are the reference's, too.
double repeated_share(const diff::PlaceCounts& counts) {
  const auto repeated = counts.only_shadow - std::min(counts.only_shadow, counts.only_reference);
  return static_cast<double>(repeated) / static_cast<double>(counts.only_shadow + counts.both);
}

// Nothing if no place of it tells. The one that speaks most for the reference is believed: others
// may be of a cache further away.
std::optional<bool> is_cached(const Endpoint& endpoint) {
  const diff::PlaceCounts* best = nullptr;
  for (const auto& place : endpoint.places) {
    const auto& counts = place.counts;
    if (!tells_deliveries_apart(place, endpoint.totals)) continue;
    if (best == nullptr || repeated_share(counts) < repeated_share(*best)) best = &counts;
  }
  if (best == nullptr) return std::nullopt;
  return repeated_share(*best) >= least_cached_share &&
         diff::evidence_against(0.5, best->only_shadow, best->only_reference) >=
             1 / limits::noise_alpha;
}

// Caches keep answers to nothing else.
bool may_be_cached(const Endpoint& endpoint) {
  return endpoint.name.starts_with("GET ") || endpoint.name.starts_with("HEAD ");
}

void leave_out_reference(Endpoint& endpoint) {
  endpoint.is_reference_cached = true;
  endpoint.totals.referenced = 0;
  for (auto& place : endpoint.places) place.counts.leave_out_reference();
}

}  // namespace

void leave_out_cached_references(Summary& summary) {
  struct Votes {
    std::size_t cached = 0, own = 0;
    bool is_cached() const { return cached >= least_cached_endpoints && cached > own; }
  };
  std::map<std::string, Votes> votes;  // by shadow
  for (const auto& endpoint : summary.endpoints) {
    const auto told = may_be_cached(endpoint) ? is_cached(endpoint) : std::nullopt;
    if (told) ++(*told ? votes[endpoint.shadow].cached : votes[endpoint.shadow].own);
  }
  for (auto& endpoint : summary.endpoints) {
    if (!may_be_cached(endpoint)) continue;
    if (is_cached(endpoint).value_or(votes[endpoint.shadow].is_cached())) {
      leave_out_reference(endpoint);
    }
  }
}

}  // namespace understudy::report
