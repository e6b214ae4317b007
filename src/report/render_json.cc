#include <algorithm>

#include <fmt/format.h>

#include "report/noise.h"
#include "understudy/base/limits.h"
#include "understudy/json/writer.h"
#include "understudy/report/render.h"

namespace understudy::report {

namespace {

void put(json::Writer& out, std::string_view name, std::uint64_t value) {
  out.key(name).integer(static_cast<std::int64_t>(value));
}

void put(json::Writer& out, std::string_view name, const Counts& counts) {
  out.key(name).begin_object();
  for (const auto& [reason, count] : counts) put(out, reason, count);
  out.end_object();
}

void put_rate(json::Writer& out, std::string_view name, std::uint64_t part, std::uint64_t whole) {
  out.key(name);
  if (whole == 0) {
    out.null();
  } else {
    out.number(static_cast<double>(part) / static_cast<double>(whole));
  }
}

void put_latency(json::Writer& out, std::string_view name, const record::Histogram& histogram) {
  out.key(name).begin_object();
  put(out, "count", histogram.count());
  out.key("p50_us").integer(histogram.quantile_us(0.5));
  out.key("p95_us").integer(histogram.quantile_us(0.95));
  out.key("p99_us").integer(histogram.quantile_us(0.99));
  out.end_object();
}

void put_severity(json::Writer& out, std::string_view name, const diff::SeverityCounts& counts) {
  out.key(name).begin_object();
  put(out, "breaking", counts.breaking);
  put(out, "suspicious", counts.suspicious);
  put(out, "additive", counts.additive);
  out.end_object();
}

void put_limit(json::Writer& out, const std::string& name, std::optional<std::int64_t> limit_us) {
  out.key(name);
  if (limit_us) {
    out.integer(*limit_us);
  } else {
    out.null();
  }
}

// "p50_us", "p50_low_us" and "p50_high_us".
void put_estimate(json::Writer& out, const std::string& name, const Estimate& estimate) {
  out.key(name + "_us").integer(estimate.value_us);
  put_limit(out, name + "_low_us", estimate.low_us);
  put_limit(out, name + "_high_us", estimate.high_us);
}

void put_timed(json::Writer& out, std::string_view name, const Timing& timing,
               Estimate Percentile::*which) {
  out.key(name).begin_object();
  put(out, "count", which == &Percentile::difference ? timing.pairs : timing.count);
  for (const auto& percentile : timing.percentiles) {
    put_estimate(out, fmt::format("p{:g}", percentile.q * 100), percentile.*which);
  }
  if (which == &Percentile::difference) put_estimate(out, "typical", timing.shift);
  out.end_object();
}

void put_timing(json::Writer& out, const Timing& timing) {
  put_timed(out, "primary_latency", timing, &Percentile::primary);
  put_timed(out, "shadow_latency", timing, &Percentile::shadow);
  put_timed(out, "slower_by", timing, &Percentile::difference);
  out.key("slowness").begin_object();
  for (const auto& percentile : timing.percentiles) {
    out.key(fmt::format("p{:g}", percentile.q * 100)).string(name(percentile.slowness));
  }
  out.end_object();
  put(out, "cold", timing.cold);
  out.key("is_cold").boolean(timing.is_cold);
}

void put_totals(json::Writer& out, const Totals& totals) {
  put(out, "compared", totals.compared());
  put(out, "same", totals.same);
  put(out, "different", totals.different);
  put(out, "accepted", totals.accepted);
  put(out, "unconfirmed", totals.unconfirmed);
  put(out, "noise", totals.noise);
  put(out, "referenced", totals.referenced);
  put(out, "tainted", totals.tainted);
  put(out, "shadow_failed", totals.shadow_failed);
  put(out, "not_compared", totals.not_compared);
  put_rate(out, "difference_rate", totals.different, totals.compared());
  put_severity(out, "different_by", totals.different_by);
  put_severity(out, "unconfirmed_by", totals.unconfirmed_by);
  put(out, "primary_errors", totals.primary_errors);
  put(out, "shadow_errors", totals.shadow_errors);
  put(out, "both_errors", totals.both_errors);
}

void put_shadow(json::Writer& out, const Shadow& shadow, const Timing& timing) {
  out.begin_object();
  out.key("shadow").string(shadow.name);
  put(out, "received", shadow.received);
  put(out, "mirrored", shadow.mirrored);
  put(out, "not_mirrored", shadow.not_mirrored);
  put(out, "in_flight", shadow.in_flight);
  out.key("unaccounted_received").integer(shadow.unaccounted_received());
  out.key("unaccounted_mirrored").integer(shadow.unaccounted_mirrored());
  put_latency(out, "backstage_delay", shadow.backstage_delay);
  put_totals(out, shadow.totals);
  put_timing(out, timing);
  out.end_object();
}

void put_place(json::Writer& out, std::string_view place, diff::Kind kind) {
  out.key("place").string(place);
  out.key("kind").string(diff::name(kind));
}

void put_judged(json::Writer& out, const Place& place, const Endpoint& endpoint) {
  const auto& counts = place.counts;
  out.begin_object();
  put_place(out, place.key.place, place.key.kind);
  out.key("is_accepted").boolean(place.is_accepted);
  out.key("class").string(diff::name(place.key.value_class));
  put(out, "count", counts.differed);
  put(out, "only_shadow", counts.only_shadow);
  put(out, "only_reference", counts.only_reference);
  put(out, "both", counts.both);
  out.key("severity").string(diff::name(place.severity));
  out.key("judgement").string(diff::name(place.judged.judgement));
  out.key("evidence").string(evidence(place, endpoint));
  out.end_object();
}

void put_endpoint(json::Writer& out, const Endpoint& endpoint, const Timing& timing) {
  out.begin_object();
  out.key("endpoint").string(endpoint.name);
  out.key("shadow").string(endpoint.shadow);
  put_totals(out, endpoint.totals);
  put_timing(out, timing);
  out.key("places").begin_array();
  for (const auto& place : endpoint.places) put_judged(out, place, endpoint);
  out.end_array();
  out.end_object();
}

void put_acceptance(json::Writer& out, const config::Acceptance& entry) {
  for (const auto& [name, value] :
       {std::pair("signature", &entry.signature), std::pair("endpoint", &entry.endpoint),
        std::pair("shadow", &entry.shadow), std::pair("reason", &entry.reason),
        std::pair("author", &entry.author), std::pair("accepted", &entry.accepted),
        std::pair("until", &entry.until)}) {
    if (!value->empty()) out.key(name).string(*value);
  }
}

void put_life(json::Writer& out, const Signature& signature) {
  out.key("life").string(name(signature.life));
  for (const auto& [name, time] : {std::pair("first_seen", signature.first_seen),
                                   std::pair("last_seen", signature.last_seen)}) {
    if (time != WallTime{}) out.key(name).string(to_rfc3339(time));
  }
  out.key("is_accepted").boolean(signature.is_accepted);
  out.key("acceptances").begin_array();
  for (const auto& entry : signature.acceptances) {
    out.begin_object();
    put_acceptance(out, entry);
    out.end_object();
  }
  out.end_array();
}

void put_variants(json::Writer& out, const Signature& signature) {
  const auto& variants = signature.variants;
  put(out, "variant_count", variants.size());
  out.key("variants").begin_array();
  for (std::size_t i = 0; i < std::min(limits::report_rows, variants.size()); ++i) {
    out.begin_object();
    out.key("signature").string(variants[i].id);
    put(out, "count", variants[i].count);
    out.end_object();
  }
  out.end_array();
}

void put_signature(json::Writer& out, const Signature& signature) {
  out.begin_object();
  out.key("signature").string(signature.id);
  out.key("endpoint").string(signature.endpoint);
  out.key("shadow").string(signature.shadow);
  put(out, "count", signature.count);
  out.key("severity").string(diff::name(signature.severity.worst()));
  out.key("judgement").string(diff::name(signature.judgement));
  out.key("rechecks").begin_object();
  put(out, "persistent", signature.rechecks.persistent);
  put(out, "transient", signature.rechecks.transient);
  put(out, "unstable", signature.rechecks.unstable);
  out.end_object();
  put_life(out, signature);
  out.key("places").begin_array();
  for (std::size_t i = 0; i < signature.places.size(); ++i) {
    out.begin_object();
    put_place(out, signature.places[i].first, signature.places[i].second);
    put(out, "count", signature.count_at(i));
    out.end_object();
  }
  out.end_array();
  put_variants(out, signature);
  out.key("example");
  if (signature.example) {
    out.raw(record::encode(*signature.example));
  } else {
    out.null();
  }
  out.end_object();
}

void put_log(json::Writer& out, const Report& report) {
  const auto& summary = report.summary;
  out.key("log").begin_object();
  out.key("from").string(to_rfc3339(summary.from));
  out.key("to").string(to_rfc3339(summary.to));
  put(out, "windows", summary.windows);
  put(out, "processes", summary.processes);
  put(out, "unfinished_processes", summary.unfinished);
  put(out, "examples", report.examples);
  put(out, "segments", report.segments);
  put(out, "size_bytes", report.bytes);
  put(out, "torn_lines", report.torn_lines);
  put(out, "records_dropped", summary.records_dropped);
  put(out, "segments_removed", summary.segments_removed);
  out.end_object();
}

void put_verdict(json::Writer& out, const Verdict& verdict) {
  out.key("answer").string(name(verdict.answer));
  out.key("reasons").begin_array();
  for (const auto& reason : verdict.reasons) {
    out.begin_object();
    out.key("code").string(reason.code);
    out.key("shadow").string(reason.shadow);
    out.key("text").string(reason.text);
    out.key("fails").boolean(reason.fails);
    out.key("wants_more").boolean(reason.wants_more);
    put(out, "more_requests", reason.more_requests);
    out.end_object();
  }
  out.end_array();
  put(out, "compared", verdict.compared);
  put(out, "different", verdict.different);
  put(out, "accepted", verdict.accepted);
  put_rate(out, "difference_rate", verdict.different, verdict.compared);
  put_severity(out, "different_by", verdict.different_by);
  out.key("fail_on").string(diff::name(verdict.fail_on));
}

json::Writer begin(std::string_view kind) {
  json::Writer out;
  out.begin_object();
  out.key("schema_version").integer(record::schema_version);
  out.key("kind").string(kind);
  return out;
}

}  // namespace

std::string verdict_json(const Verdict& verdict) {
  auto out = begin("verdict");
  put_verdict(out, verdict);
  out.end_object();
  return out.take() + '\n';
}

std::string report_json(const Report& report, const Verdict& verdict) {
  const auto& summary = report.summary;
  auto out = begin("report");
  out.key("verdict").begin_object();
  put_verdict(out, verdict);
  out.end_object();
  put_log(out, report);
  out.key("live").begin_object();
  put(out, "requests", summary.live_requests);
  put(out, "failures", summary.live_failures);
  out.end_object();
  out.key("shadows").begin_array();
  for (std::size_t i = 0; i < summary.shadows.size(); ++i) {
    put_shadow(out, summary.shadows[i], verdict.timings.shadows[i]);
  }
  out.end_array();
  out.key("endpoints").begin_array();
  for (std::size_t i = 0; i < summary.endpoints.size(); ++i) {
    put_endpoint(out, summary.endpoints[i], verdict.timings.endpoints[i]);
  }
  out.end_array();
  out.key("signatures").begin_array();
  for (const auto& signature : summary.signatures) put_signature(out, signature);
  out.end_array();
  out.key("unseen_acceptances").begin_array();
  for (const auto& [entry, compared] : summary.unseen) {
    out.begin_object();
    put_acceptance(out, entry);
    put(out, "compared", compared);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take() + '\n';
}

std::string acceptances_json(const Accepting& accepting) {
  auto out = begin("acceptances");
  out.key("acceptances").begin_array();
  for (const auto& entry : accepting.entries) {
    out.begin_object();
    put_acceptance(out, entry);
    out.key("is_over").boolean(!entry.holds_on(accepting.today));
    out.key("places").begin_array();
    for (const auto& place : entry.places) out.string(place);
    out.end_array();
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take() + '\n';
}

}  // namespace understudy::report
