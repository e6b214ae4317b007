// Bodies: streamed with back-pressure, in bounded memory.
#include "front_stage.h"

using namespace understudy;
using namespace understudy::support;

namespace {

std::string chunk(std::string_view data) {
  char line[32];
  std::snprintf(line, sizeof line, "%zx\r\n", data.size());
  return line + std::string(data) + "\r\n";
}

}  // namespace

TEST_CASE("body: a large upload arrives whole, by length and by chunks") {
  FrontStage stage;
  stage.primary.answers_with([](const ScriptedServer::Request& request) {
    return ScriptedServer::message(200, std::to_string(request.body.size()));
  });
  const std::string body(5 * limits::mib, 'u');

  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5242880\r\n\r\n");
  stage.client().send(body);
  CHECK(stage.client().reply().body == "5242880");
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  stage.client().send(chunk(body) + "0\r\n\r\n");
  CHECK(stage.client().reply().body == "5242880");

  CHECK(stage.primary.requests().back()->body == body);
}

TEST_CASE("body: a large download arrives whole") {
  FrontStage stage;
  const std::string body(5 * limits::mib, 'd');
  stage.primary.answers(200, body);

  CHECK(stage.client().get("/").body == body);
}

TEST_CASE("body: a primary that does not read stops the client's upload, not our memory") {
  FrontStage stage;
  stage.primary.stops_reading();
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 268435456\r\n\r\n");

  // Kernel buffers of both connections take some megabytes; after that nothing moves.
  const std::string piece(1 * limits::mib, 'x');
  for (int i = 0; i < 40; ++i) {
    stage.client().send(piece);
    pump_a_little(stage.loop);
  }
  const auto waiting = stage.client().queued_bytes();

  CHECK(waiting > 20 * limits::mib);
}

TEST_CASE("body: a client that does not read stops the primary's answer, and is ended in time") {
  FrontStage stage;
  stage.primary.floods();
  stage.client().stop_reading();
  stage.client().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  pump_until(stage.loop, [&] { return stage.primary.accepted() == 1; });
  for (int i = 0; i < 200; ++i) pump_a_little(stage.loop);

  stage.advance(limits::body_timeout);
  stage.advance(limits::body_timeout);

  CHECK(stage.failures(handoff::LiveFailure::client_timeout) == 1);
  CHECK(stage.worker().connections() == 0);
}

TEST_CASE("body: an early answer reaches a client that is still sending") {
  FrontStage stage;
  stage.primary.answers_at_head(
      "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome of it");

  const auto reply = stage.client().reply();

  CHECK(reply.status == 413);
  CHECK(reply.body == "big");
  CHECK(reply.field("Connection") == "close");
}
