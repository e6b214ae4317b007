#include "understudy/record/record.h"

#include <algorithm>

#include "understudy/base/limits.h"
#include "understudy/json/writer.h"

namespace understudy::record {

namespace {

// Both kinds begin like this; readers tell them apart without parsing.
constexpr std::string_view window_start = R"({"schema_version":1,"kind":"window")";
static_assert(schema_version == 1, "window_start names the version");

void put_count(json::Writer& out, std::string_view name, std::uint64_t value) {
  out.key(name).integer(static_cast<std::int64_t>(value));
}

void put_counts(json::Writer& out, std::string_view name,
                const std::map<std::string, std::uint64_t>& counts) {
  out.key(name).begin_object();
  for (const auto& [reason, count] : counts) put_count(out, reason, count);
  out.end_object();
}

void put_leg(json::Writer& out, std::string_view name, const Leg& leg) {
  out.key(name).begin_object();
  out.key("status").integer(leg.status);
  out.key("duration_us").integer(leg.duration_us);
  put_count(out, "body_bytes", leg.body_bytes);
  out.key("error").string(leg.error);
  out.end_object();
}

void put_value(json::Writer& out, const std::string& leg, const diff::ShownValue& value) {
  out.key(leg).string(value.text);
  if (value.is_cut) out.key(leg + "_is_cut").boolean(true);
}

void put_difference(json::Writer& out, const diff::Difference& difference) {
  out.begin_object();
  out.key("place").string(difference.place);
  out.key("kind").string(diff::name(difference.kind));
  if (diff::is_extra(difference.kind)) {
    out.key("primary").null();
  } else {
    put_value(out, "primary", difference.primary);
  }
  if (diff::is_missing(difference.kind)) {
    out.key("shadow").null();
  } else {
    put_value(out, "shadow", difference.shadow);
  }
  if (!difference.general.empty()) out.key("general").string(difference.general);
  if (difference.elements > 1) put_count(out, "elements", difference.elements);
  out.key("severity").string(diff::name(difference.severity));
  if (!difference.noise.empty()) out.key("noise").string(difference.noise);
  out.end_object();
}

void put_histogram(json::Writer& out, std::string_view name, const Histogram& histogram) {
  out.key(name).begin_array();
  for (const auto& [index, count] : histogram.buckets()) {
    out.begin_array();
    out.integer(Histogram::lowest_us(index)).integer(static_cast<std::int64_t>(count));
    out.end_array();
  }
  out.end_array();
}

// As members of the object that is open.
void put_latencies(json::Writer& out, const Latencies& latencies) {
  put_histogram(out, "primary_latency_us", latencies.primary);
  put_histogram(out, "shadow_latency_us", latencies.shadow);
  put_histogram(out, "slower_by_us", latencies.slower_by);
  put_histogram(out, "faster_by_us", latencies.faster_by);
}

void put_place(json::Writer& out, std::string_view place, diff::Kind kind) {
  out.key("place").string(place);
  out.key("kind").string(diff::name(kind));
}

void put_list(json::Writer& out, std::string_view name,
              std::initializer_list<std::uint64_t> counts) {
  out.key(name).begin_array();
  for (const auto count : counts) out.integer(static_cast<std::int64_t>(count));
  out.end_array();
}

void put_severity(json::Writer& out, const diff::SeverityCounts& severity) {
  put_list(out, "severity", {severity.breaking, severity.suspicious, severity.additive});
}

void put_counted_place(json::Writer& out, const diff::PlaceKey& key,
                       const diff::PlaceCounts& counts) {
  out.begin_object();
  put_place(out, key.place, key.kind);
  out.key("class").string(diff::name(key.value_class));
  put_count(out, "count", counts.differed);
  put_list(out, "reference",
           {counts.only_shadow, counts.only_reference, counts.both, counts.only_primary,
            counts.shadow_above, counts.shadow_below, counts.shadow_more, counts.reference_more});
  put_list(out, "sides", {counts.less, counts.greater});
  put_list(out, "repeats", {counts.steady, counts.varied});
  put_list(out, "trend", {counts.rises, counts.falls, counts.alike, counts.stuck});
  put_severity(out, counts.severity);
  out.end_object();
}

void put_signature(json::Writer& out, const EndpointCounts::Signature& signature) {
  out.begin_object();
  out.key("id").string(signature.id);
  out.key("places").begin_array();
  for (const auto& [place, kind] : signature.places) {
    out.begin_object();
    put_place(out, place, kind);
    out.end_object();
  }
  out.end_array();
  put_count(out, "count", signature.count);
  put_severity(out, signature.severity);
  const auto& rechecks = signature.rechecks;
  put_list(out, "rechecks", {rechecks.persistent, rechecks.transient, rechecks.unstable});
  out.end_object();
}

void put_endpoint(json::Writer& out, const EndpointCounts& endpoint) {
  out.begin_object();
  out.key("endpoint").string(endpoint.endpoint);
  out.key("shadow").string(endpoint.shadow);
  put_count(out, "same", endpoint.same);
  put_count(out, "different", endpoint.different);
  put_count(out, "noise", endpoint.noise);
  put_counts(out, "tainted", endpoint.tainted);
  put_count(out, "referenced", endpoint.referenced);
  put_counts(out, "shadow_failed", endpoint.shadow_failed);
  put_counts(out, "not_compared", endpoint.not_compared);
  put_count(out, "primary_errors", endpoint.primary_errors);
  put_count(out, "shadow_errors", endpoint.shadow_errors);
  put_count(out, "both_errors", endpoint.both_errors);
  out.key("places").begin_array();
  for (const auto& [key, counts] : endpoint.places) put_counted_place(out, key, counts);
  out.end_array();
  out.key("signatures").begin_array();
  for (const auto& signature : endpoint.signatures) put_signature(out, signature);
  out.end_array();
  put_latencies(out, endpoint.latency);
  out.key("cold").begin_object();
  put_latencies(out, endpoint.cold_latency);
  out.end_object();
  out.end_object();
}

void put_shadow(json::Writer& out, const ShadowCounts& shadow) {
  out.begin_object();
  out.key("shadow").string(shadow.shadow);
  put_count(out, "received", shadow.received);
  put_count(out, "mirrored", shadow.mirrored);
  put_counts(out, "not_mirrored", shadow.not_mirrored);
  put_count(out, "in_flight", shadow.in_flight);
  put_histogram(out, "backstage_delay_us", shadow.backstage_delay);
  out.end_object();
}

json::Writer begin_record(std::string_view kind) {
  json::Writer out;
  out.begin_object();
  out.key("schema_version").integer(schema_version);
  out.key("kind").string(kind);
  return out;
}

}  // namespace

void RecheckCounts::add(Recheck result) {
  ++(result == Recheck::persistent  ? persistent
     : result == Recheck::transient ? transient
                                    : unstable);
}

RecheckCounts& RecheckCounts::operator+=(const RecheckCounts& other) {
  persistent += other.persistent;
  transient += other.transient;
  unstable += other.unstable;
  return *this;
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::same:
      return "same";
    case Outcome::different:
      return "different";
    case Outcome::noise:
      return "noise";
    case Outcome::tainted:
      return "tainted";
    case Outcome::shadow_failed:
      return "shadow_failed";
    case Outcome::not_compared:
      return "not_compared";
    case Outcome::not_mirrored:
      return "not_mirrored";
  }
  return "same";
}

