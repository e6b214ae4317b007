#include "report/severity.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "report/endpoints.h"
#include "report/text.h"

namespace understudy::report {

namespace {

using diff::Judgement;
using diff::Severity;

// Of logs that do not tell it, what the place says by itself.
Severity severity_of(const Place& place) {
  const auto& [name, kind, value_class] = place.key;
  return place.counts.severity.total() == 0 ? diff::usual_severity(name, kind)
                                            : diff::severity_at(name, place.counts.severity);
}

void judge_places(Endpoint& endpoint) {
  for (auto& place : endpoint.places) place.severity = severity_of(place);
  std::stable_sort(endpoint.places.begin(), endpoint.places.end(),
                   [](const Place& a, const Place& b) {
                     if (a.judged.judgement != b.judged.judgement) {
                       return a.judged.judgement < b.judged.judgement;
                     }
                     return a.severity > b.severity;
                   });
}

// The gravest of the signature's places that are no noise. Without places (what went over a limit)
// it may be any.
Severity worst_place(const Signature& signature, const Endpoint& endpoint) {
  if (signature.places.empty()) return Severity::suspicious;
  auto worst = Severity::additive;
  for (const auto& place : endpoint.places) {
    if (place.judged.judgement == Judgement::noise) continue;
    if (signature.has(place.key)) worst = std::max(worst, place.severity);
  }
  return worst;
}

void judge_signature(Signature& signature, Endpoint& endpoint) {
  auto& severity = signature.severity;
  const auto worst = worst_place(signature, endpoint);
  severity.cap(worst);
  const auto told = severity.total();
  if (told < signature.count) severity.add(worst, signature.count - told);
  const bool is_certain = signature.judgement == Judgement::difference;
  auto& totals = endpoint.totals;
  (is_certain ? totals.different_by : totals.unconfirmed_by) += severity;
}

}  // namespace

void judge_severity(Summary& summary) {
  auto signatures = signatures_by_endpoint(summary);
  for (auto& endpoint : summary.endpoints) {
    judge_places(endpoint);
    for (auto* const signature : signatures[{endpoint.shadow, endpoint.name}]) {
      judge_signature(*signature, endpoint);
    }
  }
}

std::string by_severity(const diff::SeverityCounts& counts, diff::Severity least) {
  std::string text;
  const auto add = [&](diff::Severity severity, std::uint64_t count) {
    if (severity < least || count == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), name(severity));
  };
  add(Severity::breaking, counts.breaking);
  add(Severity::suspicious, counts.suspicious);
  add(Severity::additive, counts.additive);
  return text;
}

}  // namespace understudy::report
