#include "understudy/json/pointer.h"

#include <doctest/doctest.h>

using namespace understudy;

namespace {

bool matches(std::string_view pattern, std::string_view pointer) {
  const auto parsed = json::Pattern::parse(pattern);
  REQUIRE(parsed.ok());
  return parsed->matches(pointer);
}

}  // namespace

TEST_CASE("pointer: steps are escaped as RFC 6901 says") {
  std::string pointer;
  json::append_step(pointer, "a/b");
  json::append_step(pointer, "m~n");
  json::append_step(pointer, "");
  json::append_step(pointer, "~1");
  CHECK(pointer == "/a~1b/m~0n//~01");
}

TEST_CASE("pattern: steps match themselves, * one step, ** any number") {
  CHECK(matches("", ""));
  CHECK(matches("/items/3/price", "/items/3/price"));
  CHECK(matches("/items/*/price", "/items/3/price"));
  CHECK(matches("/items/*/price", "/items/*/price"));
  CHECK(matches("/a~1b/m~0n", "/a~1b/m~0n"));
  CHECK(matches("/*", "/"));
  CHECK(matches("/**/password", "/password"));
  CHECK(matches("/**/password", "/users/3/password"));
  CHECK(matches("/**", ""));
  CHECK(matches("/a/**", "/a"));
  CHECK_FALSE(matches("", "/a"));
  CHECK_FALSE(matches("/a", ""));
  CHECK_FALSE(matches("/items/*/price", "/items/price"));
  CHECK_FALSE(matches("/items/*", "/items/3/price"));
  CHECK_FALSE(matches("/**/password", "/users/password/old"));
}

TEST_CASE("pattern: text that is no pointer is a configuration error") {
  for (const auto* bad : {"a", "a/b", "/a~", "/a~2", "/~x/b"}) {
    CAPTURE(bad);
    const auto parsed = json::Pattern::parse(bad);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == Code::bad_config);
  }
}

TEST_CASE("pattern: walked step by step it says the same, with names as they are") {
  const auto pattern = json::Pattern::parse("/**/a~1b/*");
  REQUIRE(pattern.ok());

  auto state = pattern->start();
  CHECK_FALSE(pattern->accepts(state));
  state = pattern->advance(state, "x");
  state = pattern->advance(state, "a/b");
  CHECK_FALSE(pattern->accepts(state));
  CHECK(pattern->accepts(pattern->advance(state, "0")));
  CHECK(pattern->accepts(pattern->advance(pattern->advance(state, "a/b"), "y")));

  const auto literal = json::Pattern::parse("/a");
  REQUIRE(literal.ok());
  CHECK(literal->advance(literal->start(), "b") == 0);
}

TEST_CASE("pattern: 63 steps are the most") {
  std::string text;
  for (int i = 0; i < 63; ++i) text += "/*";
  REQUIRE(json::Pattern::parse(text).ok());
  CHECK(json::Pattern::parse(text)->matches(text));
  CHECK_FALSE(json::Pattern::parse(text + "/*").ok());
}
