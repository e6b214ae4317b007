#include "understudy/report/render.h"

#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "logs.h"
#include "report/text.h"
#include "understudy/json/document.h"

using namespace understudy;
using namespace understudy::report;
using record::Outcome;

namespace {

// An exchange whose every text is written by an enemy of terminals.
record::Exchange hostile() {
  const std::string evil =
      "\x1b]0;owned\x07\r\n\xe2\x80\xae\xff \xe6\x97\xa5" + std::string(90, 'x');
  auto exchange = samples::exchange(Outcome::different, "GET /" + evil);
  exchange.id = evil;
  exchange.target = exchange.shadow = exchange.method = exchange.reason = evil;
  exchange.note = exchange.primary.error = exchange.shadow_leg.error = evil;
  exchange.differences = {{"/" + evil, diff::Kind::value, {evil, true}, {evil + "1", false}},
                          {"/b", diff::Kind::extra, {}, {evil, false}}};
  exchange.signature = evil;
  return exchange;
}

Report hostile_report() {
  const std::string evil = hostile().shadow;
  auto window = samples::window({hostile(), hostile()});
  window.instance = evil;
  window.shadows = {{evil, 5, 2, {{evil, 3}}, 0, {}}};
  window.live.failures[evil] = 1;
  Report report;
  report.summary = samples::merged({window});
  report.summary.signatures.at(0).example = hostile();
  return report;
}

void check_lines(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(harmless(line) == line);
    CHECK(columns(line) <= width);
    CHECK((line.empty() || line.back() != ' '));
  }
}

}  // namespace

TEST_CASE("render: nothing from a log reaches a terminal as a command, no line is too wide") {
  const auto report = hostile_report();
  const auto verdict = judge(report.summary, Rules{});
  for (const std::size_t width : {72, 80, 100, 140}) {
    check_lines(render_report(report, verdict, {width, false, true}), width);
    check_lines(render_verdict(report.summary, verdict, {width, false, false}), width);
    check_lines(render_exchange(hostile(), {width, false, false}), width);
  }
  CHECK(harmless(render_row(hostile(), {}).substr(0, 20)) ==
        render_row(hostile(), {}).substr(0, 20));
}

TEST_CASE("render: figures that would leave no room for names become brief") {
  auto window = samples::window_of(3, 2);
  auto& counts = window.endpoints.at(0);
  counts.same = counts.noise = counts.shadow_failed["x"] = counts.not_compared["y"] = 1ULL << 61;
  counts.different = counts.signatures.at(0).count = 1ULL << 60;
  counts.latency.primary.add(std::int64_t{1} << 62);
  Report report;
  report.summary = samples::merged({window});
  const auto verdict = judge(report.summary, Rules{});

  const auto text = render_report(report, verdict, {72, false, true});

  check_lines(text, 72);
  CHECK(text.find(" 2.31E ") != text.npos);
}

TEST_CASE("render: names stand above figures that fill a line") {
  Report report;
  report.summary = samples::merged({samples::window_of(3, 2)});
  auto& totals = report.summary.endpoints.at(0).totals;
  totals.same = totals.different = totals.accepted = totals.unconfirmed = totals.noise = 12'345;
  totals.tainted["percent"] = totals.shadow_failed["x"] = totals.not_compared["y"] = 12'345;
  const auto verdict = judge(report.summary, Rules{});

  const auto wide = render_report(report, verdict, {100, false, true});
  CHECK(wide.find("\nGET /orders/{id}  ") != wide.npos);
  const auto narrow = render_report(report, verdict, {72, false, true});
  check_lines(narrow, 72);
  CHECK(narrow.find("\nGET /orders/{id}\n  ") != narrow.npos);
}

TEST_CASE("render: what is tainted has a column, a place in the sum, and its reasons") {
  auto window = samples::window_of(3, 0);
  window.endpoints.at(0).tainted = {{"percent", 2}, {"shadow_failed", 1}};
  window.shadows.at(0).mirrored += 3;
  window.shadows.at(0).received += 3;
  Report report;
  report.summary = samples::merged({window});
  const auto verdict = judge(report.summary, Rules{});

  const auto text = render_report(report, verdict, {80, false, false});

  CHECK(text.find("  tainted  ") != text.npos);
  CHECK(text.find("+ 3 tainted") != text.npos);
  CHECK(text.find("    tainted by    percent 2, shadow failed 1") != text.npos);
  CHECK(text.find("sums are open") == text.npos);
  CHECK(report_json(report, verdict).find(R"("tainted":{"percent":2,"shadow_failed":1})") !=
        std::string::npos);
}

