// Writes that the front stage does not mirror taint their session.
#include "front_stage.h"
#include "understudy/handoff/tainted_sessions.h"

using namespace understudy;
using namespace understudy::support;
using handoff::NotMirrored;

namespace {

std::string why(FrontStage& stage, std::string_view session, std::string_view shadow = "v2") {
  const auto found =
      stage.tainted->find(shadow, stage.tainted->session_of(session), stage.loop.now());
  return std::string(found ? name(*found) : "");
}

std::string request(const std::string& method, const std::string& session) {
  return method + " / HTTP/1.1\r\nHost: a\r\nCookie: x=1; sid=" + session +
         "\r\nContent-Length: 2\r\n\r\nhi";
}

int status_of(FrontStage& stage, const std::string& bytes) {
  stage.client().send(bytes);
  return stage.client().reply().status;
}

}  // namespace

TEST_CASE("tainted: a write that is filtered or sampled out taints its session, a read does not") {
  FrontStage stage;
  stage.config().session.key = "cookie:sid";
  stage.add_shadow().methods = {"GET"};
  stage.add_shadow("v3").percent = 0;
  stage.add_shadow("v4");

  CHECK(status_of(stage, request("POST", "a")) == 200);
  CHECK(status_of(stage, request("GET", "b")) == 200);

  CHECK(why(stage, "a") == "method");
  CHECK(why(stage, "a", "v3") == "percent");
  CHECK(why(stage, "a", "v4").empty());
  CHECK(why(stage, "b", "v3").empty());
}

TEST_CASE("tainted: a write that is dropped taints its session, also where the lane is full") {
  FrontStage stage;
  stage.config().session.key = "cookie:sid";
  stage.add_shadow().max_inflight = 1;
  std::string reason;
  SUBCASE("too many copies") {
    stage.primary.stays_silent();
    stage.client().send(request("POST", "a"));
    pump_until(stage.loop, [&] { return stage.primary.requests().size() == 1; });
    const auto second = stage.new_client();
    second->send(request("POST", "b"));
    pump_until(stage.loop, [&] { return stage.primary.requests().size() == 2; });
    reason = "max_inflight";
  }
  SUBCASE("a full lane") {
    for (std::size_t i = 0; i < limits::handoff_queue_messages; ++i) {
      stage.lane().push(handoff::End{});
    }
    CHECK(status_of(stage, request("POST", "b")) == 200);
    reason = "overloaded";
  }
  SUBCASE("too much memory") {
    stage.config().shadows[0].max_memory_bytes = 10;
    CHECK(status_of(stage, request("POST", "b")) == 200);
    reason = "max_memory";
  }

  CHECK(why(stage, "a").empty());
  CHECK(why(stage, "b") == reason);
}

TEST_CASE("tainted: a copy carries its session; without a key there is none") {
  FrontStage stage;
  stage.config().session.key = "cookie:sid";
  stage.add_shadow();
  CHECK(status_of(stage, request("GET", "a")) == 200);
  stage.client().get("/");

  const auto begins = stage.handed<handoff::Begin>();
  REQUIRE(begins.size() == 2);
  CHECK(begins[0]->session == stage.tainted->session_of("a"));
  CHECK(begins[1]->session == 0);
}

TEST_CASE("tainted: where nobody asks for sessions, none is told apart") {
  FrontStage stage;
  stage.add_shadow();
  CHECK(status_of(stage, request("GET", "a")) == 200);

  CHECK(stage.handed<handoff::Begin>().front()->session == 0);
}
