#include "report/facts.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "report/noise.h"
#include "report/severity.h"
#include "report/text.h"
#include "understudy/base/limits.h"

namespace understudy::report {

std::vector<std::string> finding(const Summary& summary, const Verdict& verdict) {
  std::set<std::string> all, differing;
  for (const auto& endpoint : summary.endpoints) {
    all.insert(endpoint.name);
    if (endpoint.totals.different != 0) differing.insert(endpoint.name);
  }
  std::vector<std::string> pieces{
      fmt::format("{} compared in {},", counted(verdict.compared, "request"),
                  counted(all.size(), "endpoint")),
      "none different"};
  if (!differing.empty()) {
    pieces = {
        fmt::format("{} of {} {}:", grouped(differing.size()), counted(all.size(), "endpoint"),
                    differing.size() == 1 ? "differs" : "differ"),
        fmt::format("{} of {}", grouped(verdict.different),
                    counted(verdict.compared, "compared request")),
        fmt::format("({});", percent(verdict.different, verdict.compared)),
        by_severity(verdict.different_by, diff::Severity::additive)};
  }
  if (verdict.accepted != 0) {
    pieces.back() += ',';
    pieces.push_back(fmt::format("{} accepted", grouped(verdict.accepted)));
  }
  return pieces;
}

std::vector<std::pair<std::string, std::uint64_t>> by_frequency(const Counts& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::erase_if(sorted, [](const auto& each) { return each.second == 0; });
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

const Endpoint& endpoint_of(const Summary& summary, const Signature& signature) {
  static const Endpoint none;
  const auto found = std::find_if(
      summary.endpoints.begin(), summary.endpoints.end(), [&](const Endpoint& endpoint) {
        return endpoint.name == signature.endpoint && endpoint.shadow == signature.shadow;
      });
  return found == summary.endpoints.end() ? none : *found;
}

namespace {

// Empty: none was.
std::string rechecks_of(const Signature& signature) {
  const auto& counts = signature.rechecks;
  const auto total = counts.total();
  if (total == 0) return {};
  std::vector<std::string> parts;
  for (const auto& [name, count] : {std::pair("persistent", counts.persistent),
                                    {"transient", counts.transient},
                                    {"unstable", counts.unstable}}) {
    if (count == total) parts.emplace_back(name);
    if (count != 0 && count != total) parts.push_back(fmt::format("{} {}", grouped(count), name));
  }
  const auto times = total == 1 ? std::string("once") : counted(total, "time");
  return fmt::format("re-checked {}: {}", times, fmt::join(parts, ", "));
}

std::string best_evidence(const Endpoint& endpoint, const Signature& signature) {
  const Place* best = nullptr;
  for (const auto& place : endpoint.places) {
    if (!signature.has(place.key)) continue;
    if (place.judged.judgement != signature.judgement) continue;
    if (best == nullptr || place.judged.e_value > best->judged.e_value) best = &place;
  }
  return best == nullptr ? std::string() : evidence(*best, endpoint);
}

}  // namespace

std::string evidence_of(const Endpoint& endpoint, const Signature& signature) {
  auto text = best_evidence(endpoint, signature);
  const auto rechecks = rechecks_of(signature);
  if (rechecks.empty()) return text;
  if (!text.empty()) return text + "; " + rechecks;
  return (signature.judgement == diff::Judgement::unconfirmed ? "not certain: " : "") + rechecks;
}

std::string evidence_at(const Endpoint& endpoint, const Signature& signature,
                        const std::string& place, diff::Kind kind) {
  const Place* gravest = nullptr;
  for (const auto& each : endpoint.places) {
    if (each.key.place != place || each.key.kind != kind || each.counts.differed == 0) continue;
    if (gravest == nullptr || each.judged.judgement < gravest->judged.judgement) gravest = &each;
  }
  if (gravest == nullptr || gravest->judged.judgement != signature.judgement) return {};
  const auto words = evidence(*gravest, endpoint);
  const bool is_told =
      gravest->counts.differed == signature.count && words == best_evidence(endpoint, signature);
  if (is_told) return {};
  return fmt::format("differs in {} of {}; {}", grouped(gravest->counts.differed),
                     grouped(endpoint.totals.compared()), words);
}

std::string variants_text(const Signature& signature) {
  if (signature.variants.empty()) return {};
  std::vector<std::size_t> partly;
  for (std::size_t i = 0; i < signature.places.size(); ++i) {
    if (signature.count_at(i) < signature.count) partly.push_back(i);
  }
  std::stable_sort(partly.begin(), partly.end(), [&](std::size_t a, std::size_t b) {
    return signature.count_at(a) > signature.count_at(b);
  });
  auto text = fmt::format("{} signatures of one cause, at {}", grouped(signature.variants.size()),
                          counted(signature.places.size(), "place"));
  const auto shown = std::min(limits::report_differences, partly.size());
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("{}{} in {}", i == 0 ? "; not always: " : ", ",
                        harmless(signature.places[partly[i]].first),
                        grouped(signature.count_at(partly[i])));
  }
  return partly.size() == shown ? text : fmt::format("{} and {} more", text, partly.size() - shown);
}

std::string life_text(const Signature& signature) {
  switch (signature.life) {
    case Life::known:
      return {};
    case Life::recent:
      return "new since " + seconds_of(signature.first_seen);
    case Life::back_again:
      return "back again, after a time without it";
    case Life::fixed:
      return fmt::format("fixed: not seen since {}{}", seconds_of(signature.last_seen),
                         signature.is_accepted ? "; may be removed: understudy accept --remove " +
                                                     harmless(signature.id)
                                               : "");
  }
  return {};
}

std::string shown_text(const diff::ShownValue& value) {
  return harmless(value.text) + (value.is_cut ? "..." : "");
}

std::vector<diff::Difference> telling(const record::Exchange& example) {
  std::set<std::pair<std::string, diff::Kind>> seen;
  std::vector<diff::Difference> result;
  for (const auto& difference : example.differences) {
    if (!seen.emplace(diff::generalized_place(difference), difference.kind).second) continue;
    if (difference.noise.empty()) result.push_back(difference);
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& a, const auto& b) { return a.severity > b.severity; });
  return result;
}