// How many of the differences are no noise.
std::size_t count_of_own(const Exchange& exchange) {
  return static_cast<std::size_t>(
      std::count_if(exchange.differences.begin(), exchange.differences.end(),
                    [](const auto& difference) { return difference.noise.empty(); }));
}

std::string encode(const Exchange& exchange) {
  auto out = begin_record("exchange");
  out.key("id").string(exchange.id);
  out.key("time").string(to_rfc3339(exchange.time));
  out.key("outcome").string(name(exchange.outcome));
  out.key("reason").string(exchange.reason);
  out.key("signature").string(exchange.signature);
  out.key("shadow").string(exchange.shadow);
  out.key("endpoint").string(exchange.endpoint);
  out.key("method").string(exchange.method);
  out.key("target").string(exchange.target);
  out.key("note").string(exchange.note);
  out.key("legs").begin_object();
  put_leg(out, "primary", exchange.primary);
  put_leg(out, "shadow", exchange.shadow_leg);
  out.end_object();
  out.key("differences").begin_array();
  const bool has_more = exchange.differences.size() > limits::max_recorded_differences;
  // What is the shadow's goes before noise where there is no room for both.
  auto room_for_own = limits::max_recorded_differences;
  auto room_for_noise = room_for_own - std::min(room_for_own, count_of_own(exchange));
  for (const auto& difference : exchange.differences) {
    auto& room = difference.noise.empty() ? room_for_own : room_for_noise;
    if (room == 0) continue;
    --room;
    put_difference(out, difference);
  }
  out.end_array();
  out.key("is_truncated").boolean(exchange.is_truncated || has_more);
  out.end_object();
  return out.take();
}

std::string encode(const Window& window) {
  auto out = begin_record("window");
  out.key("instance").string(window.instance);
  out.key("stage").integer(window.stage);
  out.key("from").string(to_rfc3339(window.from));
  out.key("to").string(to_rfc3339(window.to));
  out.key("is_final").boolean(window.is_final);
  out.key("live").begin_object();
  put_count(out, "requests", window.live.requests);
  put_counts(out, "failures", window.live.failures);
  out.end_object();
  out.key("shadows").begin_array();
  for (const auto& shadow : window.shadows) put_shadow(out, shadow);
  out.end_array();
  out.key("endpoints").begin_array();
  for (const auto& endpoint : window.endpoints) put_endpoint(out, endpoint);
  out.end_array();
  put_count(out, "records_dropped", window.records_dropped);
  put_count(out, "segments_removed", window.segments_removed);
  out.key("noise_mode").string(diff::name(window.noise_mode));
  out.key("renamed").begin_array();
  for (const auto& [from, to] : window.renamed) {
    out.begin_object();
    out.key("from").string(from);
    out.key("to").string(to);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take();
}

bool is_window_line(std::string_view line) {
  return line.substr(0, window_start.size()) == window_start;
}

}  // namespace understudy::record
