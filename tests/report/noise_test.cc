#include "report/noise.h"

#include <doctest/doctest.h>

#include "logs.h"
#include "report/facts.h"
#include "understudy/report/verdict.h"

using namespace understudy;
using namespace understudy::report;
using diff::Judgement;
using diff::Kind;

namespace {

// A window of 100 exchanges of one endpoint, all with a reference; `different` of them have that
// signature of one place.
record::Window window_of(std::uint64_t different, const diff::PlaceCounts& counts) {
  record::Window window;
  window.instance = "one";
  window.is_final = true;
  window.shadows = {{"v2", 100, 100, {}, 0, {}}};
  record::EndpointCounts endpoint;
  endpoint.endpoint = "GET /x";
  endpoint.shadow = "v2";
  endpoint.same = 100 - counts.differed;
  endpoint.different = different;
  endpoint.noise = counts.differed - different;
  endpoint.referenced = 100;
  endpoint.places = {{{"/a", Kind::value, diff::ValueClass::none}, counts}};
  if (different != 0) endpoint.signatures = {{"0123456789ab", {{"/a", Kind::value}}, different}};
  window.endpoints = {endpoint};
  return window;
}

diff::PlaceCounts counts_of(std::uint64_t only_shadow, std::uint64_t both) {
  diff::PlaceCounts counts;
  counts.differed = only_shadow + both;
  counts.only_shadow = only_shadow;
  counts.only_reference = both / 4;
  counts.both = both;
  return counts;
}

}  // namespace

TEST_CASE("noise: exchanges that differ like the reference are moved to it, and pass") {
  const auto summary = samples::merged({window_of(40, counts_of(10, 40))});

  const auto& totals = summary.endpoints.at(0).totals;
  CHECK(totals.different == 0);
  CHECK(totals.noise == 50);
  CHECK(summary.shadows.at(0).totals.noise == 50);
  CHECK(summary.signatures.empty());
  CHECK(summary.shadows.at(0).unaccounted_mirrored() == 0);
  CHECK(judge(summary, {}).answer == Answer::pass);
}

TEST_CASE("noise: a place that was noise until enough was seen gets a signature") {
  const auto summary = samples::merged({window_of(0, counts_of(60, 0))});

  REQUIRE(summary.signatures.size() == 1);
  CHECK(summary.signatures[0].places.at(0).first == "/a");
  CHECK(summary.signatures[0].judgement == Judgement::difference);
  CHECK(summary.endpoints.at(0).totals.different == 60);
  CHECK(summary.endpoints.at(0).totals.noise == 0);
  CHECK(judge(summary, {}).answer == Answer::fail);
}

TEST_CASE("noise: what is not certain makes the verdict inconclusive, and says what is needed") {
  const auto summary = samples::merged({window_of(2, counts_of(2, 0))});

  REQUIRE(summary.signatures.size() == 1);
  CHECK(summary.signatures[0].judgement == Judgement::unconfirmed);
  CHECK(summary.endpoints.at(0).totals.unconfirmed == 2);
  const auto verdict = judge(summary, {});
  CHECK(verdict.answer == Answer::inconclusive);
  CHECK(verdict.reasons.at(0).code == "unconfirmed");
  const auto& place = summary.endpoints.at(0).places.at(0);
  CHECK(evidence(place, {100, 100}).find("more needed") != std::string::npos);
}

TEST_CASE("noise: what little is known of one endpoint is judged with its siblings") {
  std::vector<record::Window> windows;
  for (int i = 0; i < 10; ++i) {
    auto window = window_of(2, {});
    auto& endpoint = window.endpoints[0];
    endpoint.endpoint = "GET /articles/a" + std::string(1, static_cast<char>('a' + i));
    endpoint.same = 98;
    endpoint.noise = endpoint.referenced = 0;
    auto& counts = endpoint.places[0].counts;
    counts.differed = 2;
    counts.less = counts.greater = 1;
    windows.push_back(window);
  }

  CHECK(samples::merged({windows[0]}).signatures.size() == 1);
  CHECK(samples::merged(windows).signatures.empty());
}

TEST_CASE("noise: what was gone whenever it was asked again is not certain, and fails nothing") {
  auto window = window_of(2, {});
  auto& endpoint = window.endpoints[0];
  endpoint.same = 98;
  endpoint.noise = endpoint.referenced = 0;
  endpoint.places[0].counts.differed = 2;
  auto& rechecks = endpoint.signatures[0].rechecks;
  rechecks.transient = 2;
  auto summary = samples::merged({window});
  REQUIRE(summary.signatures.size() == 1);
  CHECK(summary.signatures[0].judgement == Judgement::unconfirmed);
  CHECK(summary.endpoints[0].totals.unconfirmed == 2);
  CHECK(judge(summary, {}).answer == Answer::inconclusive);
  CHECK(evidence_of(summary.endpoints[0], summary.signatures[0]) ==
        "not certain: re-checked 2 times: transient");

  SUBCASE("once it was not") {
    rechecks.persistent = 1;
  }
  SUBCASE("once something else was there") {
    rechecks.unstable = 1;
  }
  summary = samples::merged({window});

  const bool is_mixed = rechecks.total() == 3;
  CHECK(summary.signatures[0].judgement ==
        (is_mixed ? Judgement::difference : Judgement::unconfirmed));
  CHECK(judge(summary, {}).answer == (is_mixed ? Answer::fail : Answer::inconclusive));
}

TEST_CASE("noise: what comes and goes is the shadow's where the reference proves it") {
  auto window = window_of(60, counts_of(60, 0));
  window.endpoints[0].signatures[0].rechecks.transient = 5;

  const auto summary = samples::merged({window});

  CHECK(summary.signatures.at(0).judgement == Judgement::difference);
  CHECK(evidence_of(summary.endpoints[0], summary.signatures[0]).find("5 times: transient") !=
        std::string::npos);
}

TEST_CASE("noise: re-checks add up over windows, in any order; alone they are no signature") {
  const auto first = window_of(2, counts_of(2, 0));
  auto later = window_of(0, {});
  later.endpoints[0].places.clear();
  later.endpoints[0].same = 0;
  later.endpoints[0].signatures = {{"0123456789ab", {}, 0, {}, {1, 0, 0}}};

  for (const auto& windows : {std::vector{first, later}, std::vector{later, first}}) {
    const auto summary = samples::merged(windows);
    REQUIRE(summary.signatures.size() == 1);
    CHECK(summary.signatures[0].rechecks.persistent == 1);
    CHECK(summary.signatures[0].places.size() == 1);
  }
  CHECK(samples::merged({later}).signatures.empty());
}
