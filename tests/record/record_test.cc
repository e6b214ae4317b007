#include "understudy/record/record.h"

#include <cstdlib>
#include <fstream>
#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "samples.h"
#include "support/temp_dir.h"
#include "understudy/base/limits.h"
#include "understudy/json/document.h"
#include "understudy/record/aggregate.h"
#include "understudy/record/decode.h"

using namespace understudy;
using namespace understudy::record;

namespace {

json::Value parsed(json::Document& document, const std::string& line) {
  REQUIRE(document.parse(line).ok());
  return document.root();
}

Window window_with_everything() {
  WindowBuilder builder;
  for (const auto outcome : {Outcome::same, Outcome::different, Outcome::noise, Outcome::tainted,
                             Outcome::shadow_failed, Outcome::not_compared}) {
    builder.add(samples::exchange(outcome));
  }
  auto exchange = samples::exchange(Outcome::same);
  exchange.primary = {500, 3000, 0, "", true};
  exchange.shadow_leg = {500, 2000, 0, "", true};
  builder.add(exchange);
  builder.add_recheck(samples::exchange(Outcome::different), Recheck::persistent);
  builder.add_recheck(samples::exchange(Outcome::different), Recheck::unstable);
  Window window;
  builder.take(window);
  window.instance = "feed";
  window.stage = 3;
  window.from = WallTime(Duration(1'767'225'600'000'000));
  window.to = window.from + limits::window_period;
  window.is_final = true;
  window.live = {10, {{"primary_failed", 1}}};
  window.shadows = {{"v2", 10, 7, {{"percent", 3}}, 2, {}}};
  window.shadows.front().backstage_delay.add(40);
  window.records_dropped = 4;
  window.segments_removed = 5;
  window.renamed = {{"GET /articles/amber", "GET /articles/{name}"}};
  auto& counts = window.endpoints.at(0).places.at(0).counts;
  counts.shadow_more = 6;
  counts.reference_more = 7;
  return window;
}

// What read_window() says, as a line; empty when it says nothing.
std::string read_again(std::string_view line) {
  static Window window;
  static json::Document scratch;
  return read_window(line, window, scratch) ? encode(window) : std::string();
}

// The same by parsing.
std::string parsed_again(std::string_view line) {
  json::Document document;
  if (!document.parse(line) || document.root().type() != json::Type::object) return {};
  return encode(decode_window(document.root()));
}

}  // namespace

TEST_CASE("record: what is the shadow's is written before noise where there is no room for both") {
  auto exchange = samples::exchange(Outcome::different);
  exchange.differences.clear();
  for (std::size_t k = 0; k < 2 * limits::max_recorded_differences; ++k) {
    exchange.differences.push_back({"/noisy", diff::Kind::value, {"1"}, {"2"}});
    exchange.differences.back().noise = "token";
  }
  exchange.differences.push_back({"/own", diff::Kind::value, {"1"}, {"2"}});
  json::Document document;
  const auto again = decode_exchange(parsed(document, encode(exchange)));
  CHECK(again.differences.size() == limits::max_recorded_differences);
  CHECK(again.differences.back().place == "/own");
  CHECK(again.is_truncated);
}

TEST_CASE("record: an exchange begins with what readers scan for") {
  auto exchange = samples::exchange(Outcome::different);
  exchange.signature = "abcdef012345";

  const auto line = encode(exchange);

  CHECK(line.rfind(R"({"schema_version":1,"kind":"exchange","id":"0123456789abcdef-1",)"
                   R"("time":"2026-01-01T00:00:00.000001Z","outcome":"different",)"
                   R"("reason":"","signature":"abcdef012345","shadow":"v2","endpoint":)",
                   0) == 0);
  CHECK(line.find('\n') == line.npos);
  CHECK(!is_window_line(line));
}

TEST_CASE("record: an exchange reads back as it was written") {
  const auto exchange = samples::exchange(Outcome::different);

  json::Document document;
  const auto read = decode_exchange(parsed(document, encode(exchange)));

  CHECK(read.id == exchange.id);
  CHECK(read.time == exchange.time);
  CHECK(read.target == exchange.target);
  CHECK(read.outcome == exchange.outcome);
  CHECK(read.shadow_leg.duration_us == 2500);
  CHECK(read.primary.body_bytes == 321);
  REQUIRE(read.differences.size() == 4);
  CHECK(read.differences[1].kind == diff::Kind::missing);
  CHECK(read.differences[1].primary.is_cut);
  CHECK(read.differences[0].shadow.text == "\"12\"");
  CHECK(encode(read) == encode(exchange));
}

TEST_CASE("record: how many elements a difference is of, and which map it is in, is read back") {
  auto exchange = samples::exchange(Outcome::different);
  exchange.differences[1].elements = 45;
  exchange.differences[2].general = "/*/price";
  exchange.differences[3].kind = diff::Kind::duplicate;
  json::Document document;

  const auto line = encode(exchange);
  const auto read = decode_exchange(parsed(document, line)).differences;

  CHECK(read[0].elements == 1);
  CHECK(read[1].elements == 45);
  CHECK(diff::generalized_place(read[2]) == "/*/price");
  CHECK(read[3].kind == diff::Kind::duplicate);
  CHECK(document.root()["differences"].first().next().next().next().value()["primary"].type() ==
        json::Type::null);
}

TEST_CASE("record: what a log tells of severity is read, and otherwise the kind says it") {
  const auto line = encode(samples::exchange(Outcome::different));
  json::Document document;
  const auto read = decode_exchange(parsed(document, line));
  CHECK(read.differences[0].severity == diff::Severity::breaking);
  CHECK(read.differences[3].severity == diff::Severity::additive);

  const auto old = decode_exchange(
      parsed(document, R"({"differences":[{"place":"/a","kind":"extra"},{"place":"/a/1/b",)"
                       R"("kind":"missing"},{"place":"/a","kind":"value"}]})"));
  CHECK(old.differences[0].severity == diff::Severity::additive);
  CHECK(old.differences[1].severity == diff::Severity::breaking);
  CHECK(old.differences[2].severity == diff::Severity::suspicious);
}

TEST_CASE("record: a value that a leg does not have is null") {
  json::Document document;
  const auto root = parsed(document, encode(samples::exchange(Outcome::different)));
  const auto missing = root["differences"].first().next().value();

  CHECK(missing["shadow"].type() == json::Type::null);
  CHECK(missing["primary"].text() == "abc");
}

TEST_CASE("record: a window reads back as it was written") {
  const auto window = window_with_everything();

  json::Document document;
  const auto line = encode(window);
  const auto read = decode_window(parsed(document, line));

  CHECK(is_window_line(line));
  CHECK(encode(read) == line);
  REQUIRE(read.endpoints.size() == 1);
  CHECK(read.endpoints[0].different == 1);
  CHECK(read.endpoints[0].latency.primary.count() == 5);
  CHECK(read.endpoints[0].latency.slower_by.count() == 5);
  CHECK(read.endpoints[0].cold_latency.faster_by.count() == 1);
  CHECK(read.endpoints[0].both_errors == 1);
  REQUIRE(read.endpoints[0].signatures.size() == 1);
  CHECK(read.endpoints[0].signatures[0].rechecks.persistent == 1);
  CHECK(read.endpoints[0].signatures[0].rechecks.transient == 0);
  CHECK(read.endpoints[0].signatures[0].rechecks.unstable == 1);
  CHECK(read.shadows[0].not_mirrored.at("percent") == 3);
  CHECK(read.is_final);
  REQUIRE(read.renamed.size() == 1);
  CHECK(read.renamed[0].from == "GET /articles/amber");
  CHECK(read.renamed[0].to == "GET /articles/{name}");
}

TEST_CASE("record: what is encoded is valid under the published schema") {
  const char* schema = std::getenv("LOG_SCHEMA");
  const char* validator = std::getenv("VALIDATE_LOG");
  if (schema == nullptr || validator == nullptr) return;  // set by Meson
  support::TempDir temp;
  std::ofstream out(temp / "log.ndjson");
  for (const auto outcome : {Outcome::different, Outcome::shadow_failed, Outcome::not_compared}) {
    out << encode(samples::exchange(outcome)) << '\n';
  }
  out << encode(window_with_everything()) << '\n' << std::flush;

  const auto command =
      fmt::format("'{}' '{}' '{}' >'{}'", validator, schema, temp.path(), temp / "output.txt");
  CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("record: members of other types than expected leave the defaults") {
  json::Document document;
  const auto line = R"({"schema_version":1,"kind":"window","stage":"x","live":[],"shadows":{},)"
                    R"("endpoints":[1,{"endpoint":7,"same":-3,"places":[[]],"signatures":null,)"
                    R"("primary_latency_us":[[1],[1,2,3],["a","b"],7,[5,2]]}]})";

  const auto read = decode_window(parsed(document, line));

  REQUIRE(read.endpoints.size() == 1);
  CHECK(read.endpoints[0].same == 0);
  CHECK(read.endpoints[0].latency.primary.count() == 2);
}

TEST_CASE("read_window: a written window reads back the same into one that was used before") {
  auto smaller = window_with_everything();
  smaller.shadows.clear();
  smaller.live.failures.clear();
  smaller.endpoints.front().signatures.clear();
  smaller.endpoints.front().latency.primary = {};
  smaller.endpoints.front().shadow_failed.clear();

  for (const auto& window : {Window{}, window_with_everything(), smaller, Window{}}) {
    CHECK(read_again(encode(window)) == encode(window));
  }
}

TEST_CASE("read_window: what an earlier program did not count is none") {
  auto window = window_with_everything();
  auto& counts = window.endpoints.at(0).places.at(0).counts;
  const auto earlier = [](std::string line) {
    const std::string counted = R"(,6,7],"sides":)";
    REQUIRE(line.find(counted) != std::string::npos);
    return line.replace(line.find(counted), counted.size(), R"(],"sides":)");
  }(encode(window));
  counts.shadow_more = counts.reference_more = 0;

  CHECK(read_again(earlier) == encode(window));
}

TEST_CASE("read_window: names of any kind and numbers of any size are read as by parsing") {
  auto window = window_with_everything();
  auto& endpoint = window.endpoints.front();
  endpoint.endpoint = "GET /\"\\\x01\xc3\xa9\xff";
  endpoint.same = std::numeric_limits<std::int64_t>::max();
  endpoint.noise = std::numeric_limits<std::uint64_t>::max();
  endpoint.latency.shadow.add(std::numeric_limits<std::int64_t>::max());

  const auto line = encode(window);

  CHECK(read_again(line) == parsed_again(line));
  CHECK(read_again(R"({"kind": "window"})") == parsed_again(R"({"kind": "window"})"));
}

TEST_CASE("record: counts beyond the integers of JSON stay at the largest of them") {
  json::Document document;
  const auto line =
      std::string(R"({"live":{"failures":{"a":9223372036854775808,"b":9223372036854775807,"b":1}},)"
                  R"("shadows":[{"backstage_delay_us":[[1,9223372036854775807],[1,1],[2,5]]}]})");

  const auto window = decode_window(parsed(document, line));

  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  CHECK(window.live.failures.at("a") == largest);
  CHECK(window.live.failures.at("b") == largest);
  CHECK(window.shadows.front().backstage_delay.count() == largest);
  CHECK(window.shadows.front().backstage_delay.quantile_us(1) == 1);
  CHECK(encode(decode_window(parsed(document, encode(window)))) == encode(window));
}

TEST_CASE("read_window: a line with any one byte lost or changed is read as by parsing") {
  const auto line = encode(window_with_everything());
  for (std::size_t at = 0; at < line.size(); ++at) {
    CAPTURE(at);
    const auto lost = line.substr(0, at) + line.substr(at + 1);
    CHECK(read_again(lost) == parsed_again(lost));
    for (const char c : std::string_view("0\"\\,]}{\n\xc3 ")) {
      auto changed = line;
      changed[at] = c;
      CHECK(read_again(changed) == parsed_again(changed));
    }
    CHECK(read_again(line.substr(0, at)).empty());
  }
}
