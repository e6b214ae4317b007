// What the front stage hands to the backstage, and when it does not.
#include "front_stage.h"

using namespace understudy;
using namespace understudy::support;

TEST_CASE("copy: a GET is handed over at once, its answer when it is complete") {
  FrontStage stage;
  stage.add_shadow();
  stage.primary.stays_silent();
  stage.client().send("GET /x HTTP/1.1\r\nHost: a\r\nX-Y: z\r\n\r\n");
  pump_until(stage.loop, [&] { return stage.primary.requests().size() == 1; });

  REQUIRE(stage.handed<handoff::Begin>().size() == 1);
  CHECK(stage.handed<handoff::Answered>().empty());
  const auto& begin = *stage.handed<handoff::Begin>().front();
  CHECK(begin.head.target == "/x");
  CHECK(begin.head.fields.find("X-Y") == "z");
  CHECK_FALSE(begin.is_streamed);
}

TEST_CASE("copy: answer, body and trailers are captured") {
  FrontStage stage;
  stage.add_shadow();
  stage.primary.answers(
      "HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n");
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
  CHECK(stage.client().reply().status == 201);

  CHECK(stage.handed<handoff::Begin>().front()->body == "body");
  const auto answers = stage.handed<handoff::Answered>();
  REQUIRE(answers.size() == 1);
  REQUIRE(answers.front()->answer != nullptr);
  CHECK(answers.front()->answer->head.status == 201);
  CHECK(answers.front()->answer->body == "hi");
  CHECK(answers.front()->answer->trailers.find("X-T") == "1");
}

TEST_CASE("copy: what the backstage has read is freed with the next exchange, or a while later") {
  FrontStage stage;
  stage.add_shadow();
  stage.client().get("/");
  const std::weak_ptr answer = stage.handed<handoff::Answered>().front()->answer;
  stage.send_home();
  CHECK_FALSE(answer.expired());

  SUBCASE("the next") {
    stage.client().get("/");
  }
  SUBCASE("later") {
    stage.advance(limits::recycle_period);
  }

  CHECK(answer.expired());
}

TEST_CASE("copy: a message that is out for long is freed all the same when it comes home") {
  FrontStage stage;
  stage.add_shadow();
  stage.client().get("/");
  const std::weak_ptr answer = stage.handed<handoff::Answered>().front()->answer;
  stage.advance(limits::recycle_period);
  CHECK_FALSE(answer.expired());

  stage.send_home();
  stage.advance(limits::recycle_period);

  CHECK(answer.expired());
}

TEST_CASE("copy: what is at home makes room for the next, if there is no other") {
  FrontStage stage;
  stage.add_shadow().max_memory_bytes = 5000;
  stage.primary.answers(200, std::string(2000, 'a'));
  stage.client().get("/");
  stage.send_home();
  CHECK(stage.held_bytes() > 5000 / 2);

  stage.client().get("/");

  CHECK(stage.dropped(handoff::NotMirrored::max_memory) == 0);
  CHECK(stage.handed<handoff::Answered>().front()->answer != nullptr);
}

TEST_CASE("copy: of an upload, too, what the backstage has read is freed while it goes on") {
  FrontStage stage;
  stage.add_shadow().max_body_bytes = 512 * limits::kib;
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n");
  stage.client().send(std::string(400 * limits::kib, 's'));
  CHECK(pump_until(stage.loop, [&] { return stage.held_bytes() > 400 * limits::kib; }));
  stage.send_home();
  CHECK(stage.held_bytes() > 400 * limits::kib);

  for (int i = 0; i < 10; ++i) {
    stage.client().send("more");
    pump_a_little(stage.loop);
    stage.send_home();
  }

  CHECK(stage.held_bytes() < 100 * limits::kib);
  stage.client().leave();
}

TEST_CASE("copy: each shadow gets its own, under its own limits") {
  FrontStage stage;
  stage.add_shadow("one");
  stage.add_shadow("two").methods = {"POST"};
  stage.client().get("/");

  CHECK(stage.handed<handoff::Begin>().size() == 1);
  CHECK(stage.counters().shadows[0].mirrored.get() == 1);
  CHECK(stage.dropped(handoff::NotMirrored::method, 1) == 1);
}

TEST_CASE("copy: a body larger than max_body_size is streamed through the window") {
  FrontStage stage;
  stage.add_shadow().max_body_bytes = 512 * limits::kib;
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 307200\r\n\r\n");
  stage.client().send(std::string(300 * limits::kib, 's'));
  CHECK(stage.client().reply().status == 200);

  REQUIRE(stage.handed<handoff::Begin>().size() == 1);
  CHECK(stage.handed<handoff::Begin>().front()->is_streamed);
  std::size_t total = 0;
  for (const auto* piece : stage.handed<handoff::BodyPiece>()) total += piece->bytes.size();
  CHECK(total == 300 * limits::kib);
  CHECK(stage.handed<handoff::End>().size() == 1);
}

