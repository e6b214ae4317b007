#include "understudy/json/document.h"

#include <random>
#include <string>

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

// All that a document says of each of its values, or why it has none.
std::string told(const json::Document& document) {
  if (!document.fault().empty()) return std::string(document.fault());
  std::string all;
  for (std::size_t i = 0; i < document.size(); ++i) {
    const auto value = document.at(i);
    const bool is_container =
        value.type() == json::Type::array || value.type() == json::Type::object;
    const bool has_text = value.type() == json::Type::string || value.type() == json::Type::number;
    all.append(json::name(value.type())).append(" ");
    all.append(std::to_string(value.end_index())).append(" ");
    all.append(std::to_string(value.size())).append(" ");
    if (is_container) all.append(value.source());
    if (has_text) all.append(value.text());
    if (value.type() == json::Type::boolean) all.append(value.boolean() ? "true" : "false");
    all.append("\n");
  }
  return all;
}

std::string told_with_model(std::string_view text, std::string_view model) {
  json::Document first, second;
  (void)first.parse(model);
  const bool is_json = second.parse(text, first).ok();
  CHECK(is_json == second.fault().empty());
  return told(second);
}

std::string told_alone(std::string_view text) {
  json::Document document;
  (void)document.parse(text);
  return told(document);
}

}  // namespace

TEST_CASE("document: a text that is held is held again, and forgotten with what fails") {
  json::Document document;
  const std::string text = R"({"a":[1,"b\u00e9"]})";
  REQUIRE(document.parse(text));
  REQUIRE(document.parse(std::string(text)));
  CHECK(document.root().to_json() == "{\"a\":[1,\"b\u00e9\"]}");
  REQUIRE(document.parse(R"({"a":[1,"b"]})"));
  CHECK(document.root().to_json() == R"({"a":[1,"b"]})");
  CHECK_FALSE(document.parse(R"({"a":[1,"b"})"));
  CHECK_FALSE(document.parse(R"({"a":[1,"b"})"));
  REQUIRE(document.parse(text));
  CHECK(document.size() == 5);
}

TEST_CASE("document: a root with escapes is a model of nothing") {
  for (const std::size_t size : {4, 22, 40}) {
    const auto model = "\"\\n" + std::string(size, 'a') + "\"";
    const auto text = "\"" + std::string(size + 2, 'b') + "\"";
    CHECK(told_with_model(text, model) == told_alone(text));
  }
}

TEST_CASE("document: one byte less alike than its model, at every place") {
  const std::string model =
      R"( {"a":"x","é":[-1.5e3,10,true,null,"\u00e9\"y",""],"b\n":{"c":"zz"}} )";
  for (std::size_t at = 0; at < model.size(); ++at) {
    for (const char c :
         {'"', '\\', '0', '7', '-', '.', 'e', 'x', ' ', ',', '{', '}', '\x01', '\xC3'}) {
      auto text = model;
      text[at] = c;
      CAPTURE(text);
      CHECK(told_with_model(text, model) == told_alone(text));
      text[(at + 7) % text.size()] = '4';
      CHECK(told_with_model(text, model) == told_alone(text));
    }
  }
}

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

TEST_CASE("document: with a model a text reads as it does alone") {
  const std::string_view model =
      R"({"at":10,"a\u0062c":"x\ny","list":[1,-2.5e3,"\"",[],{},[{"id":7},{"id":8,"n":null}]],)"
      R"("more":{"t":true,"f":false,"deep":{"s":"\u00e9","e":""}},"end":[[1,2],[3,4]] } )";
  for (const auto* const text :
       {R"({"at":10})", R"({"at":100,"list":[1,-2.5e3,"\"",[],{},[{"id":7},{"id":9}]]})",
        R"({ "at": 10, "list": [1,-2.5e3,"\"",[]], "more": {"t":true,"f":false} })",
        R"({"at":10,"a\u0062c":"x\ny","list":[1,-2.5e3,"\"",[],{},[{"id":7},{"id":8,"n":null)",
        R"([10,"abc"])", R"({"at":10,"a\u0062c":"x\ny","list":{"1":2}})", "17", "", "{",
        "[[[]]]"}) {
    CHECK(told_with_model(text, model) == told_alone(text));
  }
  CHECK(told_with_model(model, model) == told_alone(model));
  CHECK(told_with_model(model, "{\"at\":") == told_alone(model));
}

TEST_CASE("document: with any model every text reads as it does alone") {
  const std::string whole =
      R"({"a":[{"id":1,"s":"x\ty","t":[true,null]},{"id":22,"s":"\u00e9","t":[]},{"id":1}],)"
      R"("b":{"a":"\\","a":1.50},"c":[[[1],[2]],[[1],[2]]],"d":"\n"})";
  const std::string_view pieces[] = {"1", ",", "\"", "\\n", "[",    "]",
                                     "{", "}", " ",  "1,",  "null", ":"};
  std::mt19937 random(1);
  const auto changed = [&] {
    auto text = whole;
    for (auto changes = random() % 4; changes > 0; --changes) {
      const auto piece = pieces[random() % std::size(pieces)];
      text.replace(random() % text.size(), random() % 4, piece);
      if (random() % 2 == 0) text.insert(random() % text.size(), "[1,2],");
      if (random() % 4 == 0) text.erase(random() % text.size(), random() % 30);
    }
    return text;
  };
  std::size_t read = 0;

  for (int round = 0; round < 20000; ++round) {
    const auto model = round % 2 == 0 ? whole : changed();
    const auto text = changed();
    const auto alone = told_alone(text);
    read += alone.ends_with("\n") ? 1 : 0;
    const bool is_same = told_with_model(text, model) == alone;
    if (!is_same) CHECK_MESSAGE(is_same, text << " with " << model);
  }
  CHECK(read > 2000);
}

TEST_CASE("document: a text with a model may be nested as deep as any other") {
  const auto deep = nested(limits::max_json_depth, "1");
  const auto deeper = nested(limits::max_json_depth + 1, "1");

  CHECK(told_with_model(deep, deep) == told_alone(deep));
  CHECK(told_with_model(deeper, deep) == "too_deep");
}
