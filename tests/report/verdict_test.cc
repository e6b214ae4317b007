#include "understudy/report/verdict.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "logs.h"
#include "understudy/report/render.h"

using namespace understudy;
using namespace understudy::report;
using record::Outcome;

namespace {

Verdict judged(const record::Window& window, const Rules& rules = {}) {
  return judge(samples::merged({window}), rules);
}

bool has_reason(const Verdict& verdict, const std::string& code) {
  return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                     [&](const Reason& reason) { return reason.code == code; });
}

// 200 exchanges, all the same, answered after `primary_us` and `shadow_us`.
record::Window timed(std::int64_t primary_us, std::int64_t shadow_us) {
  auto exchange = samples::exchange(Outcome::same);
  exchange.primary.duration_us = primary_us;
  exchange.shadow_leg.duration_us = shadow_us;
  return samples::window(std::vector<record::Exchange>(200, exchange));
}

}  // namespace

TEST_CASE("verdict: enough requests without a difference pass") {
  const auto verdict = judged(samples::window_of(200, 0));
  CHECK(verdict.answer == Answer::pass);
  CHECK(verdict.reasons.empty());
  CHECK(!verdict.wants_more);
}

TEST_CASE("verdict: too few requests are inconclusive and say how many are missing") {
  const auto verdict = judged(samples::window_of(99, 0));
  CHECK(verdict.answer == Answer::inconclusive);
  CHECK(verdict.wants_more);
  CHECK(verdict.reasons.at(0).text == "99 requests compared, 100 needed; at this rate in 1 s");
  CHECK(verdict.reasons.at(0).more_requests == 1);
}

TEST_CASE("verdict: a log without a shadow, or without a comparison, is inconclusive") {
  CHECK(judge(Summary{}, Rules{}).answer == Answer::inconclusive);
  Rules rules;
  rules.min_requests = 0;
  CHECK(judged(samples::window({}), rules).answer == Answer::inconclusive);
}

TEST_CASE("verdict: what is tainted fails nothing, and is a doubt when there is much of it") {
  auto window = samples::window_of(180, 0);
  auto& tainted = window.endpoints.at(0).tainted;
  tainted["percent"] = 15;
  tainted["method"] = 5;
  window.shadows.at(0).mirrored += 20;
  CHECK(judged(window).answer == Answer::pass);

  tainted["percent"] = 16;
  ++window.shadows.at(0).mirrored;
  const auto verdict = judged(window);

  CHECK(verdict.answer == Answer::inconclusive);
  CHECK(verdict.compared == 180);
  REQUIRE(has_reason(verdict, "tainted"));
  CHECK(verdict.reasons.at(0).text.find("(percent 16, method 5)") != std::string::npos);
}

TEST_CASE("verdict: one difference fails, however few requests there were") {
  const auto verdict = judged(samples::window_of(2, 1));
  CHECK(verdict.answer == Answer::fail);
  CHECK(has_reason(verdict, "differences"));
  CHECK(!verdict.wants_more);
}

TEST_CASE("verdict: an allowed rate of differences passes up to it, and needs enough requests") {
  Rules rules;
  rules.max_difference_rate = 0.01;
  CHECK(judged(samples::window_of(198, 2), rules).answer == Answer::pass);
  CHECK(judged(samples::window_of(197, 3), rules).answer == Answer::fail);
  CHECK(judged(samples::window_of(2, 1), rules).answer == Answer::inconclusive);
}

TEST_CASE("verdict: what is less grave than asked for neither fails nor leaves a doubt") {
  auto exchange = samples::exchange(Outcome::different);
  exchange.differences = {exchange.differences.back()};  // a new field
  exchange.observations = diff::observe(exchange.differences, nullptr);
  exchange.signature = diff::signature(exchange.endpoint, exchange.differences);
  std::vector<record::Exchange> exchanges(200, samples::exchange(Outcome::same));
  exchanges.push_back(exchange);
  Rules rules;

  CHECK(judged(samples::window(exchanges), rules).answer == Answer::fail);
  rules.fail_on = diff::Severity::suspicious;
  CHECK(judged(samples::window(exchanges), rules).answer == Answer::pass);
  exchanges.push_back(samples::exchange(Outcome::different));
  rules.fail_on = diff::Severity::breaking;
  const auto verdict = judged(samples::window(exchanges), rules);
  CHECK(verdict.answer == Answer::fail);
  CHECK(verdict.different == 2);
  CHECK(verdict.different_by == diff::SeverityCounts{1, 0, 1});
  CHECK(verdict.reasons.at(0).text ==
        "1 of 202 compared requests differ (1 breaking): 0.50 %, allowed 0 %");
}

TEST_CASE("verdict: a shadow that fails more than one in a hundred fails") {
  std::vector<record::Exchange> exchanges(198, samples::exchange(Outcome::same));
  exchanges.insert(exchanges.end(), 2, samples::exchange(Outcome::shadow_failed));
  CHECK(judged(samples::window(exchanges)).answer == Answer::pass);

  exchanges.push_back(samples::exchange(Outcome::shadow_failed));
  const auto verdict = judged(samples::window(exchanges));
  CHECK(verdict.answer == Answer::fail);
  CHECK(verdict.reasons.at(0).code == "shadow_failed");
  CHECK(verdict.reasons.at(0).text.find("timed out 3") != std::string::npos);
}

