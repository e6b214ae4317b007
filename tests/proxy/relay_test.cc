// What passes through unchanged, and what the client's connection sees.
#include "front_stage.h"

using namespace understudy;
using namespace understudy::support;

TEST_CASE("relay: target, method, names' case, order and duplicates reach the primary as sent") {
  FrontStage stage;
  stage.client().send(
      "PATCH /a%20b/../c?x=1&x=2 HTTP/1.1\r\nHost: example.test\r\nX-B: 1\r\nx-a: 2\r\n"
      "X-B: 3\r\nContent-Length: 2\r\n\r\nhi");

  CHECK(stage.client().reply().status == 200);

  REQUIRE(stage.primary.requests().size() == 1);
  const auto& request = *stage.primary.requests().front();
  CHECK(request.line() == "PATCH /a%20b/../c?x=1&x=2 HTTP/1.1");
  CHECK(request.head.find("Host: example.test\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\n") !=
        std::string::npos);
  CHECK(request.body == "hi");
}

TEST_CASE("relay: status, reason, fields and body of the answer reach the client") {
  FrontStage stage;
  stage.primary.answers(
      "HTTP/1.1 418 I'm a teapot\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 3\r\n\r\nmug");

  const auto reply = stage.client().get("/");

  CHECK(reply.head.find("HTTP/1.1 418 I'm a teapot\r\nX-One: 1\r\nx-one: 2\r\n") == 0);
  CHECK(reply.body == "mug");
}

TEST_CASE("relay: one client connection and one primary connection serve many requests") {
  FrontStage stage;
  stage.primary.answers(200, "ok");

  for (int i = 0; i < 5; ++i) CHECK(stage.client().get("/").body == "ok");

  CHECK(stage.primary.accepted() == 1);
  CHECK(stage.counters().requests.get() == 5);
}

TEST_CASE("relay: pipelined requests are answered in order") {
  FrontStage stage;
  stage.primary.answers_with([](const ScriptedServer::Request& request) {
    return ScriptedServer::message(200, request.line());
  });
  stage.client().send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
      "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");

  CHECK(stage.client().reply().body == "GET /1 HTTP/1.1");
  CHECK(stage.client().reply().body == "POST /2 HTTP/1.1");
  CHECK(stage.client().reply().body == "GET /3 HTTP/1.1");
}

TEST_CASE("relay: a request cut at every byte boundary is answered like a whole one") {
  FrontStage stage;
  stage.primary.answers(200, "ok");
  const std::string request =
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    CAPTURE(cut);
    stage.client().send(request.substr(0, cut));
    pump_a_little(stage.loop);
    stage.client().send(request.substr(cut));
    CHECK(stage.client().reply().body == "ok");
    CHECK(stage.primary.requests().back()->body == "abc");
  }
}

