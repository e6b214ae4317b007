// What the shadow gets, and in which memory.
#include "flow/theatre.h"

using namespace understudy;
using namespace understudy::support;

namespace {

// Field lines of a head without those that the copy may change.
std::string faithful_part(const ScriptedServer::Request& request) {
  auto head = request.head;
  const auto mark = head.find("\r\nUnderstudy-Shadow: 1");
  if (mark != std::string::npos) head.erase(mark, std::string("\r\nUnderstudy-Shadow: 1").size());
  return head;
}

}  // namespace

TEST_CASE("copy: the shadow gets the primary's request, and one mark") {
  Theatre theatre;
  theatre.client().send(
      "PUT /a%2Fb?x=%20 HTTP/1.1\r\nHost: example.test\r\nX-b: 2\r\nX-A: 1\r\nX-b: 3\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: t\r\n\r\n");

  CHECK(theatre.client().reply().status == 200);
  theatre.settle();

  REQUIRE(theatre.shadow.requests().size() == 1);
  const auto& live = *theatre.primary.requests().front();
  const auto& copy = *theatre.shadow.requests().front();
  CHECK(copy.field("Understudy-Shadow") == "1");
  CHECK(live.field("Understudy-Shadow").empty());
  CHECK(faithful_part(copy) == live.head);
  CHECK(copy.body == live.body);
  CHECK(copy.trailers == live.trailers);
}

TEST_CASE("copy: a large upload is streamed to the shadow and compared") {
  Theatre theatre;
  theatre.shadow_config().max_body_bytes = 4 * limits::mib;
  const auto count_bytes = [](const ScriptedServer::Request& request) {
    return ScriptedServer::message(200, std::to_string(request.body.size()));
  };
  theatre.primary.answers_with(count_bytes);
  theatre.shadow.answers_with(count_bytes);

  theatre.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16777216\r\n\r\n");
  for (int i = 0; i < 64; ++i) {
    theatre.client().send(std::string(256 * limits::kib, 'u'));
    // No faster than the shadow takes it, however slow the machine is; half is gathered at first.
    CHECK(pump_until(theatre.loop, [&] { return theatre.held_bytes() < 3 * limits::mib; }));
    pump_a_little(theatre.loop);
  }

  CHECK(theatre.client().reply().body == "16777216");
  theatre.settle();
  theatre.close();
  CHECK(theatre.outcomes("same") == 1);
}

TEST_CASE("copy: a shadow that does not read a large upload is cut, the upload is not") {
  Theatre theatre;
  theatre.shadow.stops_reading();
  theatre.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n");
  for (int i = 0; i < 128; ++i) {
    theatre.client().send(std::string(256 * limits::kib, 'u'));
    pump_a_little(theatre.loop);
  }

  CHECK(theatre.client().reply().status == 200);
  theatre.settle();
  theatre.close();
  CHECK(theatre.primary.requests().front()->body.size() == 33554432);
  CHECK(theatre.outcomes("shadow_failed:shadow_lagging") == 1);
}

TEST_CASE("copy: large answers are compared by length and blocks") {
  Theatre theatre;
  std::string body(5 * limits::mib, 'a');
  theatre.primary.answers(200, body, "Content-Type: application/octet-stream\r\n");
  theatre.shadow.answers(200, body, "Content-Type: application/octet-stream\r\n");
  CHECK(theatre.client().get("/").body.size() == body.size());
  theatre.settle();
  body[4 * limits::mib + 5] = 'b';
  theatre.shadow.answers(200, body, "Content-Type: application/octet-stream\r\n");
  CHECK(theatre.client().get("/").body.size() == body.size());
  theatre.settle();
  theatre.close();

  CHECK(theatre.outcomes("same") == 1);
  CHECK(theatre.differences() == std::vector<std::string>{"body value"});
}

TEST_CASE("copy: routes, methods and shares are counted by reason") {
  Theatre theatre;
  theatre.shadow_config().methods = {"GET"};
  theatre.shadow_config().percent = 50;
  theatre.config().routes.emplace_back();
  theatre.config().routes.back().path = "/secret/**";
  theatre.config().routes.back().mirror = false;

  for (int i = 0; i < 4; ++i) theatre.client().get("/");
  theatre.client().get("/secret/x");
  theatre.client().send("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
  theatre.client().reply();
  theatre.settle();
  theatre.close();

  CHECK(theatre.decisions("received") == 6);
  CHECK(theatre.decisions("mirrored") == 2);
  CHECK(theatre.decisions("not_mirrored:percent") == 2);
  CHECK(theatre.decisions("not_mirrored:route") == 1);
  CHECK(theatre.decisions("not_mirrored:method") == 1);
}

TEST_CASE("copy: secrets do not reach the log, equal ones stay equal") {
  Theatre theatre;
  theatre.primary.answers(200, "{\"password\":\"hunter2\",\"x\":1}",
                          "Content-Type: application/json\r\nSet-Cookie: sid=topsecret\r\n");
  theatre.shadow.answers(200, "{\"password\":\"hunter3\",\"x\":2}",
                         "Content-Type: application/json\r\nSet-Cookie: sid=other\r\n");
  theatre.client().get("/?mail=someone@example.com");
  theatre.settle();
  theatre.close();

  const auto exchanges = theatre.records("exchange");
  REQUIRE(exchanges.size() == 1);
  for (const auto* secret :
       {"hunter2", "hunter3", "topsecret", "sid=other", "someone@example.com"}) {
    CAPTURE(secret);
    CHECK(exchanges.front().find(secret) == std::string::npos);
  }
}
