#include "sweep/scenarios.h"

#include <fmt/format.h>

namespace understudy::sweep {

using namespace support;

namespace {

const std::string large(3 * limits::mib, 'l');
const std::string upload(200 * limits::kib, 'u');

std::string get(std::string_view target, std::string_view fields = {}) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n{}\r\n", target, fields);
}

std::string post(std::string_view target, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}", target,
                     body.size(), body);
}

std::string chunk(std::string_view piece) {
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

constexpr std::string_view chunked_post =
    "POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

void nothing(Play&) {}

void simple_get(Play& play) {
  play.primary().answers(200, "fresh");
  play.shadow().answers(200, "fresh");
  const auto client = play.enter();
  play.ask(*client, get("/a"), {200, "fresh"});
  play.ask(*client, get("/b"), {200, "fresh"});
}

// Answers repeat the body, so that one that came late or lost a byte shows.
void echo(ScriptedServer& server) {
  server.answers_with([](const ScriptedServer::Request& request) {
    return ScriptedServer::message(200, request.body);
  });
}

void post_with_length(Play& play) {
  echo(play.primary());
  echo(play.shadow());
  const auto client = play.enter();
  play.ask(*client, post("/first", "one"), {200, "one"});
  play.ask(*client, post("/second", upload), {200, upload});
}

void small_windows(Play& play) {
  play.theatre().shadow_config().max_body_bytes = 64 * limits::kib;
}

void post_chunked(Play& play) {
  echo(play.primary());
  echo(play.shadow());
  const auto client = play.enter();
  client->send(chunked_post);
  for (int piece = 0; piece < 4; ++piece) {
    client->send(chunk(upload.substr(0, upload.size() / 4)));
    pump_a_little(play.theatre().loop);
  }
  play.ask(*client, "0\r\nX-Sum: 1\r\n\r\n", {200, upload});
  play.ask(*client, get("/after"), {200, ""});
}

void pipelined(Play& play) {
  play.primary().answers_with([](const ScriptedServer::Request& request) {
    return ScriptedServer::message(200, request.line() + request.body);
  });
  const auto client = play.enter();
  client->send(get("/1") + get("/2") + post("/3", "three") + get("/4"));
  play.hear(*client, {200, "GET /1 HTTP/1.1"});
  play.hear(*client, {200, "GET /2 HTTP/1.1"});
  play.hear(*client, {200, "POST /3 HTTP/1.1three"});
  play.hear(*client, {200, "GET /4 HTTP/1.1"});
}

// The second and the third request meet connections that the primary has just closed.
void stale(Play& play) {
  play.primary().answers(200, "kept");
  const auto client = play.enter();
  play.ask(*client, get("/a"), {200, "kept"});
  play.primary().closes_next_request();
  play.ask(*client, get("/b"), {200, "kept"});
  play.primary().closes_connections();
  pump_a_little(play.theatre().loop);
  play.ask(*client, post("/c", "once"), {200, "kept"});
}

void tunnel(Play& play) {
  play.primary().answers_at_head(
      "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nearly");
  const auto client = play.enter();
  play.ask(*client, get("/up", "Connection: Upgrade\r\nUpgrade: x\r\n") + "hello", {101, ""});
  if (play.right() == 1) play.hear_bytes(*client, "early");
  client->finish_writing();
  play.primary().closes_connections();
  CHECK_MESSAGE(play.await([&] { return client->has_ended(); }), "the tunnel does not end");
}

// The client stops reading until everybody is full.
void large_answer(Play& play) {
  play.primary().answers(200, large);
  play.shadow().answers(200, large);
  const auto client = play.enter();
  client->send(get("/large"));
  client->stop_reading();
  pump_a_little(play.theatre().loop);
  client->read_again();
  play.hear(*client, {200, large});
}

void shadow_resets(Play& play) {
  play.primary().answers(200, "fresh");
  play.shadow().resets();
  const auto client = play.enter();
  play.ask(*client, get("/a"), {200, "fresh"});
  play.ask(*client, post("/b", "body"), {200, "fresh"});
  play.theatre().shadow.stops_listening();
  play.ask(*client, get("/c"), {200, "fresh"});
}

// Every record needs a segment of its own.
void tiny_segments(Play& play) {
  play.theatre().config().log.segment_bytes = 100;
  play.theatre().config().log.keep_bytes = 10 * limits::kib;
}

void log_rotation(Play& play) {
  play.primary().answers(200, "fresh");
  play.shadow().answers(200, "stale");
  const auto client = play.enter();
  for (int i = 0; i < 4; ++i) {
    play.ask(*client, get(fmt::format("/{}", i)), {200, "fresh"});
    play.theatre().settle();
    play.theatre().log();  // the writer has it
  }
}

void early_answer(Play& play) {
  play.primary().answers_at_head(ScriptedServer::message(403, "no", "Connection: close\r\n"));
  const auto client = play.enter();
  play.ask(*client, post("/early", upload).substr(0, upload.size() / 2), {403, "no"});
  client->finish_writing();
  CHECK_MESSAGE(play.await([&] { return client->has_ended(); }), "the connection does not end");
}

void until_close(Play& play) {
  play.primary().closes_after("HTTP/1.1 200 OK\r\n\r\n" + upload);
  play.shadow().closes_after("HTTP/1.1 200 OK\r\n\r\n" + upload);
  const auto old = play.enter();
  play.ask(*old, "GET /old HTTP/1.0\r\n\r\n", {200, upload});
  const auto client = play.enter();
  play.ask(*client, get("/new"), {200, upload});
}

void client_leaves(Play& play) {
  play.primary().answers(200, large);
  auto client = play.enter();
  client->send(post("/cut", upload).substr(0, upload.size() / 2));
  pump_a_little(play.theatre().loop);
  client.reset();
  client = play.enter();
  client->send(get("/large"));
  client->stop_reading();
  pump_a_little(play.theatre().loop);
  client.reset();
}

void primary_gone(Play& play) {
  play.primary().closes_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  const auto client = play.enter();
  play.ask(*client, get("/half"), {Expected::cut, {}});
  play.primary().stays_silent();
  const auto patient = play.enter();
  play.ask(*patient, get("/silent"), {504, {}});
  play.primary().resets();
  play.ask(*patient, get("/reset"), {502, {}});
}

void heads_and_hints(Play& play) {
  play.primary().answers(
      "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n");
  const auto client = play.enter();
  play.ask(*client, get("/hints", "TE: trailers\r\nConnection: TE\r\n"), {200, "hello"});
  play.primary().answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  play.ask(*client, "HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n", {200, "", "HEAD"});
}

void expectation(Play& play) {
  play.primary().answers_at_head("HTTP/1.1 100 Go\r\n\r\n");
  const auto client = play.enter();
  client->send(
      "POST /expect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Length: 4\r\n\r\n");
  pump_a_little(play.theatre().loop);
  echo(play.primary());
  play.ask(*client, "body", {200, "body"});
}

void two_shadows(Play& play) {
  const PeerScope peers;
  play.theatre().add_shadow("v3").stays_silent();
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"a simple GET", nothing, simple_get},
      {"POST with a length", nothing, post_with_length},
      {"POST in chunks, streamed to the shadow", small_windows, post_chunked},
      {"pipelined requests", nothing, pipelined},
      {"stale connections", nothing, stale},
      {"a tunnel", nothing, tunnel},
      {"a large answer", nothing, large_answer},
      {"a failing shadow", two_shadows, shadow_resets},
      {"log rotation", tiny_segments, log_rotation},
      {"an early answer", nothing, early_answer},
      {"answers that end with the connection", nothing, until_close},
      {"clients that leave", nothing, client_leaves},
      {"a failing primary", nothing, primary_gone},
      {"hints, trailers and HEAD", nothing, heads_and_hints},
      {"an expectation", nothing, expectation},
  };
  return all;
}

}  // namespace understudy::sweep
