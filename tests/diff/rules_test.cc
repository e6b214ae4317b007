#include "diff/rules.h"

#include <doctest/doctest.h>

using namespace understudy;
using Action = config::DiffRule::Action;
using Where = diff::Rule::Where;

namespace {

config::DiffRule made(std::string path, Action action = Action::ignore) {
  config::DiffRule rule;
  rule.path = std::move(path);
  rule.action = action;
  rule.key = "id";
  rule.pattern = "x+";
  rule.tolerance.amount = 1;
  return rule;
}

}  // namespace

TEST_CASE("rules: what cannot be done at a place is a configuration error") {
  for (const auto& bad : {made(""), made("a/b"), made("header:"), made("status", Action::array_set),
                          made("body", Action::match), made("line", Action::tolerance),
                          made("header:A", Action::array_key)}) {
    CAPTURE(bad.path);
    const auto rule = diff::Rule::compile(bad);
    REQUIRE_FALSE(rule.ok());
    CHECK(rule.error().code == Code::bad_config);
  }
}

TEST_CASE("rules: endpoints are all, one, or all that begin alike") {
  auto rule = made("/a");
  const auto is_for = [&](std::string endpoint, std::string_view name) {
    rule.endpoint = std::move(endpoint);
    const auto compiled = diff::Rule::compile(rule);
    REQUIRE(compiled.ok());
    return compiled->is_for(name);
  };
  CHECK(is_for("*", "GET /x"));
  CHECK(is_for("GET /x/{id}", "GET /x/{id}"));
  CHECK_FALSE(is_for("GET /x", "GET /x/{id}"));
  CHECK(is_for("GET /x*", "GET /x/{id}"));
  CHECK_FALSE(is_for("POST *", "GET /x"));
}

TEST_CASE("rules: field names match in any case, with any rest behind *") {
  const auto book = diff::RuleBook::compile({made("header:X-Trace-*"), made("header:ETag")});
  REQUIRE(book.ok());
  const auto rules = book->for_endpoint("GET /");

  CHECK(rules.ignores_field(Where::header, "etag"));
  CHECK(rules.ignores_field(Where::header, "x-trace-id"));
  CHECK_FALSE(rules.ignores_field(Where::header, "x-trac"));
  CHECK_FALSE(rules.ignores_field(Where::trailer, "etag"));
}

TEST_CASE("rules: a pattern must match the whole of the shadow's value") {
  const auto rule = diff::Rule::compile(made("/a", Action::match));
  REQUIRE(rule.ok());
  CHECK(rule->excuses("anything", "xxx"));
  CHECK_FALSE(rule->excuses("xxx", "xxxy"));
}
