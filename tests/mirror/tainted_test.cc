// Sessions of which the shadow lacks a write.
#include <doctest/doctest.h>

#include "mirror/backstage.h"
#include "understudy/handoff/tainted_sessions.h"

using namespace understudy;
using namespace std::chrono_literals;
using support::Backstage;

namespace {

// One copy that the primary answered with {"n":1}.
void play(Backstage& backstage, std::string_view method, std::string_view session) {
  auto begin = backstage.request(method, "/cart");
  begin.session = backstage.tainted.session_of(session);
  backstage.answered(backstage.begin(std::move(begin)), 200, R"({"n":1})");
  backstage.settle();
  backstage.until_over();
}

void taint(Backstage& backstage, std::string_view session) {
  backstage.tainted.add("v2", backstage.tainted.session_of(session),
                        handoff::taint_of(handoff::NotMirrored::percent), backstage.loop.now());
}

json::Value endpoint_of(const support::Log& log) {
  return log.windows.front()->root()["endpoints"].first().value();
}

}  // namespace

TEST_CASE("tainted: what differs later is counted apart, with the reason, and is no evidence") {
  Backstage backstage;
  backstage.config.session.key = "cookie:sid";
  backstage.shadow.answers(500, R"({"n":2})");
  taint(backstage, "a");

  play(backstage, "GET", "a");
  const auto& log = backstage.finish();

  CHECK(log.outcomes("tainted", "percent") == 1);
  CHECK(log.outcomes("different") == 0);
  CHECK(log.only().string_or("outcome", "") == "tainted");
  CHECK(log.only().string_or("reason", "") == "percent");
  CHECK(log.only().string_or("signature", "none").empty());
  CHECK(log.only()["differences"].size() == 2);
  CHECK(endpoint_of(log)["places"].size() == 0);
  CHECK(endpoint_of(log)["signatures"].size() == 0);
  CHECK(endpoint_of(log).integer_or("shadow_errors", -1) == 0);
}

TEST_CASE("tainted: what is the same is the same") {
  Backstage backstage;
  backstage.config.session.key = "cookie:sid";
  backstage.shadow.answers(200, R"({"n":1})");
  taint(backstage, "a");

  play(backstage, "GET", "a");

  CHECK(backstage.finish().outcomes("same") == 1);
}

TEST_CASE("tainted: noise is noise") {
  Backstage backstage;
  backstage.config.session.key = "cookie:sid";
  backstage.config.noise.reference.text = "self";
  backstage.config.noise.percent = 100;
  backstage.shadow.answers(200, R"({"n":2})");
  backstage.reference.answers(200, R"({"n":3})");
  taint(backstage, "a");

  play(backstage, "GET", "a");
  const auto& log = backstage.finish();

  CHECK(log.outcomes("noise") == 1);
  CHECK(endpoint_of(log)["places"].size() == 1);
}

TEST_CASE("tainted: other sessions, and requests without one, are judged as ever") {
  Backstage backstage;
  backstage.config.session.key = "cookie:sid";
  backstage.shadow.answers(200, R"({"n":2})");
  taint(backstage, "a");

  play(backstage, "GET", "b");
  backstage.answered(backstage.begin_get(), 200, R"({"n":1})");
  backstage.settle();
  backstage.until_over();

  CHECK(backstage.finish().outcomes("different") == 2);
}

TEST_CASE("tainted: a write whose copy comes to nothing taints, a read does not") {
  Backstage backstage;
  backstage.config.session.key = "cookie:sid";
  std::string method = "POST", reason = "shadow_failed";
  SUBCASE("the shadow breaks off") {
    backstage.shadow.resets();
    play(backstage, method, "a");
  }
  SUBCASE("the primary has no answer") {
    reason = "not_compared";
    auto begin = backstage.request(method, "/cart");
    begin.session = backstage.tainted.session_of("a");
    backstage.failed(backstage.begin(std::move(begin)), "primary_failed");
    backstage.settle();
    backstage.until_over();
  }
  SUBCASE("a read") {
    method = "GET";
    backstage.shadow.resets();
    play(backstage, method, "a");
  }
  backstage.shadow.answers(200, R"({"n":2})");

  play(backstage, "GET", "a");
  const auto& log = backstage.finish();

  CHECK(log.outcomes("tainted", reason) == (method == "POST" ? 1 : 0));
  CHECK(log.outcomes("different") == (method == "POST" ? 0 : 1));
}

TEST_CASE("tainted: a write that both answered differently is a difference, and taints nothing") {
  Backstage backstage;
  backstage.config.session.key = "cookie:sid";
  backstage.shadow.answers(500, R"({"n":1})");

  play(backstage, "POST", "a");
  play(backstage, "GET", "a");

  CHECK(backstage.finish().outcomes("different") == 2);
}

TEST_CASE("tainted: after its time a session is judged as ever") {
  Backstage backstage;
  backstage.config.session.key = "cookie:sid";
  backstage.shadow.answers(200, R"({"n":2})");
  backstage.open();
  taint(backstage, "a");
  backstage.advance(limits::taint_lifetime);

  play(backstage, "GET", "a");

  CHECK(backstage.finish().outcomes("different") == 1);
}