TEST_CASE("copy: a shadow a whole window behind is cut, the upload goes on") {
  FrontStage stage;
  stage.add_shadow().max_body_bytes = 256 * limits::kib;
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n");
  stage.client().send(std::string(1 * limits::mib, 's'));

  CHECK(stage.client().reply().status == 200);
  REQUIRE(stage.handed<handoff::Cut>().size() == 1);
  CHECK(stage.handed<handoff::Cut>().front()->reason == "shadow_lagging");
  CHECK(stage.handed<handoff::End>().empty());
  CHECK(stage.primary.requests().front()->body.size() == 1 * limits::mib);
}

TEST_CASE("copy: what does not fit is dropped and counted by its reason") {
  FrontStage stage;
  auto& shadow = stage.add_shadow();
  shadow.max_inflight = 1;
  stage.add_shadow("poor").max_memory_bytes = 100;
  stage.client().get("/");
  stage.client().get("/");  // the first copy still holds its slot: nobody took it

  CHECK(stage.dropped(handoff::NotMirrored::max_inflight, 0) == 1);
  CHECK(stage.dropped(handoff::NotMirrored::max_memory, 1) == 2);
}

TEST_CASE("copy: an answer beyond the memory limit is given up, not the copy") {
  FrontStage stage;
  stage.add_shadow().max_memory_bytes = 100 * limits::kib;
  stage.primary.answers(200, std::string(200 * limits::kib, 'a'));

  CHECK(stage.client().get("/").body.size() == 200 * limits::kib);

  REQUIRE(stage.handed<handoff::Answered>().size() == 1);
  CHECK(stage.handed<handoff::Answered>().front()->reason == "max_memory");
}

TEST_CASE("copy: a shadow without memory takes nothing from another one") {
  FrontStage stage;
  stage.add_shadow("rich");
  stage.add_shadow("poor").max_memory_bytes = 100 * limits::kib;
  stage.primary.answers(200, std::string(200 * limits::kib, 'a'));

  CHECK(stage.client().get("/").status == 200);

  const auto answers = stage.handed<handoff::Answered>();
  REQUIRE(answers.size() == 2);
  REQUIRE(answers[0]->answer != nullptr);
  CHECK(answers[0]->answer->body.size() == 200 * limits::kib);
  CHECK(answers[1]->reason == "max_memory");
}

TEST_CASE("copy: an answer whose trailers exhaust the memory is not compared without them") {
  FrontStage stage;
  stage.add_shadow().max_memory_bytes = 2600;
  stage.primary.answers(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-T: " +
      std::string(2000, 't') + "\r\n\r\n");

  CHECK(stage.client().get("/").status == 200);

  REQUIRE(stage.handed<handoff::Answered>().size() == 1);
  CHECK(stage.handed<handoff::Answered>().front()->reason == "max_memory");
}

TEST_CASE("copy: a request that carries the mark is forwarded but not mirrored again") {
  FrontStage stage;
  stage.add_shadow();

  CHECK(stage.client().get("/", "Understudy-Shadow: 1\r\n").status == 200);

  CHECK(stage.dropped(handoff::NotMirrored::loop) == 1);
  CHECK(stage.handed_over().empty());
  CHECK(stage.primary.requests().size() == 1);
}

TEST_CASE("copy: a client that leaves before its request is complete is not mirrored") {
  FrontStage stage;
  stage.add_shadow();
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
  pump_a_little(stage.loop);

  stage.client().leave();
  pump_until(stage.loop, [&] { return stage.worker().connections() == 0; });

  CHECK(stage.dropped(handoff::NotMirrored::client_aborted) == 1);
  CHECK(stage.handed_over().empty());
}

TEST_CASE("copy: a failing primary is told to the backstage with its reason") {
  FrontStage stage;
  stage.add_shadow();
  stage.primary.resets();

  CHECK(stage.client().get("/").status == 502);

  REQUIRE(stage.handed<handoff::Answered>().size() == 1);
  CHECK(stage.handed<handoff::Answered>().front()->reason == "primary_failed");
}

TEST_CASE("copy: a budget that ends when streaming would begin drops the copy, nothing else") {
  FrontStage stage;
  auto& shadow = stage.add_shadow();
  shadow.max_body_bytes = 8 * limits::kib;
  shadow.max_memory_bytes = 5 * limits::kib;  // the copy and half a body: no room for the head
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8192\r\n\r\n");
  pump_a_little(stage.loop);
  for (int i = 0; i < 2; ++i) {
    stage.client().send(std::string(4 * limits::kib, 's'));
    pump_a_little(stage.loop);
  }

  CHECK(stage.client().reply().status == 200);
  CHECK(stage.dropped(handoff::NotMirrored::max_memory) == 1);
  CHECK(stage.handed_over().empty());
}

TEST_CASE("copy: a client that leaves after an early answer has not failed") {
  FrontStage stage;
  stage.add_shadow();
  stage.primary.answers_at_head(ScriptedServer::message(413, "too large"));
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nbegin");
  CHECK(stage.client().reply().status == 413);

  stage.client().leave();

  CHECK(pump_until(stage.loop, [&] { return stage.worker().connections() == 0; }));
  CHECK(stage.failures(handoff::LiveFailure::client_aborted) == 0);
  CHECK(stage.dropped(handoff::NotMirrored::early_answer) == 1);
}
