#include "understudy/report/summary.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include <doctest/doctest.h>

#include "logs.h"

using namespace understudy;
using namespace understudy::report;
using record::Outcome;

TEST_CASE("summary: windows of several processes add up in any order") {
  auto one = samples::window_of(3, 1), two = samples::window_of(5, 2);
  two.instance = "two";
  two.is_final = false;
  two.to += std::chrono::seconds(5);

  const auto summary = samples::merged({one, two});
  const auto reversed = samples::merged({two, one});

  CHECK(summary.processes == 2);
  CHECK(summary.unfinished == 1);
  CHECK(summary.to == two.to);
  CHECK(reversed.to == two.to);
  REQUIRE(summary.shadows.size() == 1);
  CHECK(summary.shadows[0].totals.same == 8);
  CHECK(reversed.shadows[0].totals.same == 8);
  CHECK(summary.shadows[0].unaccounted_mirrored() == 0);
  CHECK(summary.signatures.at(0).count == 3);
  CHECK(summary.endpoints.at(0).totals.latency.shadow.count() == 11);
}

TEST_CASE("summary: in flight is what the last window of each stage says, not a sum") {
  auto first = samples::window_of(3, 0);
  first.is_final = false;
  first.shadows[0].mirrored = first.shadows[0].received = 8;
  first.shadows[0].in_flight = 5;
  auto second = samples::window_of(5, 0);
  second.from = first.to;
  second.to = first.to + limits::window_period;
  second.shadows[0].mirrored = second.shadows[0].received = 1;
  second.shadows[0].in_flight = 1;

  for (const auto& summary : {samples::merged({first, second}), samples::merged({second, first})}) {
    CHECK(summary.shadows.at(0).in_flight == 1);
    CHECK(summary.shadows.at(0).unaccounted_mirrored() == 0);
    CHECK(summary.unfinished == 0);
  }
}

TEST_CASE("summary: what lost windows leave open is not hidden") {
  auto window = samples::window_of(3, 0);
  window.shadows[0].mirrored = 5;
  window.shadows[0].received = 9;
  const auto shadow = samples::merged({window}).shadows.at(0);
  CHECK(shadow.unaccounted_mirrored() == 2);
  CHECK(shadow.unaccounted_received() == 4);
}

TEST_CASE("summary: endpoints with differences come first, then failures, then the busy") {
  std::vector<record::Exchange> exchanges(5, samples::exchange(Outcome::same, "GET /busy"));
  exchanges.push_back(samples::exchange(Outcome::same, "GET /quiet"));
  exchanges.push_back(samples::exchange(Outcome::shadow_failed, "GET /failing"));
  exchanges.push_back(samples::exchange(Outcome::different, "GET /different"));

  const auto summary = samples::merged({samples::window(exchanges)});

  REQUIRE(summary.endpoints.size() == 4);
  CHECK(summary.endpoints[0].name == "GET /different");
  CHECK(summary.endpoints[1].name == "GET /failing");
  CHECK(summary.endpoints[2].name == "GET /busy");
}

TEST_CASE("summary: endpoints beyond the limit are summed up as one, and nothing is lost") {
  Merger merger;
  const auto too_many = limits::max_report_entries + 7;
  record::Window window = samples::window({});
  for (std::size_t i = 0; i < too_many; ++i) {
    record::EndpointCounts counts;
    counts.endpoint = "GET /" + std::to_string(i);
    counts.shadow = "v2";
    counts.same = 1;
    window.endpoints.push_back(counts);
  }

  merger.add(window);

  const auto summary = merger.summary();
  CHECK(summary.endpoints.size() == limits::max_report_entries + 1);
  CHECK(summary.shadows.at(0).totals.same == too_many);
  CHECK(summary.endpoints.at(0).name == "(other)");
}

namespace {

// Windows of one request each, every `step` of them.
std::vector<record::Window> windows_every(Duration step, std::size_t count) {
  std::vector<record::Window> windows(count, samples::window_of(1, 0));
  for (std::size_t i = 0; i < count; ++i) windows[i].from += static_cast<std::int64_t>(i) * step;
  return windows;
}

std::vector<std::uint64_t> same_over_time(const Summary& summary) {
  std::vector<std::uint64_t> counts;
  for (const auto& stretch : summary.shadows.at(0).history) counts.push_back(stretch.totals.same);
  return counts;
}

}  // namespace

