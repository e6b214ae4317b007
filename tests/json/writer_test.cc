#include "understudy/json/writer.h"

#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

#include "understudy/json/document.h"

using namespace understudy;

TEST_CASE("writer: separators stand where they belong") {
  json::Writer out;
  out.begin_object().key("a").begin_array().integer(1).integer(-2).begin_object().end_object();
  out.end_array().key("b").null().key("c").boolean(true).key("d").raw("[0]").end_object();
  CHECK(out.text() == R"({"a":[1,-2,{}],"b":null,"c":true,"d":[0]})");
}

TEST_CASE("writer: taking the text leaves a fresh writer") {
  json::Writer out;
  out.begin_array().integer(1).end_array();
  CHECK(out.take() == "[1]");
  CHECK(out.string("x").take() == "\"x\"");
}

TEST_CASE("writer: strings are escaped and stay UTF-8") {
  json::Writer out;
  out.string(std::string_view("q\" b\\ n\n r\r t\t c\x01 z\0 d\x7f e\xc3\xa9", 27));
  CHECK(out.text() == "\"q\\\" b\\\\ n\\n r\\r t\\t c\\u0001 z\\u0000 d\x7f e\xc3\xa9\"");

  json::Writer broken;
  broken.string(
      "a\xff"
      "b\xc3");
  CHECK(broken.text() ==
        "\"a\xef\xbf\xbd"
        "b\xef\xbf\xbd\"");
}

TEST_CASE("writer: numbers read back the same, what is not finite is null") {
  json::Writer out;
  out.begin_array().number(0.1).number(1e300).number(-0.0).number(5);
  out.number(std::numeric_limits<double>::infinity())
      .number(std::numeric_limits<double>::quiet_NaN());
  out.integer(std::numeric_limits<std::int64_t>::min()).end_array();
  CHECK(out.text() == "[0.1,1e+300,-0,5,null,null,-9223372036854775808]");
}

TEST_CASE("writer: any bytes written as a string are read back as JSON") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  json::Writer out;
  out.begin_object().key(all).string(all).end_object();

  json::Document document;
  CHECK(document.parse(out.text()).ok());
}
