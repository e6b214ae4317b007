#include "understudy/diff/outline.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "understudy/diff/compare.h"

using namespace understudy;

namespace {

diff::Outline outline(std::string_view media_type, std::string_view body) {
  const auto comparer = std::move(*diff::Comparer::create({}, {}, "key"));
  http::Fields fields;
  fields.add("Content-Type", std::string(media_type) + "; charset=utf-8");
  return comparer->outline({200, &fields, nullptr, body, body.size(), nullptr});
}

bool are_like(std::string_view media_type, std::string_view a, std::string_view b) {
  const auto left = outline(media_type, a), right = outline(media_type, b);
  CHECK(left.is_like(right) == right.is_like(left));
  return left.is_like(right);
}

}  // namespace

TEST_CASE("outline: values do not count, places do") {
  constexpr std::string_view json = "application/json";
  CHECK(are_like(json, R"({"a":1,"b":"x","c":[1,2],"d":{}})",
                 R"({"d":{},"a":"7","b":null,"c":[3]})"));
  CHECK(are_like(json, R"({"a":1,"b":2,"c":3,"d":4,"e":5})", R"({"a":1,"b":2,"c":3,"d":4})"));
  CHECK_FALSE(are_like(json, R"({"a":1,"b":2,"c":3,"d":4})", R"({"a":1,"x":2,"y":3,"z":4})"));
  CHECK_FALSE(are_like(json, R"({"a":1,"b":2})", R"({"a":1,"b":2})"));
  CHECK_FALSE(are_like(json, "[", "["));
  CHECK_FALSE(are_like("image/png", "1", "1"));
  CHECK_FALSE(outline(json, R"({"a":1,"b":2,"c":3,"d":4})")
                  .is_like(outline("text/json", R"({"a":1,"b":2,"c":3,"d":4})")));
}

TEST_CASE("outline: what can be told as JSON has one") {
  constexpr std::string_view page =
      "<html><head><title>{}</title></head><body><h1>{}</h1><p>text</p></body></html>";
  const auto amber = fmt::format(fmt::runtime(page), "amber", 1);
  CHECK(are_like("text/html", amber, fmt::format(fmt::runtime(page), "birch", 2)));
  CHECK_FALSE(are_like("text/html", amber,
                       "<html><body><form><input/><input/><select/></form></body></html>"));
  CHECK(are_like("application/xml", "<f><a/><b/><c>1</c></f>", "<f><a/><b/><c>2</c></f>"));
}

TEST_CASE("outline: of many places some stand for all") {
  std::string a = R"({"kind":"a record",)", b = a, c = a;
  for (int i = 0; i < 1000; ++i) {
    a += fmt::format(R"("a{}x":1,)", i);
    b += fmt::format(R"("a{}x":2,)", i < 900 ? i : i + 5000);
    c += fmt::format(R"("a{}x":2,)", i < 200 ? i : i + 5000);
  }
  for (auto* const text : {&a, &b, &c}) text->back() = '}';
  CHECK(are_like("application/json", a, b));
  CHECK_FALSE(are_like("application/json", a, c));
}