TEST_CASE("verdict: more server errors than the primary's fail, one is a doubt") {
  std::vector<record::Exchange> exchanges(200, samples::exchange(Outcome::same));
  exchanges[7].shadow_leg.status = 500;
  const auto doubted = judged(samples::window(exchanges));
  CHECK(doubted.answer == Answer::inconclusive);
  CHECK(doubted.wants_more);
  CHECK(doubted.reasons.at(0).more_requests != 0);
  CHECK(doubted.reasons.at(0).text ==
        "the shadow answered 5xx to 1 request (of 200 compared), the primary to 0; "
        "too few to be certain; at this rate in 90 s");
  exchanges[7].primary.status = 500;
  CHECK(judged(samples::window(exchanges)).answer == Answer::pass);

  for (std::size_t i = 100; i < 110; ++i) exchanges[i].shadow_leg.status = 503;
  const auto failed = judged(samples::window(exchanges));
  CHECK(failed.answer == Answer::fail);
  CHECK(failed.reasons.at(0).code == "errors");
}

TEST_CASE("verdict: servers that fail now and then, each at its own requests, are alike") {
  std::vector<record::Exchange> exchanges(2000, samples::exchange(Outcome::same));
  for (std::size_t i = 0; i < 30; ++i) exchanges[i].shadow_leg.status = 503;
  for (std::size_t i = 30; i < 55; ++i) exchanges[i].primary.status = 503;
  CHECK(judged(samples::window(exchanges)).answer == Answer::pass);
}

TEST_CASE("verdict: errors of one endpoint show among those that both legs have elsewhere") {
  std::vector<record::Exchange> exchanges(2000, samples::exchange(Outcome::same, "GET /flaky"));
  for (std::size_t i = 0; i < 300; ++i) exchanges[i].shadow_leg.status = 503;
  for (std::size_t i = 300; i < 620; ++i) exchanges[i].primary.status = 503;
  auto broken = samples::exchange(Outcome::same, "GET /broken");
  broken.shadow_leg.status = 500;
  exchanges.insert(exchanges.end(), 15, broken);
  const auto verdict = judged(samples::window(exchanges));
  CHECK(verdict.answer == Answer::fail);
  CHECK(verdict.reasons.at(0).text.find("GET /broken: the shadow answered 5xx to 15") == 0);
}

TEST_CASE("verdict: slower fails only beyond both the ratio and the excess") {
  CHECK(judged(timed(1'000, 9'000)).answer == Answer::pass);      // nine times, but 8 ms
  CHECK(judged(timed(100'000, 115'000)).answer == Answer::pass);  // 15 ms, but 15 %
  const auto verdict = judged(timed(100'000, 140'000));
  CHECK(verdict.answer == Answer::fail);
  CHECK(has_reason(verdict, "latency"));
}

TEST_CASE("verdict: slowness that may be our own backstage's is doubted, not judged") {
  auto window = timed(100'000, 140'000);
  auto& delay = window.shadows.at(0).backstage_delay;
  delay.add_bucket(record::Histogram::index_of(1'000), 90);
  delay.add_bucket(record::Histogram::index_of(10'000), 10);
  const auto verdict = judged(window);
  CHECK(verdict.answer == Answer::inconclusive);
  CHECK(verdict.reasons.at(0).code == "latency");
  CHECK(verdict.reasons.at(0).text.find("up to 30") != std::string::npos);

  delay.add_bucket(record::Histogram::index_of(1'000), 9'900);
  CHECK(judged(window).answer == Answer::fail);
}

TEST_CASE("verdict: a slow shadow fails, however many copies it makes us drop") {
  auto window = timed(100'000, 140'000);
  window.shadows.at(0).received += 20;
  window.shadows.at(0).not_mirrored["max_inflight"] = 20;
  CHECK(judged(window).answer == Answer::fail);
}

TEST_CASE("verdict: much that could not be compared is inconclusive") {
  std::vector<record::Exchange> exchanges(200, samples::exchange(Outcome::same));
  exchanges.insert(exchanges.end(), 30, samples::exchange(Outcome::not_compared));
  const auto verdict = judged(samples::window(exchanges));
  CHECK(verdict.answer == Answer::inconclusive);
  CHECK(verdict.reasons.at(0).code == "not_compared");
  CHECK(!verdict.wants_more);
}

TEST_CASE("verdict: one failing shadow fails all, differences first") {
  auto slow = timed(100'000, 200'000);
  auto other = samples::window_of(3, 1);
  for (auto& endpoint : other.endpoints) endpoint.shadow = "v3";
  other.shadows[0].shadow = "v3";
  const auto verdict = judge(samples::merged({slow, other}), Rules{});
  CHECK(verdict.answer == Answer::fail);
  CHECK(verdict.reasons.at(0).code == "differences");
  CHECK(verdict.reasons.at(0).shadow == "v3");
}
