#include "understudy/json/document.h"

#include <doctest/doctest.h>

#include "understudy/base/limits.h"

using namespace understudy;

namespace {

// The text, read and written again; "fault: ..." when it was refused.
std::string round_trip(std::string_view text) {
  json::Document document;
  const auto parsed = document.parse(text);
  if (!parsed) return "fault: " + std::string(document.fault());
  return document.root().to_json();
}

std::string nested(std::size_t depth, std::string_view inner) {
  return std::string(depth, '[') + std::string(inner) + std::string(depth, ']');
}

}  // namespace

TEST_CASE("document: a text comes back compact, in order, with its numbers as written") {
  CHECK(round_trip(" { \"b\" : [ 1 , 2.50, -0, 1e400 ] ,\n\"a\":{},\"c\":[[]]}\t") ==
        R"({"b":[1,2.50,-0,1e400],"a":{},"c":[[]]})");
  CHECK(round_trip("[true,false,null]") == "[true,false,null]");
  CHECK(round_trip("123456789012345678901234567890") == "123456789012345678901234567890");
  CHECK(round_trip(R"({"a":{"b":{"c":[{},[],{"d":[1,[2,[3]]]}]}},"e":5})") ==
        R"({"a":{"b":{"c":[{},[],{"d":[1,[2,[3]]]}]}},"e":5})");
}

TEST_CASE("document: escapes are undone, also where they meet plain text and each other") {
  json::Document document;
  REQUIRE(
      document.parse(R"(["\"\\\/\b\f\n\r\t","x\u00e9y","\ud83d\ude00","\u0000a","\u0041\u20ac"])"));

  std::vector<std::string> texts;
  for (auto child = document.root().first(); child; child = child.next()) {
    texts.emplace_back(child.value().text());
  }
  CHECK(texts[0] == "\"\\/\b\f\n\r\t");
  CHECK(texts[1] == "x\xc3\xa9y");
  CHECK(texts[2] == "\xf0\x9f\x98\x80");
  CHECK(texts[3] == std::string("\0a", 2));
  CHECK(texts[4] == "A\xe2\x82\xac");
}

TEST_CASE("document: strings longer than a machine word end at every offset") {
  for (std::size_t length = 0; length < 40; ++length) {
    for (const auto* end : {"\"", "\\n\"", "\\u00e9tail, and more of it\""}) {
      const auto text = "\"" + std::string(length, 'x') + end;
      json::Document document;
      CAPTURE(text);
      REQUIRE(document.parse(text));
      CHECK(document.root().text().substr(0, length) == std::string(length, 'x'));
    }
  }
}

TEST_CASE("document: what is not JSON is refused whole") {
  for (const auto* bad : {"",
                          " ",
                          "{",
                          "[",
                          "[1",
                          "[1,",
                          "[1,]",
                          "[,1]",
                          "{\"a\"",
                          "{\"a\":",
                          "{\"a\":1",
                          "{\"a\":1,}",
                          "{a:1}",
                          "{\"a\" 1}",
                          "{1:1}",
                          "[1 2]",
                          "[1}",
                          "{\"a\":1]",
                          "]",
                          "}",
                          "1 2",
                          "{} x",
                          "[]]",
                          "nul",
                          "nulll",
                          "tru",
                          "True",
                          "NaN",
                          "Infinity",
                          "-",
                          "+1",
                          "01",
                          "-01",
                          "1.",
                          ".5",
                          "1.e1",
                          "1e",
                          "1e+",
                          "0x10",
                          "1_000",
                          "\"",
                          "\"a",
                          "\"\\\"",
                          "\"\\x\"",
                          "\"\\u12\"",
                          "\"\\u12g4\"",
                          "\"\\ud800\"",
                          "\"\\ud800x\"",
                          "\"\\ud800\\u0041\"",
                          "\"\\udc00\"",
                          "'a'",
                          "\"a\nb\"",
                          "\"\t\"",
                          "\xef\xbb\xbf{}",
                          "[1,\v2]",
                          "//x\n1"}) {
    CAPTURE(bad);
    CHECK(round_trip(bad) == "fault: invalid_json");
  }
}

