#include "report/severity.h"

#include <doctest/doctest.h>

#include "logs.h"

using namespace understudy;
using namespace understudy::report;
using diff::Kind;
using diff::Severity;
using diff::SeverityCounts;

namespace {

record::EndpointCounts::Place place(const std::string& name, Kind kind, std::uint64_t count,
                                    const SeverityCounts& severity) {
  diff::PlaceCounts counts;
  counts.differed = count;
  counts.severity = severity;
  return {{name, kind, diff::ValueClass::none}, counts};
}

// A window of an endpoint whose exchanges all differ, with one signature of all its places.
record::Window window_of(std::uint64_t different, const SeverityCounts& severity,
                         const std::vector<record::EndpointCounts::Place>& places) {
  record::Window window;
  window.shadows = {{"v2", different, different, {}, 0, {}}};
  record::EndpointCounts endpoint;
  endpoint.endpoint = "GET /x";
  endpoint.shadow = "v2";
  endpoint.different = different;
  endpoint.places = places;
  record::EndpointCounts::Signature signature{"0123456789ab", {}, different, severity};
  for (const auto& each : places) signature.places.emplace_back(each.key.place, each.key.kind);
  endpoint.signatures = {signature};
  window.endpoints = {endpoint};
  return window;
}

}  // namespace

TEST_CASE("severity: exchanges are counted by it, and what breaks comes first") {
  auto window = window_of(5, {0, 3, 2}, {place("/b", Kind::type, 5, {0, 3, 2})});
  auto harmless = window_of(90, {90, 0, 0}, {place("/new", Kind::extra, 90, {90, 0, 0})});
  harmless.endpoints[0].endpoint = "GET /y";
  window.endpoints.push_back(harmless.endpoints[0]);

  const auto summary = samples::merged({window});

  CHECK(summary.shadows.at(0).totals.different_by == SeverityCounts{90, 3, 2});
  CHECK(summary.signatures.at(0).endpoint == "GET /x");
  CHECK(summary.signatures.at(0).severity.worst() == Severity::breaking);
  CHECK(summary.endpoints.at(0).name == "GET /x");
}

TEST_CASE("severity: a signature loses what only noise made of it") {
  auto noisy = place("/gone", Kind::missing, 40, {0, 0, 40});
  noisy.counts.both = 40;
  const auto real = place("/a", Kind::value, 40, {0, 40, 0});
  auto window = window_of(40, {0, 0, 40}, {real, noisy});
  window.endpoints[0].places[0].counts.only_shadow = 40;
  window.endpoints[0].referenced = 40;

  const auto summary = samples::merged({window});

  REQUIRE(summary.signatures.size() == 1);
  CHECK(summary.signatures[0].severity == SeverityCounts{0, 40, 0});
}

TEST_CASE("severity: what a log does not tell follows from the places") {
  const auto summary = samples::merged({window_of(
      7, {}, {place("/a", Kind::extra, 7, {}), place("/items/*/b", Kind::missing, 7, {})})});

  CHECK(summary.signatures.at(0).severity == SeverityCounts{0, 0, 7});
  CHECK(summary.endpoints.at(0).places.at(0).key.place == "/items/*/b");
  CHECK(summary.endpoints.at(0).totals.different_by.breaking == 7);
}

TEST_CASE("severity: in words only what is at least so grave") {
  CHECK(by_severity({2, 0, 1000}, Severity::additive) == "1,000 breaking, 2 additive");
  CHECK(by_severity({2, 3, 0}, Severity::suspicious) == "3 suspicious");
  CHECK(by_severity({2, 3, 0}, Severity::breaking).empty());
}