TEST_CASE("relay: Connection: close is honoured after the answer, also with bytes behind it") {
  FrontStage stage;
  stage.primary.answers(200, "bye");
  stage.client().send(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /more HTTP/1.1\r\n");

  const auto reply = stage.client().reply();

  CHECK(reply.body == "bye");
  CHECK(reply.field("Connection") == "close");
  CHECK(stage.client().sees_end());
  CHECK_FALSE(stage.client().was_reset());
}

TEST_CASE(
    "relay: an HTTP/1.0 client gets its answer without chunks and the end of the connection") {
  FrontStage stage;
  stage.primary.answers(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
  stage.client().send("GET / HTTP/1.0\r\n\r\n");

  const auto reply = stage.client().reply();

  CHECK(reply.body == "hi");
  CHECK(reply.is_complete);
  CHECK(reply.field("Transfer-Encoding").empty());
  CHECK(stage.primary.requests().front()->line() == "GET / HTTP/1.1");
}

TEST_CASE("relay: a body that ends with the primary's connection is chunked for the client") {
  FrontStage stage;
  stage.primary.closes_after("HTTP/1.1 200 OK\r\n\r\nuntil the end");

  const auto reply = stage.client().get("/");

  CHECK(reply.body == "until the end");
  CHECK(reply.is_complete);
  CHECK(reply.field("Transfer-Encoding") == "chunked");
}

TEST_CASE("relay: HEAD, 204 and 304 have no body, whatever their fields say") {
  FrontStage stage;
  for (const auto* answer :
       {"HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: \"x\"\r\n\r\n"}) {
    stage.primary.answers(std::string(answer));
    CHECK(stage.client().get("/").is_complete);
  }
  stage.primary.answers("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
  stage.client().send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = stage.client().reply("HEAD");
  stage.primary.answers(200, "next");

  CHECK(head.field("Content-Length") == "12345");
  CHECK(stage.client().get("/").body == "next");
}

TEST_CASE("relay: trailers pass in both directions") {
  FrontStage stage;
  stage.primary.answers(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 9\r\n\r\n");
  stage.client().send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\ny\r\n0\r\n"
      "X-Up: 8\r\nContent-Length: 7\r\n\r\n");

  const auto reply = stage.client().reply();

  CHECK(reply.trailers == "X-Sum: 9");
  CHECK(stage.primary.requests().front()->trailers.find("X-Up: 8") != std::string::npos);
  CHECK(stage.primary.requests().front()->trailers.find("Content-Length") == std::string::npos);
}

TEST_CASE("relay: interim answers come first; HTTP/1.0 clients get none") {
  FrontStage stage;
  stage.primary.answers(
      "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
      "2\r\n\r\nok");

  CHECK(stage.client().get("/").status == 103);
  CHECK(stage.client().reply().body == "ok");
  auto old = stage.new_client();
  old->send("GET / HTTP/1.0\r\n\r\n");
  CHECK(old->reply().status == 200);
}

TEST_CASE("relay: Expect: 100-continue waits for the primary's word") {
  FrontStage stage;
  stage.primary.answers_at_head("HTTP/1.1 100 Continue\r\n\r\n");
  stage.client().send(
      "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(stage.client().reply().status == 100);
  stage.primary.answers(201, "made");

  stage.client().send("body");

  CHECK(stage.client().reply().status == 201);
  CHECK(stage.primary.requests().front()->body == "body");
}

TEST_CASE("relay: an upgrade becomes a tunnel in both directions, early bytes included") {
  FrontStage stage;
  stage.add_shadow();
  stage.primary.answers_at_head(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello");
  stage.client().send(
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");

  const auto reply = stage.client().reply();
  pump_until(stage.loop, [&] { return stage.client().unread().size() >= 5; });

  CHECK(reply.status == 101);
  CHECK(reply.field("Upgrade") == "echo");
  CHECK(stage.client().unread() == "hello");
  CHECK(stage.dropped(handoff::NotMirrored::upgrade) == 1);
}

TEST_CASE("relay: a tunnel ends in each direction by itself, with nothing lost") {
  FrontStage stage;
  stage.primary.answers_at_head(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n" +
      std::string(3 * limits::mib, 't'));
  stage.client().send(
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
  CHECK(stage.client().reply().status == 101);
  stage.client().finish_writing();

  CHECK(stage.client().sees_end());

  CHECK(stage.client().unread().size() == 3 * limits::mib);
  CHECK(pump_until(stage.loop, [&] { return stage.worker().connections() == 0; }));
}

TEST_CASE("relay: a tunnel whose other end fails makes no clean end of it") {
  FrontStage stage;
  stage.primary.resets_after(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhal");
  stage.client().send(
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
  CHECK(stage.client().reply().status == 101);

  CHECK(stage.client().sees_end());

  CHECK(stage.client().was_reset());
}

TEST_CASE("relay: an upgrade that the primary does not take is an ordinary answer") {
  FrontStage stage;
  stage.primary.answers(200, "no");
  stage.client().send(
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");

  CHECK(stage.client().reply().body == "no");
  CHECK(stage.client().get("/").body == "no");
}

TEST_CASE("relay: a client that closed its sending side still gets its answer") {
  FrontStage stage;
  stage.primary.answers(200, "late");
  stage.client().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  stage.client().finish_writing();

  CHECK(stage.client().reply().body == "late");
  CHECK(stage.client().sees_end());
}

TEST_CASE("relay: draining ends idle connections and lets a running exchange finish") {
  FrontStage stage;
  stage.primary.stays_silent();
  auto idle = stage.new_client();
  auto busy = stage.new_client();
  busy->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  pump_until(stage.loop, [&] { return stage.primary.requests().size() == 1; });
  bool is_drained = false;

  stage.worker().drain(limits::drain_timeout, {}, [&] { is_drained = true; });

  stage.advance(limits::first_request_grace);
  CHECK(idle->sees_end());
  CHECK_FALSE(is_drained);
  stage.advance(limits::drain_timeout);
  CHECK(busy->sees_end());
  CHECK(is_drained);
}
