#include "understudy/diff/contract.h"

#include <doctest/doctest.h>

#include "understudy/base/limits.h"
#include "understudy/diff/finding.h"
#include "understudy/http/head.h"
#include "understudy/json/document.h"

using namespace understudy;
using diff::Difference;
using diff::Kind;
using diff::Severity;

namespace {

constexpr int ok = 200;
constexpr std::size_t room = 1000;

// A contract that has seen these bodies, each so often.
class Seen {
 public:
  Seen& answers(const std::string& body, int times = 1, const http::Fields& fields = {}) {
    for (int i = 0; i < times; ++i) {
      json::Document document;
      REQUIRE(document.parse(body));
      const auto root = document.root();
      contract.learn(fields, &root, room);
    }
    return *this;
  }

  Severity of(const std::string& place, Kind kind, const std::string& primary,
              const std::string& shadow, int status = ok) const {
    const Difference difference{place, kind, {primary, false}, {shadow, false}};
    return contract.severity_of(difference, diff::generalized_place(place), status);
  }

  diff::Contract contract;
};

}  // namespace

TEST_CASE("contract: a field that the primary always has is missed, an optional one less") {
  Seen seen;
  seen.answers(R"({"items":[{"a":1,"b":2},{"a":1}]})", 20);

  CHECK(seen.of("/items/0/a", Kind::missing, "1", "") == Severity::breaking);
  CHECK(seen.of("/items/0/b", Kind::missing, "2", "") == Severity::suspicious);
  CHECK(seen.of("/items", Kind::missing, "[]", "") == Severity::breaking);
  CHECK(seen.of("/c", Kind::missing, "1", "") == Severity::suspicious);  // seen this once
  CHECK(seen.of("/unknown/c", Kind::missing, "1", "") == Severity::breaking);
}

TEST_CASE("contract: what the primary leaves out in less than one of a hundred is no option") {
  Seen seen;
  seen.answers(R"({"a":1})", 150).answers(R"({})");
  CHECK(seen.of("/a", Kind::missing, "1", "") == Severity::breaking);
}

TEST_CASE("contract: null and other types are suspicious where the primary has them, too") {
  Seen seen;
  seen.answers(R"({"a":1,"b":1,"c":"x"})", 9).answers(R"({"a":null,"b":"1","c":"x"})");

  CHECK(seen.of("/a", Kind::type, "1", "null") == Severity::suspicious);
  CHECK(seen.of("/a", Kind::type, "1", "\"1\"") == Severity::breaking);
  CHECK(seen.of("/b", Kind::type, "1", "\"7\"") == Severity::suspicious);
  CHECK(seen.of("/c", Kind::type, "\"x\"", "null") == Severity::breaking);
  CHECK(seen.of("/b", Kind::type, "1", "\"~0123456789abcdef\"") == Severity::breaking);
  CHECK(seen.of("/", Kind::type, "{}", "[]") == Severity::breaking);
}

TEST_CASE("contract: a word outside of the primary's few is breaking") {
  Seen seen;
  for (const auto* const state : {"open", "paid", "sent"}) {
    seen.answers(R"({"state":")" + std::string(state) + R"(","name":"always","free":"a b"})", 20);
  }

  CHECK(seen.of("/state", Kind::value, "\"open\"", "\"OPEN\"") == Severity::breaking);
  CHECK(seen.of("/state", Kind::value, "\"open\"", "\"not known\"") == Severity::breaking);
  CHECK(seen.of("/state", Kind::value, "\"open\"", "\"sent\"") == Severity::suspicious);
  CHECK(seen.of("/state", Kind::value, "\"open\"", "\"~email:0123\"") == Severity::suspicious);
  CHECK(seen.of("/state", Kind::value, "\"open\"", "\"OPEN\"", 503) == Severity::suspicious);
  CHECK(seen.of("/name", Kind::value, "\"always\"", "\"other\"") == Severity::suspicious);
  CHECK(seen.of("/free", Kind::value, "\"a b\"", "\"c\"") == Severity::suspicious);
}

TEST_CASE("contract: few answers make no closed set, and many words neither") {
  Seen few;
  few.answers(R"([{"state":"open"},{"state":"paid"}])", 31);
  CHECK(few.of("/0/state", Kind::value, "\"open\"", "\"OPEN\"") == Severity::suspicious);
  few.answers(R"([{"state":"open"},{"state":"paid"}])");
  CHECK(few.of("/0/state", Kind::value, "\"open\"", "\"OPEN\"") == Severity::breaking);

  Seen many;
  for (char c = 'a'; c <= 'i'; ++c) many.answers(R"({"state":")" + std::string(1, c) + "\"}", 50);
  CHECK(many.of("/state", Kind::value, "\"a\"", "\"z\"") == Severity::suspicious);
}

TEST_CASE("contract: a header that the primary does not always send is no promise") {
  http::Fields cookie;
  cookie.add("Set-Cookie", "a=b");
  cookie.add("Location", "/x");
  http::Fields none;
  none.add("location", "/y");
  Seen seen;
  seen.answers("{}", 5, cookie).answers("{}", 5, none);

  CHECK(seen.of("header:Set-Cookie", Kind::missing, "a=b", "") == Severity::suspicious);
  CHECK(seen.of("header:Location", Kind::missing, "/x", "") == Severity::breaking);
}

TEST_CASE("contract: keeps to its room, and believes nothing of what it left out") {
  Seen seen;
  json::Document document;
  REQUIRE(document.parse(R"({"a":1,"b":2})"));
  const auto root = document.root();
  for (int i = 0; i < 10; ++i) seen.contract.learn({}, &root, 2 - seen.contract.size());

  CHECK(seen.contract.size() == 2);
  CHECK(seen.of("/b", Kind::missing, "2", "") == Severity::breaking);
}

TEST_CASE("contract: looks at every one of the first answers, then at ever fewer") {
  diff::Contract contract;
  std::uint64_t looked_at = 0;
  const auto look = [&](std::uint64_t answers) {
    for (std::uint64_t i = 0; i < answers; ++i) {
      if (!contract.wants_next()) continue;
      contract.learn({}, nullptr, room);
      ++looked_at;
    }
  };

  look(limits::contract_first_answers);
  CHECK(looked_at == limits::contract_first_answers);
  look(10'000 - limits::contract_first_answers);
  CHECK(looked_at > 150);
  CHECK(looked_at < 300);
}
