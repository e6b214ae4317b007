// How connections end: nothing is cut that was answered, and nobody waits without a limit.
#include <string>

#include "front_stage.h"

using namespace understudy;
using namespace understudy::support;

namespace {

// Answers as large as the target says.
std::string as_large_as_asked(const ScriptedServer::Request& request) {
  const auto line = request.line();
  const auto size = std::stoul(line.substr(line.find('/') + 1));
  return ScriptedServer::message(200, std::string(size, 'a'));
}

// Clients that asked and do not read. The sizes surround what the kernel holds for a connection, so
// that some answers have left the primary while their end still waits in the proxy.
std::vector<std::unique_ptr<ScriptedClient>> unhurried_clients(FrontStage& stage) {
  stage.primary.answers_with(as_large_as_asked);
  std::vector<std::unique_ptr<ScriptedClient>> clients;
  for (std::size_t size = 2 * limits::mib; size < 5 * limits::mib; size += 128 * limits::kib) {
    clients.push_back(stage.new_client());
    clients.back()->stop_reading();
    clients.back()->send("GET /" + std::to_string(size) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  for (int i = 0; i < 10; ++i) pump_a_little(stage.loop);
  return clients;
}

void check_whole_answers(std::vector<std::unique_ptr<ScriptedClient>>& clients) {
  std::size_t size = 2 * limits::mib;
  for (const auto& client : clients) {
    CAPTURE(size);
    client->read_again();
    const auto reply = client->reply();
    CHECK(reply.is_complete);
    CHECK(reply.body.size() == size);
    size += 128 * limits::kib;
  }
}

}  // namespace

TEST_CASE("ending: a client that closes its side still gets what waits for it") {
  FrontStage stage;
  auto clients = unhurried_clients(stage);

  for (const auto& client : clients) client->finish_writing();
  for (int i = 0; i < 5; ++i) pump_a_little(stage.loop);

  check_whole_answers(clients);
}

TEST_CASE("ending: draining lets answers out that are queued") {
  FrontStage stage;
  auto clients = unhurried_clients(stage);

  stage.worker().drain(std::chrono::seconds(10), {}, [] {});
  for (int i = 0; i < 5; ++i) pump_a_little(stage.loop);

  check_whole_answers(clients);
}

TEST_CASE("ending: what was pipelined before the client closed its side is answered") {
  FrontStage stage;
  stage.primary.answers(200, "ok");
  stage.client().send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HT");
  stage.client().finish_writing();

  CHECK(stage.client().reply().status == 200);
  CHECK(stage.client().reply().status == 200);
  CHECK(stage.client().sees_end());
  CHECK(stage.primary.requests().size() == 2);
}

TEST_CASE("ending: an answer that nobody takes is cut, also when it is the last one") {
  FrontStage stage;
  auto clients = unhurried_clients(stage);
  for (const auto& client : clients) client->finish_writing();
  for (int i = 0; i < 5; ++i) pump_a_little(stage.loop);
  REQUIRE(stage.worker().connections() > 0);

  stage.advance(limits::body_timeout);
  stage.advance(limits::body_timeout);

  CHECK(pump_until(stage.loop, [&] { return stage.worker().connections() == 0; }));
  CHECK(stage.failures(handoff::LiveFailure::client_timeout) > 0);
}

TEST_CASE("ending: an idle connection lets its last answer out before it expires") {
  FrontStage stage;
  auto clients = unhurried_clients(stage);

  stage.advance(stage.config().server.keepalive_timeout / 3);
  for (const auto& client : clients) client->read_again();
  for (int i = 0; i < 5; ++i) pump_a_little(stage.loop);
  stage.advance(stage.config().server.keepalive_timeout);

  check_whole_answers(clients);
  CHECK(pump_until(stage.loop, [&] { return stage.worker().connections() == 0; }));
}

TEST_CASE("ending: what comes behind an early answer and close is read for a while, then cut") {
  FrontStage stage;
  stage.primary.answers_at_head(ScriptedServer::message(413, "no", "Connection: close\r\n"));
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(stage.client().reply().body == "no");
  stage.primary.closes_connections();
  for (int i = 0; i < 5; ++i) pump_a_little(stage.loop);

  // As long as something comes, and no longer than a limit.
  Duration waited{};
  while (waited + limits::linger_timeout / 2 < limits::linger_time) {
    stage.client().send(std::string(limits::mib, 'u'));
    CHECK(pump_until(stage.loop, [&] { return stage.client().queued_bytes() == 0; }));
    REQUIRE(stage.worker().connections() == 1);
    stage.advance(limits::linger_timeout / 2);
    waited += limits::linger_timeout / 2;
  }
  CHECK_FALSE(stage.client().was_reset());
  stage.advance(limits::linger_timeout);

  CHECK(pump_until(stage.loop, [&] { return stage.worker().connections() == 0; }));
}

TEST_CASE("ending: a final answer instead of 100 ends the connection at once") {
  FrontStage stage;
  stage.primary.answers_at_head(ScriptedServer::message(417, ""));
  stage.client().send(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");

  CHECK(stage.client().reply().status == 417);
  CHECK(stage.client().sees_end());
  CHECK(pump_until(stage.loop, [&] { return stage.primary.open_connections() == 0; }));
}

TEST_CASE("ending: pipelined requests wait with the client, not in memory") {
  FrontStage stage;
  int answers_left = 600;
  stage.primary.answers_with([&](const ScriptedServer::Request&) {
    return --answers_left >= 0 ? ScriptedServer::message(200, "") : std::string();
  });
  std::string requests;
  while (requests.size() < 64 * limits::mib) requests += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  stage.client().send(requests);
  CHECK(pump_until(stage.loop, [&] { return answers_left < 0; }));
  for (int i = 0; i < 10; ++i) pump_a_little(stage.loop);

  CHECK(stage.client().queued_bytes() > 40 * limits::mib);
}

TEST_CASE("ending: an early answer and a primary that reads no more end the connection") {
  FrontStage stage;
  stage.primary.answers_at_head(ScriptedServer::message(200, "early"));
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(stage.client().reply().body == "early");
  stage.primary.stops_reading();
  stage.client().send(std::string(32 * limits::mib, 'u'));
  for (int i = 0; i < 5; ++i) pump_a_little(stage.loop);
  REQUIRE(stage.worker().connections() == 1);

  stage.advance(limits::primary_idle_timeout);
  // What the client still sends is read and dropped, until it has been silent for a while.
  CHECK(pump_until(stage.loop, [&] { return stage.client().queued_bytes() == 0; }));
  stage.advance(limits::linger_timeout);

  CHECK(pump_until(stage.loop, [&] { return stage.worker().connections() == 0; }));
  CHECK(stage.failures(handoff::LiveFailure::truncated) == 0);
}

TEST_CASE("ending: an early answer and a primary that leaves end the connection") {
  FrontStage stage;
  stage.primary.answers_at_head(ScriptedServer::message(200, "early"));
  stage.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(stage.client().reply().body == "early");
  stage.primary.stops_reading();
  stage.client().send(std::string(32 * limits::mib, 'u'));
  for (int i = 0; i < 5; ++i) pump_a_little(stage.loop);

  stage.primary.closes_connections();
  CHECK(pump_until(stage.loop, [&] { return stage.client().queued_bytes() == 0; }));
  stage.advance(limits::linger_timeout);

  CHECK(pump_until(stage.loop, [&] { return stage.worker().connections() == 0; }));
}

TEST_CASE("ending: within its grace, an idle connection's next request is answered with close") {
  FrontStage stage;
  stage.primary.answers(200, "ok");
  auto silent = stage.new_client();
  CHECK(silent->get("/").status == 200);
  CHECK(stage.client().get("/").status == 200);
  bool is_drained = false;

  stage.worker().drain(limits::drain_timeout, limits::handover_idle_grace,
                       [&] { is_drained = true; });
  pump_a_little(stage.loop);
  const auto last = stage.client().get("/");

  CHECK(last.body == "ok");
  CHECK(last.field("Connection") == "close");
  CHECK(stage.client().sees_end());
  CHECK_FALSE(stage.client().was_reset());
  stage.client().leave();
  CHECK_FALSE(is_drained);
  stage.advance(limits::handover_idle_grace);
  CHECK(silent->sees_end());
  CHECK(is_drained);
}

TEST_CASE("ending: an answer that promised to keep the connection is followed by another") {
  FrontStage stage;
  constexpr auto pause = std::chrono::milliseconds(1);
  stage.primary.trickles(ScriptedServer::message(200, "half"), pause);
  stage.client().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  while (stage.client().total_received() == 0) stage.advance(pause);

  stage.worker().drain(limits::drain_timeout, limits::handover_idle_grace, [] {});
  while (stage.client().unread().find("half") == std::string::npos) stage.advance(pause);

  CHECK(stage.client().reply().body == "half");
  stage.primary.answers(200, "ok");
  CHECK(stage.client().get("/").field("Connection") == "close");
}

TEST_CASE("ending: what waits in a closed door's queue is answered") {
  FrontStage stage;
  stage.primary.answers(200, "ok");
  const auto address = *stage.worker().listen(*net::Address::parse("127.0.0.1:0"));
  ScriptedClient client(stage.loop, address);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  stage.worker().close("127.0.0.1:0");

  CHECK(client.reply().body == "ok");
  ScriptedClient late(stage.loop, address);
  CHECK(late.sees_end());
}