TEST_CASE("render: colour comes only when asked for, and changes no text") {
  const auto report = hostile_report();
  const auto verdict = judge(report.summary, Rules{});
  auto colored = render_report(report, verdict, {80, true, false});
  CHECK(colored.find('\x1b') != colored.npos);
  for (auto at = colored.find('\x1b'); at != colored.npos; at = colored.find('\x1b')) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  CHECK(colored == render_report(report, verdict, {80, false, false}));
}

TEST_CASE("render: bounded rows say how many more there are") {
  std::vector<record::Exchange> exchanges;
  for (std::size_t i = 0; i < limits::report_rows + 3; ++i) {
    exchanges.push_back(samples::exchange(Outcome::different, "GET /" + std::to_string(i)));
  }
  Report report;
  report.summary = samples::merged({samples::window(exchanges)});
  const auto verdict = judge(report.summary, Rules{});
  const auto some = render_report(report, verdict, {80, false, false});
  const auto all = render_report(report, verdict, {80, false, true});
  CHECK(some.find("... and 3 more (--all)") != some.npos);
  CHECK(all.find("--all") == all.npos);
}

TEST_CASE("render: an exchange is shown whole, side by side") {
  auto exchange = samples::exchange(Outcome::different);
  exchange.differences[0].shadow.text = std::string(300, 'y');
  const auto text = render_exchange(exchange, {80, false, false});
  CHECK(text.find("GET /orders/7?q=\"x\"\n  different\n") == 0);
  CHECK(text.find("4 differences, primary | shadow") != text.npos);
  CHECK(text.find("(nothing)") != text.npos);
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), 'y')) >= 300);
}

TEST_CASE("render: a difference that is noise says why, and gives no example of a signature") {
  auto exchange = samples::exchange(record::Outcome::different);
  exchange.differences[1].noise = "token";

  const auto text = render_exchange(exchange, {80, false, false});

  CHECK(text.find("header:ETag  missing  (noise: token)") != std::string::npos);
  CHECK(text.find("/new  extra, additive\n") != std::string::npos);
}

TEST_CASE("render: how many elements are missing, or moved, is said") {
  auto exchange = samples::exchange(record::Outcome::different);
  auto& differences = exchange.differences;
  differences = {{"/items/5", diff::Kind::missing, {"[6,7]", false}, {}},
                 {"/tags", diff::Kind::order, {"[1,2]", false}, {"[2,1]", false}},
                 {"/items/2", diff::Kind::duplicate, {}, {"2", false}}};
  differences[0].elements = 45;

  const auto text = render_exchange(exchange, {80, false, false});

  CHECK(text.find("/items/5  45 missing at the end, ") != std::string::npos);
  CHECK(text.find("/tags  order, 1 element moved, ") != std::string::npos);
  CHECK(text.find("/items/2  duplicate, ") != std::string::npos);
}

TEST_CASE("render: words that differ are painted, wherever lines break, and nothing else is lost") {
  auto exchange = samples::exchange(record::Outcome::different);
  const auto words = [](int from) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += fmt::format("w{} ", i % 7 == 3 ? from + i : i);
    return text + "end";
  };
  exchange.differences = {{"/text", diff::Kind::value, {words(100), false}, {words(200), false}}};
  const auto painted = render_exchange(exchange, {80, true, false});
  CHECK(painted.find("w2 \x1b[1;33mw103\x1b[0m w4") != std::string::npos);
  CHECK(painted.find("w2 \x1b[1;33mw203\x1b[0m w4") != std::string::npos);

  auto plain = painted;
  for (auto at = plain.find('\x1b'); at != plain.npos; at = plain.find('\x1b')) {
    plain.erase(at, plain.find('m', at) + 1 - at);
  }
  CHECK(plain == render_exchange(exchange, {80, false, false}));
}

TEST_CASE("render: the JSON report and verdict are JSON whatever the log held") {
  const auto report = hostile_report();
  const auto verdict = judge(report.summary, Rules{});
  json::Document document;
  REQUIRE(document.parse(report_json(report, verdict)).ok());
  CHECK(document.root().integer_or("schema_version", 0) == 1);
  CHECK(document.root()["verdict"].string_or("answer", "") == "fail");
  REQUIRE(document.parse(verdict_json(verdict)).ok());
  CHECK(document.root().string_or("kind", "") == "verdict");
}