TEST_CASE("document: a NUL byte ends nothing early") {
  CHECK(round_trip(std::string_view("1\0", 2)) == "fault: invalid_json");
  CHECK(round_trip(std::string_view("\0", 1)) == "fault: invalid_json");
  CHECK(round_trip(std::string_view("[1\0]", 4)) == "fault: invalid_json");
  CHECK(round_trip(std::string_view("\"a\0b\"", 5)) == "fault: invalid_json");
  CHECK(round_trip(std::string_view("{}\0{}", 5)) == "fault: invalid_json");
}

TEST_CASE("document: what is not UTF-8 is refused and told apart") {
  for (const auto* bad :
       {"\"\xff\"", "\"\xc3\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "{\"\x80\":1}"}) {
    CAPTURE(bad);
    CHECK(round_trip(bad) == "fault: invalid_utf8");
  }
}

TEST_CASE("document: nesting is read up to the limit and refused beyond, also without an end") {
  CHECK(round_trip(nested(limits::max_json_depth, "1")) == nested(limits::max_json_depth, "1"));
  CHECK(round_trip(nested(limits::max_json_depth + 1, "")) == "fault: too_deep");
  CHECK(round_trip(std::string(1'000'000, '[')) == "fault: too_deep");
}

TEST_CASE("document: errors say what and where") {
  json::Document document;
  const auto parsed = document.parse(R"({"a":1,"b":x})");

  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().code == Code::bad_input);
  CHECK(parsed.error().detail == "not JSON: unexpected text at byte 11");
}

TEST_CASE("document: repeated names are kept in order and flagged, in small and large objects") {
  json::Document document;
  REQUIRE(document.parse(R"({"a":1,"b":2,"\u0061":3})"));
  CHECK(document.root().has_duplicate_names());
  CHECK(document.root().size() == 3);
  CHECK(document.root()["a"].text() == "3");
  CHECK(document.root().to_json() == R"({"a":1,"b":2,"a":3})");

  std::string members;
  for (int i = 0; i < 1000; ++i) members += "\"member" + std::to_string(i) + "\":0,";
  REQUIRE(document.parse("{" + members + "\"last\":0}"));
  CHECK_FALSE(document.root().has_duplicate_names());
  REQUIRE(document.parse("{" + members + "\"member500\":0}"));
  CHECK(document.root().has_duplicate_names());
  REQUIRE(document.parse(R"({"":1,"":2})"));
  CHECK(document.root().has_duplicate_names());
  REQUIRE(document.parse(R"([{"x":{"x":1},"y":{"x":2}}])"));
  CHECK_FALSE(document.root().first().value().has_duplicate_names());
}

TEST_CASE("document: a container shows its source, whatever its strings mean") {
  json::Document document;
  REQUIRE(document.parse(R"( { "a\u0062" : [ "\n" , 1.0 ] , "c":{} } )"));
  const auto root = document.root();

  CHECK(root.source() == R"({ "a\u0062" : [ "\n" , 1.0 ] , "c":{} })");
  CHECK(root["ab"].source() == R"([ "\n" , 1.0 ])");
  CHECK(root["ab"].first().value().text() == "\n");
  CHECK(root["c"].source() == "{}");
}

TEST_CASE("document: members are read with fallbacks") {
  json::Document document;
  REQUIRE(document.parse(R"({"n":-42,"s":"x","big":9223372036854775808,"half":0.5,"z":null})"));
  const auto root = document.root();

  CHECK(root.integer_or("n", 1) == -42);
  CHECK(root.integer_or("s", 1) == 1);
  CHECK(root.integer_or("big", 1) == 1);
  CHECK(root.integer_or("half", 1) == 1);
  CHECK(root.string_or("s", "-") == "x");
  CHECK(root.string_or("n", "-") == "-");
  CHECK(root.string_or("absent", "-") == "-");
  CHECK(root.has("z"));
  CHECK_FALSE(root.has("zz"));
  CHECK(root["z"].type() == json::Type::null);
}

TEST_CASE("document: a second parse forgets the first, also after a failure") {
  json::Document document;
  REQUIRE(document.parse(R"({"long":"a text that is longer than the next"})"));
  REQUIRE_FALSE(document.parse("[1,").ok());
  REQUIRE(document.parse("[7]"));
  CHECK(document.root().to_json() == "[7]");
  CHECK(document.fault().empty());
}

TEST_CASE("document: moving a document keeps what it read") {
  json::Document first;
  REQUIRE(first.parse(R"(["x"])"));
  json::Document second = std::move(first);
  CHECK(second.root().to_json() == R"(["x"])");
}