std::vector<NoisePlace> noise_places(const Summary& summary) {
  std::vector<NoisePlace> places;
  for (const auto& endpoint : summary.endpoints) {
    for (const auto& place : endpoint.places) {
      if (place.judged.judgement == diff::Judgement::noise) places.push_back({&endpoint, &place});
    }
  }
  std::stable_sort(places.begin(), places.end(), [](const NoisePlace& a, const NoisePlace& b) {
    return a.place->counts.differed > b.place->counts.differed;
  });
  return places;
}

std::vector<TimedEndpoint> busiest_endpoints(const Summary& summary, const Timings& timings) {
  std::vector<TimedEndpoint> busiest;
  for (std::size_t i = 0; i < summary.endpoints.size(); ++i) {
    const auto& timing = timings.endpoints[i];
    if (timing.count != 0) busiest.push_back({&summary.endpoints[i], &timing});
  }
  std::stable_sort(busiest.begin(), busiest.end(),
                   [](const TimedEndpoint& a, const TimedEndpoint& b) {
                     return a.timing->count > b.timing->count;
                   });
  return busiest;
}

const Percentile& slowest_percentile(const Timing& timing, LatencyOf what) {
  if (what == LatencyOf::endpoint) return timing.percentiles.front();
  return *std::max_element(
      timing.percentiles.begin(), timing.percentiles.end(),
      [](const Percentile& a, const Percentile& b) { return a.slowness < b.slowness; });
}

std::string_view latency_verdict(const Timing& timing, LatencyOf what) {
  if (timing.judged < limits::verdict_min_endpoint_requests) return "too few to tell";
  switch (slowest_percentile(timing, what).slowness) {
    case Slowness::none:
      return "within limits";
    case Slowness::suspected:
      return "may be too slow";
    case Slowness::own:
      return "not judged: understudy had to wait";
    case Slowness::certain:
      return "too slow";
  }
  return "within limits";
}

std::string shadow_in_words(const Shadow& shadow) {
  return shadow.name == "shadow" ? shadow.name : "shadow " + shadow.name;
}

std::string period(const Summary& summary) {
  return fmt::format("{} to {}, {}", seconds_of(summary.from), seconds_of(summary.to),
                     counted(summary.processes, "process run"));
}

std::vector<std::string> log_facts(const Report& report) {
  const auto& summary = report.summary;
  std::vector<std::string> pieces{counted(summary.windows, "window") + ",",
                                  counted(report.examples, "example") + " in",
                                  counted(report.segments, "segment") + ",", bytes(report.bytes)};
  const auto add = [&pieces](std::uint64_t count, std::string_view what, std::string_view after) {
    if (count == 0) return;
    pieces.back() += ';';
    pieces.push_back(counted(count, what).append(after));
  };
  add(summary.records_dropped, "record", " dropped");
  add(summary.segments_removed, "old segment", " removed");
  add(report.torn_lines, "torn line", "");
  add(summary.unfinished, "process run", " not ended (alive or killed)");
  return pieces;
}

std::vector<Reason> other_reasons(const Summary& summary, const Verdict& verdict) {
  auto reasons = verdict.reasons;
  if (summary.shadows.size() == 1) {
    std::erase_if(reasons, [](const Reason& reason) { return reason.code == "differences"; });
  }
  return reasons;
}

}  // namespace understudy::report
