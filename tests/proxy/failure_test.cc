// What the client sees when something goes wrong, and what is counted.
#include "front_stage.h"

using namespace understudy;
using namespace understudy::support;

TEST_CASE("failure: a refusing primary is a 502 with a short text, and the connection goes on") {
  FrontStage stage;
  stage.primary.stops_listening();

  const auto reply = stage.client().get("/");

  CHECK(reply.status == 502);
  CHECK(reply.field("Content-Type").find("text/plain") == 0);
  CHECK_FALSE(reply.body.empty());
  CHECK(stage.client().get("/").status == 502);
  CHECK(stage.failures(handoff::LiveFailure::primary_failed) == 2);
}

TEST_CASE("failure: a silent primary is a 504 after primary.timeout") {
  FrontStage stage;
  stage.primary.stays_silent();
  stage.client().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  pump_until(stage.loop, [&] { return stage.primary.requests().size() == 1; });

  stage.advance(limits::primary_timeout);

  CHECK(stage.client().reply().status == 504);
  CHECK(stage.failures(handoff::LiveFailure::primary_timeout) == 1);
}

TEST_CASE("failure: a resetting primary and garbage are 502") {
  FrontStage stage;
  stage.primary.resets();
  CHECK(stage.client().get("/").status == 502);
  stage.primary.answers("this is not HTTP\r\n\r\n");
  CHECK(stage.client().get("/").status == 502);
  CHECK(stage.failures(handoff::LiveFailure::primary_failed) == 2);
}

TEST_CASE("failure: an answer cut in the middle is never ended cleanly") {
  FrontStage stage;
  stage.primary.closes_after("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  const auto by_length = stage.client().get("/");
  auto second = stage.new_client();
  stage.primary.closes_after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  const auto by_chunks = second->get("/");

  CHECK(by_length.body == "half");
  CHECK_FALSE(by_length.is_complete);
  CHECK_FALSE(by_chunks.is_complete);
  CHECK(stage.failures(handoff::LiveFailure::truncated) == 2);
}

TEST_CASE("failure: an answer that stops in the middle is cut after primary.idle_timeout") {
  FrontStage stage;
  stage.primary.answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  stage.client().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  pump_until(stage.loop, [&] { return stage.client().total_received() > 0; });

  stage.advance(limits::primary_idle_timeout);

  CHECK_FALSE(stage.client().reply().is_complete);
}

TEST_CASE("failure: an idle connection that the primary closed is noticed") {
  FrontStage stage;
  stage.primary.answers(200, "ok");
  CHECK(stage.client().get("/").status == 200);

  stage.primary.closes_connections();
  pump_a_little(stage.loop);

  CHECK(stage.client().get("/").status == 200);
  CHECK(stage.primary.accepted() == 2);
}

TEST_CASE("failure: a stale connection swallows a GET once; a POST is never sent twice") {
  FrontStage stage;
  stage.primary.answers(200, "ok");
  CHECK(stage.client().get("/").status == 200);

  // The server closes without an answer exactly when the reused connection's request arrives.
  stage.primary.closes_next_request();
  CHECK(stage.client().get("/again").status == 200);
  stage.primary.closes_next_request();
  stage.client().send("POST /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  CHECK(stage.client().reply().status == 502);

  int posts = 0;
  for (const auto& request : stage.primary.requests()) {
    if (request->line().rfind("POST", 0) == 0) ++posts;
  }
  CHECK(posts == 1);
}

TEST_CASE("failure: ambiguous requests are refused and reach nobody") {
  FrontStage stage;
  stage.add_shadow();
  for (const auto* request : {
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
           "GET / HTTP/1.1\nHost: a\n\n",
       }) {
    CAPTURE(request);
    auto client = stage.new_client();
    client->send(request);
    const auto status = client->reply().status;
    CHECK((status == 400 || status == 501));
    CHECK(client->sees_end());
  }
  CHECK(stage.primary.requests().empty());
  CHECK(stage.handed_over().empty());
  CHECK(stage.failures(handoff::LiveFailure::bad_request) == 7);
}

TEST_CASE("failure: a head that does not arrive in time is a 408, silence is closed") {
  FrontStage stage;
  auto silent = stage.new_client();
  stage.client().send("GET / HT");
  pump_a_little(stage.loop);

  stage.advance(limits::header_timeout);

  CHECK(stage.client().reply().status == 408);
  CHECK(silent->sees_end());
  CHECK(silent->unread().empty());
}

TEST_CASE("failure: a request body that stops is a 408") {
  FrontStage stage;
  stage.primary.stays_silent();
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
  pump_a_little(stage.loop);

  stage.advance(limits::body_timeout);

  CHECK(stage.client().reply().status == 408);
  CHECK(stage.failures(handoff::LiveFailure::client_timeout) == 1);
}

TEST_CASE("failure: an idle client is closed after keepalive_timeout") {
  FrontStage stage;
  stage.primary.answers(200, "ok");
  CHECK(stage.client().get("/").status == 200);

  stage.advance(limits::keepalive_timeout - Duration(1));
  CHECK(stage.worker().connections() == 1);
  stage.advance(Duration(1));

  CHECK(stage.worker().connections() == 0);
}

TEST_CASE("failure: a client that leaves ends its request to the primary") {
  FrontStage stage;
  stage.primary.stays_silent();
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
  pump_until(stage.loop, [&] { return stage.primary.requests().size() == 1; });

  stage.client().leave();

  CHECK(pump_until(stage.loop, [&] { return stage.primary.open_connections() == 0; }));
  CHECK(stage.failures(handoff::LiveFailure::client_aborted) == 1);
}
