#include "report/noise.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "logs.h"
#include "report/facts.h"
#include "understudy/report/render.h"
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

TEST_CASE("noise: the report and the page show it apart, with what it rests on") {
  Report report;
  report.summary = samples::merged({window_of(40, counts_of(10, 40))});
  const auto verdict = judge(report.summary, {});

  for (const auto& shown : {render_report(report, verdict, {}), report_html(report, verdict, {})}) {
    const auto at = shown.find("Noise");
    REQUIRE(at != std::string::npos);
    CHECK(shown.find("GET /x", at) != std::string::npos);
    CHECK(shown.find("reference too, 50 of 100", at) != std::string::npos);
  }
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

// e-BH: of m places the k with the most evidence need m / (k alpha) each.
TEST_CASE("noise: among many places more evidence is asked for, where few have it") {
  const auto judged_with = [](std::uint64_t only_shadow, std::size_t certain_ones) {
    auto window = window_of(only_shadow, counts_of(only_shadow, 0));
    const auto endpoint = window.endpoints[0];
    for (std::size_t i = 1; i < 40; ++i) {
      auto more = window_of(0, counts_of(i < certain_ones ? 60 : 1, 0)).endpoints[0];
      more.endpoint = "GET /more" + std::to_string(i) + "/x";
      window.endpoints.push_back(more);
    }
    const auto summary = samples::merged({window});
    const auto same_name = [&](const Endpoint& each) { return each.name == endpoint.endpoint; };
    const auto found = std::find_if(summary.endpoints.begin(), summary.endpoints.end(), same_name);
    return found->places.at(0).judged.judgement;
  };
  // Of four of four the evidence is 22, of six of six 164.
  CHECK(judged_with(4, 0) == Judgement::unconfirmed);
  CHECK(judged_with(6, 0) == Judgement::unconfirmed);
  CHECK(judged_with(10, 0) == Judgement::difference);
  CHECK(judged_with(6, 9) == Judgement::difference);
}

TEST_CASE("noise: more elements than the reference's are told as what they are") {
  auto counts = counts_of(3, 80);
  counts.only_reference = 1;
  counts.shadow_more = 40;
  counts.reference_more = 2;
  auto window = window_of(0, counts);
  window.endpoints[0].places[0].key.place = "/a/*";
  const auto summary = samples::merged({window});

  const auto& endpoint = summary.endpoints.at(0);
  CHECK(endpoint.places.at(0).judged.judgement == Judgement::difference);
  CHECK(evidence(endpoint.places.at(0), endpoint) ==
        "certain: at more elements than the reference 40 of 100 times, at fewer 2");
}

TEST_CASE("noise: what is not certain makes the verdict inconclusive, and says what is needed") {
  const auto summary = samples::merged({window_of(2, counts_of(2, 0))});

  REQUIRE(summary.signatures.size() == 1);
  CHECK(summary.signatures[0].judgement == Judgement::unconfirmed);
  CHECK(summary.endpoints.at(0).totals.unconfirmed == 2);
  const auto verdict = judge(summary, {});
  CHECK(verdict.answer == Answer::inconclusive);
  CHECK(verdict.reasons.at(0).code == "unconfirmed");
  CHECK(verdict.wants_more);
  CHECK(verdict.reasons.at(0).more_requests == 100);
  CHECK(verdict.reasons.at(0).text.find("; about 100 more requests of GET /x needed") !=
        std::string::npos);
  const auto& endpoint = summary.endpoints.at(0);
  CHECK(evidence(endpoint.places.at(0), endpoint).find("more requests needed") !=
        std::string::npos);
}

TEST_CASE("noise: a reference behind the primary's cache is no reference") {
  auto window = window_of(60, counts_of(60, 0));
  diff::PlaceCounts anew = counts_of(95, 0);
  anew.varied = 5;
  auto& endpoint = window.endpoints.at(0);
  endpoint.same = 5;
  endpoint.noise = 35;
  endpoint.places.push_back(
      {{"header:X-Request-Id", Kind::value, diff::ValueClass::delivery}, anew});
  const auto cached = samples::merged({window});
  CHECK(cached.endpoints.at(0).is_reference_cached);
  CHECK(cached.endpoints.at(0).totals.referenced == 0);
  REQUIRE(cached.endpoints.at(0).places.size() == 2);
  CHECK(cached.endpoints[0].places[0].judged.why == "no reference");
  CHECK(evidence(cached.endpoints[0].places[0], cached.endpoints[0]).find("one cache?") !=
        std::string::npos);

  SUBCASE("one that has an id of its own is") {
    endpoint.places.back().counts = counts_of(0, 95);
    endpoint.places.back().counts.varied = 5;
  }
  SUBCASE("an id that is stored shows nothing") {
    endpoint.places.back().counts.varied = 0;
  }
  SUBCASE("nor does what is new each second") {
    endpoint.places.back().counts.differed = 24;
    endpoint.places.back().counts.only_shadow = 24;
  }
  SUBCASE("nor does one that answers to what no cache keeps") {
    endpoint.endpoint = "POST /x";
  }
  const auto own = samples::merged({window});
  CHECK_FALSE(own.endpoints.at(0).is_reference_cached);
  CHECK(own.endpoints.at(0).places.at(0).judged.why == "reference");
}

TEST_CASE("noise: where most references are cached, one that shows nothing is, too") {
  auto window = window_of(60, counts_of(60, 0));
  for (const auto* name : {"GET /a", "GET /b", "GET /c"}) {
    auto other = window.endpoints.at(0);
    other.endpoint = name;
    other.different = 0;
    other.signatures.clear();
    other.places = {
        {{"header:X-Request-Id", Kind::value, diff::ValueClass::delivery}, counts_of(95, 0)}};
    other.places[0].counts.varied = 5;
    window.endpoints.push_back(other);
  }
  const auto is_cached = [](const Summary& summary) {
    for (const auto& endpoint : summary.endpoints) {
      if (endpoint.name == "GET /x") return endpoint.is_reference_cached;
    }
    return false;
  };
  CHECK(is_cached(samples::merged({window})));
  window.endpoints.pop_back();
  CHECK_FALSE(is_cached(samples::merged({window})));
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
  CHECK(samples::merged(windows).signatures.at(0).judgement == Judgement::unconfirmed);
  windows[3].endpoints[0].places[0].counts.varied = 1;
  CHECK(samples::merged(windows).signatures.empty());
}

TEST_CASE("noise: where an endpoint speaks for itself its siblings are not asked") {
  const auto both_ways = [](const std::string& name, std::uint64_t less, std::uint64_t greater) {
    auto window = window_of(less + greater, {});
    auto& endpoint = window.endpoints[0];
    endpoint.endpoint = name;
    endpoint.same = 100 - less - greater;
    endpoint.noise = endpoint.referenced = 0;
    auto& counts = endpoint.places[0].counts;
    counts.differed = less + greater;
    counts.less = less;
    counts.greater = greater;
    counts.varied = 1;
    return window;
  };
  const auto summary =
      samples::merged({both_ways("GET /s/a", 0, 10), both_ways("GET /s/b", 50, 50)});

  REQUIRE(summary.signatures.size() == 1);
  CHECK(summary.signatures[0].endpoint == "GET /s/a");

  auto quiet = window_of(3, counts_of(3, 0)), noisy = window_of(0, counts_of(10, 40));
  quiet.endpoints[0].endpoint = "GET /s/a";
  noisy.endpoints[0].endpoint = "GET /s/b";
  const auto referenced = samples::merged({quiet, noisy});
  REQUIRE(referenced.signatures.size() == 1);
  CHECK(referenced.signatures[0].judgement == Judgement::unconfirmed);
}

TEST_CASE("noise: what is noise under its name elsewhere is not certain where nobody asks again") {
  auto asked = window_of(0, counts_of(3, 40)), writes = window_of(10, {});
  writes.endpoints[0].endpoint = "POST /orders";
  writes.endpoints[0].noise = writes.endpoints[0].referenced = 0;
  auto& counts = writes.endpoints[0].places[0].counts;
  counts.differed = 10;
  const auto alone = samples::merged({writes});
  CHECK(alone.signatures.at(0).judgement == Judgement::difference);
  const auto beside = samples::merged({asked, writes});
  REQUIRE(beside.signatures.size() == 1);
  CHECK(beside.signatures[0].judgement == Judgement::unconfirmed);
  counts.steady = 5;
  CHECK(samples::merged({asked, writes}).signatures.at(0).judgement == Judgement::difference);
  counts.steady = 0;
  writes.endpoints[0].places[0].key.place = "status";
  writes.endpoints[0].signatures[0].places[0].first = "status";
  CHECK(samples::merged({asked, writes}).signatures.at(0).judgement == Judgement::difference);
}

TEST_CASE("noise: what is certain of one endpoint is not of its siblings") {
  auto lost = window_of(60, counts_of(60, 0));
  lost.endpoints[0].endpoint = "GET /api/users";
  auto once = window_of(1, counts_of(1, 0));
  once.endpoints[0].endpoint = "GET /api/orders";
  const auto summary = samples::merged({lost, once});
  REQUIRE(summary.signatures.size() == 2);
  for (const auto& signature : summary.signatures) {
    const bool is_certain = signature.judgement == Judgement::difference;
    CHECK(is_certain == (signature.endpoint == "GET /api/users"));
  }
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

TEST_CASE("noise: of several places each says how often it differs, and what that rests on") {
  auto window = window_of(60, counts_of(60, 0));
  auto& endpoint = window.endpoints[0];
  endpoint.places.push_back({{"/b", Kind::missing, {}}, counts_of(20, 0)});
  endpoint.signatures[0].places.emplace_back("/b", Kind::missing);
  Report report;
  report.summary = samples::merged({window});
  auto& signature = report.summary.signatures.at(0);
  const auto& judged = report.summary.endpoints.at(0);

  CHECK(evidence_of(judged, signature) == "certain: the reference differs in 0 of 100");
  CHECK(evidence_at(judged, signature, "/a", Kind::value).empty());
  const auto other = evidence_at(judged, signature, "/b", Kind::missing);
  CHECK(other == "differs in 20 of 100; certain: the reference differs in 0 of 100");

  const auto verdict = judge(report.summary, {});
  auto example = samples::exchange(record::Outcome::different, "GET /x");
  example.differences = {{"/b", Kind::missing, {"1", false}, {}}};
  for (const bool has_example : {false, true}) {
    if (has_example) signature.example = example;
    CHECK(render_report(report, verdict, {}).find(other) != std::string::npos);
    CHECK(report_html(report, verdict, {}).find(other) != std::string::npos);
  }
}

TEST_CASE("noise: what nothing is known of but that it differs says so") {
  auto window = window_of(60, {});
  window.endpoints[0].referenced = 0;
  window.endpoints[0].places[0].counts.differed = 60;
  window.endpoints[0].same = 40;
  window.endpoints[0].noise = 0;
  const auto summary = samples::merged({window});
  CHECK(evidence_of(summary.endpoints[0], summary.signatures.at(0)) ==
        "likely: nothing says that it is noise");
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
