#include "report/groups.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "logs.h"
#include "understudy/report/accept.h"
#include "understudy/report/render.h"

using namespace understudy;
using namespace understudy::report;
using record::Outcome;

namespace {

// An exchange of GET /users/{id} that differs at /f0 to /f<fields - 1>, without those left out.
record::Exchange moved(int fields, const std::vector<int>& left_out = {}) {
  auto made = samples::exchange(Outcome::different);
  made.differences.clear();
  for (int i = 0; i < fields; ++i) {
    if (std::find(left_out.begin(), left_out.end(), i) != left_out.end()) continue;
    made.differences.push_back(
        {fmt::format("/f{:02}", i), diff::Kind::type, {"1", false}, {"\"1\"", false}});
  }
  made.observations = diff::observe(made.differences, nullptr);
  made.signature = diff::signature(made.endpoint, made.differences);
  return made;
}

Summary merged(const std::vector<std::pair<record::Exchange, std::size_t>>& parts,
               const Accepting& accepting = {{}, "2026-12-31"}) {
  std::vector<record::Exchange> exchanges(200, samples::exchange(Outcome::same));
  for (const auto& [exchange, count] : parts) exchanges.insert(exchanges.end(), count, exchange);
  auto summary = samples::merged({samples::window(exchanges)});
  accept(summary, accepting);
  group_signatures(summary);
  return summary;
}

config::Acceptance acceptance_of(const Signature& signature) {
  config::Acceptance entry;
  entry.signature = signature.id;
  entry.endpoint = signature.endpoint;
  for (const auto& [place, kind] : signature.places) {
    entry.places.push_back(config::print_place(place, diff::name(kind)));
  }
  entry.reason = "meant";
  return entry;
}

}  // namespace

TEST_CASE("groups: one cause that moves twenty fields, or nearly all of them, is one") {
  const auto all = moved(20), fewer = moved(20, {3, 7}), others = moved(20, {1});

  const auto summary = merged({{fewer, 2}, {all, 5}, {others, 1}});

  REQUIRE(summary.signatures.size() == 1);
  const auto& group = summary.signatures[0];
  CHECK(group.id == all.signature);
  CHECK(group.count == 8);
  CHECK(group.severity.total() == 8);
  CHECK(group.places.size() == 20);
  REQUIRE(group.variants.size() == 3);
  CHECK(group.variants[0].count == 5);
  CHECK(group.variants[1].id == fewer.signature);
  CHECK(group.count_at(0) == 8);
  CHECK(group.count_at(1) == 7);
  CHECK(group.count_at(3) == 6);
}

TEST_CASE("groups: are the same in any order of windows") {
  const auto a = samples::window({moved(8), moved(8), moved(8, {1})}, "one");
  const auto b = samples::window({moved(8, {2}), moved(8, {1}), moved(8, {3})}, "two");
  auto one = samples::merged({a, b}), other = samples::merged({b, a});

  group_signatures(one);
  group_signatures(other);

  REQUIRE(one.signatures.size() == other.signatures.size());
  for (std::size_t i = 0; i < one.signatures.size(); ++i) {
    CHECK(one.signatures[i].id == other.signatures[i].id);
    CHECK(one.signatures[i].count == other.signatures[i].count);
    CHECK(one.signatures[i].place_counts == other.signatures[i].place_counts);
  }
}

TEST_CASE("groups: of few places, each set is a cause of its own") {
  const auto summary = merged({{moved(2), 3}, {moved(2, {0}), 2}, {moved(3), 1}});

  CHECK(summary.signatures.size() == 3);
  for (const auto& each : summary.signatures) CHECK(each.variants.empty());
}

TEST_CASE("groups: what is noise in the end makes no cause of its own") {
  const auto early = [] {  // before it was known that /id is new each time
    auto made = moved(1);
    made.differences.push_back(
        {"/id", diff::Kind::value, {"1", false}, {"2", false}, diff::ValueClass::token});
    made.observations = diff::observe(made.differences, nullptr);
    made.signature = diff::signature(made.endpoint, made.differences);
    return made;
  }();
  const auto later = moved(1);

  const auto summary = merged({{early, 2}, {later, 5}});

  REQUIRE(summary.signatures.size() == 1);
  CHECK(summary.signatures[0].id == later.signature);
  CHECK(summary.signatures[0].count == 7);
  CHECK(summary.signatures[0].variants.size() == 2);
  CHECK(summary.signatures[0].places.size() == 1);
}

TEST_CASE("groups: two causes that come together at times stay apart") {
  const auto first = moved(4), second = moved(8, {0, 1, 2, 3}), both = moved(8);

  const auto summary = merged({{first, 3}, {second, 2}, {both, 1}});

  CHECK(summary.signatures.size() == 3);
}

TEST_CASE("groups: do not grow place by place") {
  // Each is near the first one, but all of them together are at three times as many places.
  std::vector<std::pair<record::Exchange, std::size_t>> parts{
      {moved(16, {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}), 9}};
  for (int kept = 4; kept < 12; ++kept) {
    std::vector<int> left_out;
    for (int i = 4; i < 16; ++i) {
      if (i != kept) left_out.push_back(i);
    }
    parts.emplace_back(moved(16, left_out), 1);
  }

  const auto summary = merged(parts);

  for (const auto& each : summary.signatures) CHECK(each.places.size() <= 5);
}

TEST_CASE("groups: accepting one accepts all that it was shown with, and its next variants") {
  const auto all = moved(20), fewer = moved(20, {3, 7}), small = moved(20, {0, 1, 2, 3, 4, 5});
  const auto shown = merged({{all, 5}, {fewer, 2}});
  const Accepting accepting{{acceptance_of(shown.signatures.at(0))}, "2026-12-31"};

  const auto next = merged({{all, 5}, {fewer, 2}, {moved(20, {9}), 1}, {small, 1}}, accepting);

  REQUIRE(next.signatures.size() == 2);
  CHECK(next.signatures[0].id == small.signature);
  CHECK(next.signatures[1].is_accepted);
  CHECK(next.signatures[1].count == 8);
  CHECK(next.signatures[1].acceptances.size() == 1);
  CHECK(next.shadows.at(0).totals.accepted == 8);
  CHECK(merged({{fewer, 2}}, accepting).unseen.empty());
}

TEST_CASE("groups: the report says how many signatures one is, also to programs") {
  Report report;
  report.summary = merged({{moved(20), 5}, {moved(20, {3, 7}), 2}});
  const auto verdict = judge(report.summary, Rules{});

  const auto text = render_report(report, verdict, Style{});
  CHECK(text.find("2 signatures of one cause, at 20 places") != std::string::npos);
  CHECK(text.find("/f03 in 5") != std::string::npos);
  CHECK(report_json(report, verdict).find("\"variant_count\":2") != std::string::npos);
  CHECK(report_html(report, verdict, Style{}).find("2 signatures of one cause") !=
        std::string::npos);
}

TEST_CASE("groups: three places and three quarters of all are one cause") {
  CHECK(Overlap{3, 4}.is_one_cause());
  CHECK_FALSE(Overlap{3, 5}.is_one_cause());
  CHECK(Overlap{18, 20}.is_one_cause());
  CHECK(Overlap{1, 1}.is_one_cause());
  CHECK_FALSE(Overlap{2, 3}.is_one_cause());
  CHECK_FALSE(Overlap{0, 0}.is_one_cause());
}
