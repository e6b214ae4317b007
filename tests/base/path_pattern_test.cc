#include "understudy/base/path_pattern.h"

#include <doctest/doctest.h>

using namespace understudy;

namespace {

bool matches(std::string_view pattern, std::string_view path) {
  const auto parsed = PathPattern::parse(pattern);
  REQUIRE(parsed.ok());
  return parsed->matches(path);
}

}  // namespace

TEST_CASE("path pattern: literal segments match themselves and nothing longer") {
  CHECK(matches("/users", "/users"));
  CHECK(matches("/", "/"));
  CHECK_FALSE(matches("/users", "/users/"));
  CHECK_FALSE(matches("/users", "/users/7"));
  CHECK_FALSE(matches("/users", "/Users"));
  CHECK_FALSE(matches("/users", "*"));
  CHECK_FALSE(matches("/users", ""));
}

TEST_CASE("path pattern: * and {name} stand for one segment that is not empty") {
  CHECK(matches("/users/*/orders", "/users/7/orders"));
  CHECK(matches("/users/{id}", "/users/7"));
  CHECK_FALSE(matches("/users/{id}", "/users"));
  CHECK_FALSE(matches("/users/{id}", "/users/"));
  CHECK_FALSE(matches("/users/*", "/users/7/orders"));
}

TEST_CASE("path pattern: ** stands for any number of segments, also none") {
  CHECK(matches("/**", "/"));
  CHECK(matches("/**", "/a/b/c"));
  CHECK(matches("/payments/**", "/payments"));
  CHECK(matches("/payments/**", "/payments/"));
  CHECK(matches("/payments/**", "/payments/1/refunds"));
  CHECK(matches("/**/edit", "/a/edit/b/edit"));
  CHECK(matches("/a/**/b/**/c", "/a/x/b/y/z/c"));
  CHECK_FALSE(matches("/a/**/b/**/c", "/a/x/y/z/c"));
  CHECK_FALSE(matches("/payments/**", "/paymentsx"));
}

TEST_CASE("path pattern: the query is not looked at") {
  CHECK(matches("/users/{id}", "/users/7?x=/a/b"));
  CHECK_FALSE(matches("/users", "/other?/users"));
}

TEST_CASE("path pattern: many ** over a long path stay cheap") {
  std::string pattern, path;
  for (int i = 0; i < 50; ++i) pattern += "/**/a";
  for (int i = 0; i < 2000; ++i) path += "/a";

  CHECK_FALSE(matches(pattern + "/b", path));
  CHECK(matches(pattern, path));
}

TEST_CASE("path pattern: a wildcard inside a segment is a configuration error") {
  for (const auto* bad : {"", "users", "/a*", "/{id", "/x{id}", "/a/***", "/{a*}"}) {
    CAPTURE(bad);
    const auto parsed = PathPattern::parse(bad);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == Code::bad_config);
  }
}
