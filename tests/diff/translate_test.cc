#include "diff/translate.h"

#include <doctest/doctest.h>

#include "understudy/base/limits.h"

using namespace understudy;
using diff::Shape;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

// A start tag with this many attributes of different names.
std::string tag(std::size_t attributes) {
  std::string out = "<p";
  for (std::size_t i = 0; i < attributes; ++i) out += " a" + std::to_string(i) + "=''";
  return out + ">";
}

std::string told(Shape shape, std::string_view text) {
  const auto both = diff::translate(shape, text, text);
  CHECK(both.fault == "");
  CHECK(both.primary == both.shadow);
  return both.primary;
}

std::string_view fault(Shape shape, std::string_view text) {
  return diff::translate(shape, text, text).fault;
}

}  // namespace

TEST_CASE("translate: a value of a tag may be long") {
  const auto data = repeated("x >", 100'000);

  const auto text = told(Shape::html, "<img src='" + data + "' alt='a'>");

  CHECK(text == R"({"html":{"body":{"img":{"@src":")" + data + R"(","@alt":"a"}}}})");
}

TEST_CASE("translate: a tag has a limited number of attributes") {
  const auto many = tag(limits::max_tag_attributes + 1);

  CHECK(fault(Shape::html, tag(limits::max_tag_attributes)) == "");
  CHECK(fault(Shape::xml, tag(limits::max_tag_attributes) + "</p>") == "");
  CHECK(fault(Shape::xml, many + "</p>") == "too_large");
  for (const std::string before : {"", "<p a='<p'>", "<p a =", "<p =\"", "<p a=b=\"", "<p a!=\"",
                                   "<p '", "<!-- <p a=\" -->", "<script>'<p a=\"'</script>"}) {
    CAPTURE(before);
    CHECK(fault(Shape::html, before + many) == "too_large");
  }
}

TEST_CASE("translate: tags in tags are not read over and over") {
  CHECK(fault(Shape::html, repeated("<a b=x", 100'000)) == "too_large");
  CHECK(fault(Shape::html, repeated("<a ", 100'000)) == "too_large");
  CHECK(fault(Shape::html, repeated("<div b='<i>'>", 100'000)) == "too_deep");
}

TEST_CASE("translate: markup has a limited depth") {
  const auto deep = [](std::size_t depth) {
    return repeated("<a>", depth) + "x" + repeated("</a>", depth);
  };

  CHECK(fault(Shape::xml, deep(limits::max_markup_depth)) == "");
  CHECK(fault(Shape::xml, deep(limits::max_markup_depth + 1)) == "too_deep");
  CHECK(fault(Shape::xml, deep(100'000)) == "too_deep");
  CHECK(fault(Shape::html, repeated("<div>", 100'000)) == "too_deep");
}

TEST_CASE("translate: entities of a document's own are refused") {
  CHECK(fault(Shape::xml, "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>") == "invalid_xml");
  CHECK(fault(Shape::xml, "<!DOCTYPE a [<!ENTITY % x 'y'> %x;]><a/>") == "invalid_xml");
  CHECK(fault(Shape::xml, "<!DOCTYPE a SYSTEM 'file:///dev/null'><a>&x;</a>") == "invalid_xml");
  CHECK(told(Shape::xml, "<!DOCTYPE a [<!ELEMENT a ANY>]><a>&lt;&#65;</a>") == R"({"a":"<A"})");
}

TEST_CASE("translate: names of XML are as they are written") {
  CHECK(told(Shape::xml, "<s:A xmlns:s='u' S:b='1'/>") == R"({"s:A":{"@xmlns:s":"u","@S:b":"1"}})");
  CHECK(told(Shape::html, "<P ID=a>") == R"({"html":{"body":{"p":{"@id":"a"}}}})");
}

TEST_CASE("translate: a side that repeats an element makes it an array on the other") {
  const auto both = diff::translate(Shape::xml, "<a><b/></a>", "<a><b/><b c='d'/></a>");

  CHECK(both.primary == R"({"a":{"b":[{}]}})");
  CHECK(both.shadow == R"({"a":{"b":[{},{"@c":"d"}]}})");
}