TEST_CASE("summary: history has a stretch for each window, empty ones between") {
  const auto summary = samples::merged(windows_every(3 * limits::window_period, 2));

  CHECK(same_over_time(summary) == std::vector<std::uint64_t>{1, 0, 0, 1});
  CHECK(summary.shadows.at(0).stretch_length == limits::window_period);
  CHECK(summary.shadows.at(0).history.at(0).from == summary.from);
  CHECK(summary.shadows.at(0).history.at(0).totals.latency.primary.count() == 1);
}

TEST_CASE("summary: history is bounded, loses nothing and does not depend on the order") {
  for (const auto step :
       {limits::window_period, 7 * limits::window_period, Duration(std::chrono::hours(9999))}) {
    auto windows = windows_every(step, 200);
    const auto forwards = samples::merged(windows);
    std::reverse(windows.begin(), windows.end());
    std::swap(windows[3], windows[150]);
    const auto shuffled = samples::merged(windows);

    const auto counts = same_over_time(forwards);
    CHECK(counts.size() <= limits::timeline_buckets);
    CHECK(counts.size() > limits::timeline_buckets / 2);
    CHECK(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) == 200);
    CHECK(same_over_time(shuffled) == counts);
  }
}

TEST_CASE("summary: endpoints that turned out to be one are counted as one, in any order") {
  const std::string whole = "GET /articles/{name}";
  const auto of = [](Outcome outcome, const std::string& endpoint, std::int64_t number) {
    auto window = samples::window({samples::exchange(outcome, endpoint)});
    window.from += number * limits::window_period;
    window.to += number * limits::window_period;
    return window;
  };
  std::vector<record::Window> windows = {
      of(Outcome::different, "GET /articles/amber", 0), of(Outcome::same, "GET /articles/birch", 1),
      of(Outcome::different, "GET /articles/birch", 2), of(Outcome::different, whole, 3),
      of(Outcome::same, "GET /articles/latest", 4)};
  windows[3].renamed = {{"GET /articles/amber", whole}, {"GET /articles/birch", whole}};

  for (int order = 0; order < 2; ++order) {
    const auto summary = samples::merged(windows);
    REQUIRE(summary.endpoints.size() == 2);
    const auto& endpoint = summary.endpoints[0];
    CHECK(endpoint.name == whole);
    CHECK(endpoint.totals.same == 1);
    CHECK(endpoint.totals.different == 3);
    CHECK(endpoint.totals.latency.primary.count() == 4);
    REQUIRE_FALSE(endpoint.places.empty());
    CHECK(endpoint.places[0].counts.differed == 3);
    CHECK(summary.endpoints[1].name == "GET /articles/latest");

    REQUIRE(summary.signatures.size() == 1);
    const auto& signature = summary.signatures[0];
    CHECK(signature.id == samples::exchange(Outcome::different, whole).signature);
    CHECK(signature.count == 3);
    CHECK(signature.severity.total() == 3);
    CHECK(signature.first_seen == windows[order == 0 ? 0 : 4].from);
    CHECK(signature.earlier_ids.size() == 2);
    CHECK(std::count(signature.earlier_ids.begin(), signature.earlier_ids.end(),
                     samples::exchange(Outcome::different, "GET /articles/amber").signature) == 1);
    std::reverse(windows.begin(), windows.end());
  }
}

TEST_CASE("summary: names that lead in a circle, or nowhere, lose nothing") {
  auto window = samples::window({samples::exchange(Outcome::same, "GET /a"),
                                 samples::exchange(Outcome::same, "GET /b"),
                                 samples::exchange(Outcome::different, "GET /c")});
  window.renamed = {{"GET /a", "GET /b"}, {"GET /b", "GET /a"}, {"GET /c", "GET /c"}};

  const auto summary = samples::merged({window});

  CHECK(summary.shadows.at(0).totals.same == 2);
  CHECK(summary.shadows.at(0).totals.different == 1);
  CHECK(summary.signatures.at(0).count == 1);
}
