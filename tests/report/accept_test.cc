#include "understudy/report/accept.h"

#include <doctest/doctest.h>

#include "logs.h"
#include "understudy/report/render.h"
#include "understudy/report/verdict.h"

using namespace understudy;
using namespace understudy::report;
using record::Outcome;

namespace {

constexpr const char* today = "2026-12-31";

// An exchange of GET /users/{id} that differs at these places.
record::Exchange differing(const std::vector<std::string>& places) {
  auto made = samples::exchange(Outcome::different);
  made.differences.clear();
  made.observations.clear();
  for (const auto& place : places) {
    made.differences.push_back({place, diff::Kind::type, {"1", false}, {"\"1\"", false}});
  }
  made.observations = diff::observe(made.differences, nullptr);
  made.signature = diff::signature(made.endpoint, made.differences);
  return made;
}

config::Acceptance acceptance_of(const record::Exchange& exchange) {
  config::Acceptance entry;
  entry.signature = exchange.signature;
  entry.endpoint = exchange.endpoint;
  for (const auto& each : exchange.differences) {
    entry.places.push_back(config::print_place(each.place, diff::name(each.kind)));
  }
  entry.reason = "meant";
  entry.author = "Ann";
  return entry;
}

Summary seen(std::size_t same, const std::vector<record::Exchange>& different) {
  std::vector<record::Exchange> exchanges(same, samples::exchange(Outcome::same));
  exchanges.insert(exchanges.end(), different.begin(), different.end());
  return samples::merged({samples::window(exchanges)});
}

}  // namespace

TEST_CASE("accept: what is accepted is not counted as different, and the sums stay") {
  const auto price = differing({"/price"}), name = differing({"/name"});
  auto summary = seen(200, {price, price, name});

  accept(summary, {{acceptance_of(price)}, today});

  const auto& totals = summary.shadows.at(0).totals;
  CHECK(totals.accepted == 2);
  CHECK(totals.different == 1);
  CHECK(totals.compared() == 203);
  CHECK(summary.shadows[0].unaccounted_mirrored() == 0);
  CHECK(summary.endpoints.at(0).totals.accepted == 2);
  REQUIRE(summary.signatures.size() == 2);
  CHECK(summary.signatures[0].id == name.signature);
  CHECK_FALSE(summary.signatures[0].is_accepted);
  CHECK(summary.signatures[1].is_accepted);
  CHECK(summary.signatures[1].acceptances.at(0).reason == "meant");
  CHECK(judge(summary, Rules{}).answer == Answer::fail);
}

TEST_CASE("accept: a verdict passes when everything that differs is accepted") {
  const auto price = differing({"/price"});
  auto summary = seen(200, {price});

  accept(summary, {{acceptance_of(price)}, today});

  const auto verdict = judge(summary, Rules{});
  CHECK(verdict.answer == Answer::pass);
  CHECK(verdict.different == 0);
  CHECK(verdict.accepted == 1);
  CHECK(summary.unseen.empty());
}

TEST_CASE("accept: one whose day is over counts again, and says so") {
  const auto price = differing({"/price"});
  auto summary = seen(200, {price});
  auto over = acceptance_of(price);
  over.until = "2026-12-30";

  accept(summary, {{over}, today});

  CHECK(summary.shadows.at(0).totals.different == 1);
  CHECK_FALSE(summary.signatures.at(0).is_accepted);
  REQUIRE(summary.signatures[0].acceptances.size() == 1);
  Report report;
  report.summary = summary;
  const auto text = render_report(report, judge(summary, Rules{}), Style{});
  CHECK(text.find("no longer accepted: meant (Ann, until 2026-12-30)") != std::string::npos);
}

TEST_CASE("accept: several accepted ones that make a signature up accept it, a part does not") {
  const auto price = differing({"/price"}), name = differing({"/name"});
  const auto both = differing({"/name", "/price"}), more = differing({"/name", "/more"});
  auto summary = seen(200, {both, more});

  accept(summary, {{acceptance_of(price), acceptance_of(name)}, today});

  CHECK(summary.shadows.at(0).totals.accepted == 1);
  CHECK(summary.shadows[0].totals.different == 1);
  CHECK(summary.signatures.at(0).id == more.signature);
  CHECK(summary.signatures.at(1).acceptances.size() == 2);

  auto parts = seen(200, {price});
  accept(parts, {{acceptance_of(both)}, today});
  CHECK(parts.shadows.at(0).totals.accepted == 0);
}

TEST_CASE("accept: an entry may be for one shadow") {
  const auto price = differing({"/price"});
  auto other = acceptance_of(price);
  other.shadow = "v3";
  auto summary = seen(200, {price});

  accept(summary, {{other}, today});

  CHECK(summary.shadows.at(0).totals.accepted == 0);
  REQUIRE(summary.unseen.size() == 1);
}

TEST_CASE("accept: an entry that is not in the log says how often its endpoint was compared") {
  const auto price = differing({"/price"}), name = differing({"/name"});
  auto summary = seen(200, {name});

  accept(summary, {{acceptance_of(price)}, today});

  REQUIRE(summary.unseen.size() == 1);
  CHECK(summary.unseen[0].compared == 201);
}

TEST_CASE("accept: what is accepted is shown apart with its reason, also for programs") {
  const auto price = differing({"/price"});
  Report report;
  report.summary = seen(200, {price});
  accept(report.summary, {{acceptance_of(price)}, today});
  const auto verdict = judge(report.summary, Rules{});

  const auto text = render_report(report, verdict, Style{});
  CHECK(text.find("none different, 1 accepted") != std::string::npos);
  CHECK(text.find("Accepted, not counted as different") != std::string::npos);
  CHECK(text.find("    meant (Ann)\n") != std::string::npos);
  CHECK(text.find("Differences, by signature") == std::string::npos);
  CHECK(report_json(report, verdict).find("\"is_accepted\":true") != std::string::npos);
  CHECK(verdict_markdown(report.summary, verdict).find("1, meant (Ann)") != std::string::npos);
  CHECK(verdict_junit(report.summary, verdict).find("1 difference accepted") != std::string::npos);
}

TEST_CASE("accept: differences that are gone since are told with what to do") {
  auto before = samples::window(std::vector<record::Exchange>(50, differing({"/price"})));
  std::vector<record::Exchange> same(500, samples::exchange(Outcome::same));
  auto after = samples::window(same);
  after.from = before.to;
  after.to = after.from + limits::window_period;
  const auto summary = samples::merged({after, before});

  REQUIRE(summary.signatures.size() == 1);
  CHECK(summary.signatures[0].life == Life::fixed);
  CHECK(summary.signatures[0].last_seen == before.to);
  const auto verdict = judge(summary, Rules{});
  CHECK(verdict.answer == Answer::fail);
  REQUIRE(verdict.reasons.size() == 2);
  CHECK(verdict.reasons[1].code == "fixed");
  CHECK(verdict.reasons[1].text ==
        "all of them are fixed: to judge what came after, add --since 2026-01-01T00:00:10Z");
}
