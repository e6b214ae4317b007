#include "mirror/contracts.h"

#include <doctest/doctest.h>

#include "understudy/base/limits.h"
#include "understudy/diff/finding.h"

using namespace understudy;
using diff::Kind;
using diff::Severity;

namespace {

// A primary whose answers are seen.
class Primary {
 public:
  Primary() : comparer_(std::move(*diff::Comparer::create({}, {}, "key"))) {
    fields_.add("Content-Type", "application/json");
  }

  const diff::Contract* answers(const std::string& endpoint, int status, const std::string& body) {
    const diff::Answer answer{status, &fields_, nullptr, body, body.size(), nullptr};
    return contracts_.take(endpoint, answer, *comparer_);
  }

 private:
  http::Fields fields_;
  std::unique_ptr<diff::Comparer> comparer_;
  mirror::Contracts contracts_;
};

Severity of_missing(const diff::Contract* contract, const std::string& place) {
  REQUIRE(contract != nullptr);
  const diff::Difference difference{place, Kind::missing, {"1", false}, {}};
  return contract->severity_of(difference, place, 200);
}

}  // namespace

TEST_CASE("contracts: are learnt for each endpoint and class of status apart") {
  Primary primary;
  for (int i = 0; i < 5; ++i) {
    primary.answers("GET /a", 200, R"({"id":1,"note":2})");
    primary.answers("GET /a", 404, R"({"error":"none"})");
    primary.answers("GET /b", 200, R"({"id":1})");
  }

  CHECK(of_missing(primary.answers("GET /a", 201, R"({"id":1})"), "/note") == Severity::suspicious);
  CHECK(of_missing(primary.answers("GET /a", 201, R"({"id":1})"), "/id") == Severity::breaking);
  CHECK(of_missing(primary.answers("GET /a", 404, R"({"error":"x"})"), "/error") ==
        Severity::breaking);
}

TEST_CASE("contracts: bodies that are no JSON, or too large, teach nothing") {
  Primary primary;
  for (int i = 0; i < 5; ++i) {
    primary.answers("GET /a", 200, "{");
    primary.answers("GET /a", 200, "{" + std::string(limits::contract_max_body_bytes, ' ') + "}");
  }

  CHECK(of_missing(primary.answers("GET /a", 200, ""), "/id") == Severity::breaking);
}

TEST_CASE("contracts: there are no more than the limit") {
  Primary primary;
  for (std::size_t i = 0; i < limits::max_contracts; ++i) {
    CHECK(primary.answers("GET /" + std::to_string(i), 200, "{}") != nullptr);
  }

  CHECK(primary.answers("GET /one-more", 200, "{}") == nullptr);
  CHECK(primary.answers("GET /0", 200, "{}") != nullptr);
}
