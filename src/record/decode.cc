#include "understudy/record/decode.h"

#include <algorithm>

#include "count.h"
#include "understudy/base/ascii.h"

namespace understudy::record {

namespace {

using json::Type;
using json::Value;

std::string text(Value object, std::string_view name) {
  return std::string(object.string_or(name, ""));
}

std::uint64_t count(Value object, std::string_view name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, object.integer_or(name, 0)));
}

bool flag(Value object, std::string_view name) {
  return object.has(name) && object[name].type() == Type::boolean && object[name].boolean();
}

WallTime time(Value object, std::string_view name) {
  return from_rfc3339(object.string_or(name, "")).value_or(WallTime{});
}

std::uint64_t whole_number(Value value) {
  if (value.type() != Type::number) return 0;
  return std::min(ascii::to_number(value.text()).value_or(0), max_count);
}

// Calls `take` for each element of the array `name` that is of type `type`.
template <typename Take>
void each(Value object, std::string_view name, Type type, Take take) {
  if (!object.has(name) || object[name].type() != Type::array) return;
  for (auto child = object[name].first(); child; child = child.next()) {
    if (child.value().type() == type) take(child.value());
  }
}
template <typename Take>
void each(Value object, std::string_view name, Take take) {
  each(object, name, Type::object, take);
}

std::map<std::string, std::uint64_t> counts(Value object, std::string_view name) {
  std::map<std::string, std::uint64_t> result;
  if (!object.has(name) || object[name].type() != Type::object) return result;
  for (auto child = object[name].first(); child; child = child.next()) {
    add_count(result[std::string(child.name())], whole_number(child.value()));
  }
  return result;
}

diff::Kind kind(Value object) {
  return kind_of(object.string_or("kind", "")).value_or(diff::Kind::value);
}

Leg leg(Value legs, std::string_view name) {
  Leg result;
  if (!legs.has(name) || legs[name].type() != Type::object) return result;
  const auto value = legs[name];
  result.status = static_cast<int>(value.integer_or("status", 0));
  result.duration_us = value.integer_or("duration_us", 0);
  result.body_bytes = count(value, "body_bytes");
  result.error = text(value, "error");
  return result;
}

// Logs of older programs have none.
diff::Severity severity(Value difference) {
  const auto known = severity_of(difference.string_or("severity", ""));
  if (known) return *known;
  return diff::usual_severity(diff::generalized_place(difference.string_or("place", "")),
                              kind(difference));
}

diff::Difference difference(Value value) {
  return {text(value, "place"),
          kind(value),
          {text(value, "primary"), flag(value, "primary_is_cut")},
          {text(value, "shadow"), flag(value, "shadow_is_cut")},
          diff::ValueClass::none,
          diff::Lean::none,
          text(value, "noise"),
          severity(value),
          std::max<std::size_t>(1, count(value, "elements")),
          text(value, "general")};
}

Histogram histogram(Value object, std::string_view name) {
  Histogram result;
  each(object, name, Type::array, [&](Value pair) {
    if (pair.size() != 2) return;
    const auto lowest = static_cast<std::int64_t>(whole_number(pair.first().value()));
    result.add_bucket(Histogram::index_of(lowest), whole_number(pair.first().next().value()));
  });
  return result;
}

Latencies latencies(Value object) {
  return {histogram(object, "primary_latency_us"), histogram(object, "shadow_latency_us"),
          histogram(object, "slower_by_us"), histogram(object, "faster_by_us")};
}

// Into these counts, in order, what the array has of them.
void list(Value object, std::string_view name, std::initializer_list<std::uint64_t*> counts) {
  auto next = counts.begin();
  each(object, name, Type::number, [&](Value number) {
    if (next != counts.end()) **next++ = whole_number(number);
  });
}

diff::SeverityCounts severity_counts(Value value) {
  diff::SeverityCounts counts;
  list(value, "severity", {&counts.breaking, &counts.suspicious, &counts.additive});
  return counts;
}

EndpointCounts::Signature signature(Value value) {
  EndpointCounts::Signature result{
      text(value, "id"), {}, count(value, "count"), severity_counts(value), {}};
  each(value, "places",
       [&](Value place) { result.places.emplace_back(text(place, "place"), kind(place)); });
  auto& rechecks = result.rechecks;
  list(value, "rechecks", {&rechecks.persistent, &rechecks.transient, &rechecks.unstable});
  return result;
}

