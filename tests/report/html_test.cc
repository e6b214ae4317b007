#include "report/html.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "logs.h"
#include "report/marked.h"
#include "report/text.h"
#include "understudy/report/render.h"

using namespace understudy;
using namespace understudy::report;
using record::Outcome;

namespace {

const std::string evil =
    "</script></style><script>alert(1)</script>\"'><img src=//x onerror=alert(2)>&lt;"
    "\x1b[31m\r\n\xe2\x80\xae\xff";

std::string page_of(const Report& report) {
  return report_html(report, judge(report.summary, Rules{}), {80, false, false, " " + evil});
}

// Every text in it is written by an enemy of documents.
Report hostile_report() {
  auto exchange = samples::exchange(Outcome::different, "GET /" + evil);
  exchange.id = exchange.target = exchange.shadow = exchange.method = evil;
  exchange.note = exchange.primary.error = exchange.shadow_leg.error = evil;
  exchange.differences = {{"/" + evil, diff::Kind::value, {evil, true}, {evil + "1", false}},
                          {"/b", diff::Kind::extra, {}, {evil, false}}};
  exchange.signature = evil;
  auto noisy = exchange;
  noisy.outcome = Outcome::noise;
  noisy.differences = {{"/" + evil, diff::Kind::value, {"a", false}, {"b", false}}};
  noisy.differences[0].value_class = diff::ValueClass::token;
  noisy.observations = diff::observe(noisy.differences, nullptr);
  auto failed = samples::exchange(Outcome::shadow_failed, "GET /" + evil);
  failed.reason = failed.shadow = evil;
  auto window = samples::window({exchange, exchange, noisy, failed});
  window.shadows = {{evil, 5, 2, {{evil, 3}}, 0, {}}, {"other" + evil, 1, 1, {}, 0, {}}};
  window.live.failures[evil] = 1;
  Report report;
  report.summary = samples::merged({window});
  report.summary.signatures.at(0).example = exchange;
  return report;
}

// The next `<...>` of a document from `at` on, which is then behind it; empty at the end.
std::string_view next_tag(std::string_view document, std::size_t& at) {
  const auto begin = document.find('<', at);
  if (begin == document.npos) return {};
  at = document.find('>', begin) + 1;
  return document.substr(begin, at - begin);
}

// A start tag's name and its attributes' names.
std::vector<std::string> names_in(std::string_view tag) {
  std::vector<std::string> names;
  std::string text(tag.substr(1, tag.find_last_not_of("/>")));
  for (auto quote = text.find('"'); quote != text.npos; quote = text.find('"')) {
    text.erase(quote, text.find('"', quote + 1) + 1 - quote);
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    names.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

// All tags closed in their order, and no name among them that the page does not use; returns how
// many elements there are.
std::size_t check_tags(std::string_view document) {
  std::vector<std::string> open;
  std::size_t count = 0, at = document.find('>') + 1;  // behind the DOCTYPE
  for (auto tag = next_tag(document, at); !tag.empty(); tag = next_tag(document, at)) {
    CAPTURE(tag);
    if (tag[1] == '/') {
      REQUIRE_FALSE(open.empty());
      CHECK(tag == "</" + open.back() + ">");
      open.pop_back();
      continue;
    }
    ++count;
    const auto names = names_in(tag);
    for (const auto& name : names) {
      CAPTURE(name);
      CHECK_FALSE(name.starts_with("on"));
      CHECK_FALSE(name.starts_with("src"));
      CHECK_FALSE(name.starts_with("style="));
      CHECK_FALSE(name.starts_with("img"));
    }
    if (!tag.ends_with("/>")) open.push_back(names.at(0));
    // What is in them is no markup.
    if (names[0] == "style" || names[0] == "script") {
      at = document.find("</" + names[0], at);
    }
  }
  CHECK(open.empty());
  return count;
}

std::size_t occurrences(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++count;
  return count;
}

// "[" and "]" around what is marked.
std::string marked(const std::vector<Piece>& pieces) {
  std::string text;
  for (const auto& piece : pieces) {
    text += piece.is_marked ? "[" + std::string(piece.text) + "]" : std::string(piece.text);
  }
  return text;
}

void check_marked(std::string_view primary, std::string_view shadow, const std::string& expected) {
  const auto pair = mark_difference(primary, shadow);
  CHECK(marked(pair.primary) + " | " + marked(pair.shadow) == expected);
}

}  // namespace

TEST_CASE("html: text and values of attributes have no power over the document") {
  Html page;

  page.begin("p", {{"title", evil}}).text(evil).end();

  const auto text = std::move(page).take();
  CHECK(check_tags(text) == 1);
  CHECK(text.find("&lt;img src=//x onerror=alert(2)&gt;&amp;lt;\\x1b[31m\\r\\n\\u202e\\xff</p>") !=
        text.npos);
  CHECK(occurrences(text, "\"") == 2);
}

TEST_CASE("html: a page of a hostile log is one well-formed document without foreign elements") {
  const auto page = page_of(hostile_report());

  CHECK(check_tags(page) > 100);
  CHECK(occurrences(page, "<script") == 1);
  CHECK(occurrences(page, "<style") == 1);
  CHECK(occurrences(page, "&lt;img src=//x") > 10);
  std::string lines = page;
  std::erase(lines, '\n');
  CHECK(harmless(lines) == lines);
}

TEST_CASE("html: a page says what the report says") {
  Report report;
  report.summary = samples::merged({samples::window_of(90, 10)});
  report.summary.signatures.at(0).example = samples::exchange(Outcome::different);
  const auto page = page_of(report);

  check_tags(page);
  for (const auto* part : {">FAIL<", "10 of 100 compared requests (10.0 %)", "10 of 100 (10.0 %)",
                           "/items/3/price", "header:ETag", "(nothing)", ">breaking<",
                           "90 same, 10 different", "understudy show 0123456789abcdef-1"}) {
    CAPTURE(part);
    CHECK(page.find(part) != page.npos);
  }
  CHECK(page.find("id=\"noise\"") == page.npos);
}

TEST_CASE("html: of latency a page has the difference with its limits, the cold, and a verdict") {
  auto window = samples::window_of(100, 0);
  auto& endpoint = window.endpoints.at(0);
  endpoint.latency = {};
  for (int i = 0; i < 300; ++i) {
    record::Exchange exchange = samples::exchange(Outcome::same);
    endpoint.latency.add(10'000 + 10 * i, 90'000 + 10 * i);
    if (i < 7) endpoint.cold_latency.add(10'000, 20'000);
  }
  Report report;
  report.summary = samples::merged({window});
  const auto page = page_of(report);

  check_tags(page);
  for (const auto* part :
       {"In 300 pairs the shadow is 80.", " slower (95 %: ", ": too slow.",
        "7 exchanges that opened a connection stand apart", ">Cold</th>", "<td>too slow</td>"}) {
    CAPTURE(part);
    CHECK(page.find(part) != page.npos);
  }
}

TEST_CASE("html: a page of an empty summary is whole") {
  CHECK(check_tags(page_of(Report{})) > 10);
}

TEST_CASE("html: a page of a large log is bounded and says what it leaves out") {
  Report report;
  auto example = samples::exchange(Outcome::different);
  example.differences.clear();
  for (std::size_t i = 0; i < limits::max_recorded_differences; ++i) {
    const diff::ShownValue value{std::string(limits::max_value_bytes, 'x'), true};
    example.differences.push_back({"/f" + std::string(i, 'y'), diff::Kind::value, value, value});
  }
  Signature signature;
  signature.endpoint = "GET /x";
  auto& summary = report.summary;
  summary.endpoints.resize(limits::max_report_entries, {"GET /x", "v2", {}, {}});
  summary.signatures.resize(limits::max_report_entries, signature);
  // More than are shown; all of them would take gibibytes.
  for (std::size_t i = 0; i < limits::page_rows; ++i) summary.signatures[i].example = example;
  const auto page = page_of(report);

  constexpr std::size_t some_mib = 8 * 1024 * 1024;
  CHECK(page.size() < some_mib);
  CHECK(page.find("and 19,500 more") != page.npos);
  CHECK(page.find("and 19,800 more") != page.npos);
  CHECK(page.find("and 80 more places") != page.npos);
}

TEST_CASE("html: what happened is told over time, with the difference of both legs") {
  auto early = samples::window_of(20, 0), late = samples::window_of(15, 5);
  late.from = late.to;
  late.to += limits::window_period;
  Report report;
  report.summary = samples::merged({late, early});
  const auto page = page_of(report);

  check_tags(page);
  for (const auto* part :
       {"id=\"history\"", "answers differ in 1 of 2 periods, in at most 25 % of one",
        "share that differs, up to 25 %", ">00:00:10<", "+1.00 ms", "up to 1.00 ms"}) {
    CAPTURE(part);
    CHECK(page.find(part) != page.npos);
  }
  report.summary = samples::merged({early});
  CHECK(page_of(report).find("id=\"history\"") == std::string::npos);
}

TEST_CASE("marked: what only one side has is marked, word by word") {
  check_marked("same", "same", "same | same");
  check_marked("12.5", "\"12.5\"", "12.5 | [\"]12.5[\"]");
  check_marked("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}",
               "{\"a\":1,\"b\":[2]} | {\"a\":1,\"b\":[3]}");
  check_marked("a b c d e", "a x c y e", "a [b] c [d] e | a [x] c [y] e");
  check_marked("", "new", " | [new]");
  check_marked("Zürich", "Zurich", "[Zürich] | [Zurich]");
}

TEST_CASE("marked: a sign alone between marks is marked with them") {
  check_marked("1.2 end", "3.4 end", "[1.2] end | [3.4] end");
}

TEST_CASE("marked: where there are too many words, all between beginning and end is marked") {
  std::string many;
  for (std::size_t i = 0; i <= limits::max_marked_words; ++i) many += i % 2 == 0 ? "a" : " ";

  const auto pair = mark_difference("<" + many + "x>", "<y" + many + ">");

  CHECK(pair.primary.size() == 3);
  CHECK(pair.shadow.size() == 3);
}