EndpointCounts::Place counted_place(Value value) {
  EndpointCounts::Place place;
  auto& counts = place.counts;
  place.key = {text(value, "place"), kind(value), class_of(value.string_or("class", ""))};
  counts.differed = count(value, "count");
  list(value, "reference",
       {&counts.only_shadow, &counts.only_reference, &counts.both, &counts.only_primary,
        &counts.shadow_above, &counts.shadow_below, &counts.shadow_more, &counts.reference_more});
  list(value, "sides", {&counts.less, &counts.greater});
  list(value, "repeats", {&counts.steady, &counts.varied});
  list(value, "trend", {&counts.rises, &counts.falls, &counts.alike, &counts.stuck});
  counts.severity = severity_counts(value);
  return place;
}

EndpointCounts endpoint(Value value) {
  EndpointCounts result;
  result.endpoint = text(value, "endpoint");
  result.shadow = text(value, "shadow");
  result.same = count(value, "same");
  result.different = count(value, "different");
  result.noise = count(value, "noise");
  result.tainted = counts(value, "tainted");
  result.referenced = count(value, "referenced");
  result.shadow_failed = counts(value, "shadow_failed");
  result.not_compared = counts(value, "not_compared");
  result.primary_errors = count(value, "primary_errors");
  result.shadow_errors = count(value, "shadow_errors");
  result.both_errors = count(value, "both_errors");
  each(value, "places", [&](Value place) { result.places.push_back(counted_place(place)); });
  each(value, "signatures", [&](Value item) { result.signatures.push_back(signature(item)); });
  result.latency = latencies(value);
  if (value.has("cold") && value["cold"].type() == Type::object) {
    result.cold_latency = latencies(value["cold"]);
  }
  return result;
}

}  // namespace

std::optional<Outcome> outcome_of(std::string_view wanted) {
  for (const auto outcome :
       {Outcome::same, Outcome::different, Outcome::noise, Outcome::tainted, Outcome::shadow_failed,
        Outcome::not_compared, Outcome::not_mirrored}) {
    if (name(outcome) == wanted) return outcome;
  }
  return std::nullopt;
}

std::optional<diff::Kind> kind_of(std::string_view wanted) {
  using diff::Kind;
  for (const auto kind : {Kind::missing, Kind::extra, Kind::type, Kind::value, Kind::order,
                          Kind::length, Kind::duplicate}) {
    if (diff::name(kind) == wanted) return kind;
  }
  return std::nullopt;
}

diff::ValueClass class_of(std::string_view wanted) {
  using diff::ValueClass;
  for (const auto value_class :
       {ValueClass::time, ValueClass::uuid, ValueClass::token, ValueClass::delivery}) {
    if (diff::name(value_class) == wanted) return value_class;
  }
  return ValueClass::none;
}

std::optional<diff::Severity> severity_of(std::string_view wanted) {
  using diff::Severity;
  for (const auto severity : {Severity::additive, Severity::suspicious, Severity::breaking}) {
    if (diff::name(severity) == wanted) return severity;
  }
  return std::nullopt;
}

Exchange decode_exchange(Value value) {
  Exchange result;
  result.id = text(value, "id");
  result.time = time(value, "time");
  result.outcome = outcome_of(value.string_or("outcome", "")).value_or(Outcome::same);
  result.signature = text(value, "signature");
  result.shadow = text(value, "shadow");
  result.endpoint = text(value, "endpoint");
  result.method = text(value, "method");
  result.target = text(value, "target");
  result.reason = text(value, "reason");
  result.note = text(value, "note");
  if (value.has("legs") && value["legs"].type() == Type::object) {
    result.primary = leg(value["legs"], "primary");
    result.shadow_leg = leg(value["legs"], "shadow");
  }
  each(value, "differences", [&](Value item) { result.differences.push_back(difference(item)); });
  result.is_truncated = flag(value, "is_truncated");
  return result;
}

Window decode_window(Value value) {
  Window result;
  result.instance = text(value, "instance");
  result.stage = static_cast<std::uint32_t>(count(value, "stage"));
  result.from = time(value, "from");
  result.to = time(value, "to");
  result.is_final = flag(value, "is_final");
  if (value.has("live") && value["live"].type() == Type::object) {
    result.live.requests = count(value["live"], "requests");
    result.live.failures = counts(value["live"], "failures");
  }
  each(value, "shadows", [&](Value shadow) {
    result.shadows.push_back({text(shadow, "shadow"), count(shadow, "received"),
                              count(shadow, "mirrored"), counts(shadow, "not_mirrored"),
                              count(shadow, "in_flight"), histogram(shadow, "backstage_delay_us")});
  });
  each(value, "endpoints", [&](Value item) { result.endpoints.push_back(endpoint(item)); });
  result.records_dropped = count(value, "records_dropped");
  result.segments_removed = count(value, "segments_removed");
  result.noise_mode = diff::noise_mode_of(value.string_or("noise_mode", ""));
  each(value, "renamed", [&](Value endpoint) {
    result.renamed.push_back({text(endpoint, "from"), text(endpoint, "to")});
  });
  return result;
}

}  // namespace understudy::record
