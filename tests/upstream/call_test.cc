#include "understudy/upstream/call.h"

#include <optional>

#include <doctest/doctest.h>

#include "support/pump.h"
#include "support/scripted_server.h"

using namespace understudy;
using namespace understudy::support;

namespace {

http::RequestHead request(std::string method) {
  http::RequestHead head;
  head.method = std::move(method);
  head.target = "/";
  head.fields.add("Host", "example.test");
  return head;
}

constexpr upstream::Call::Deadlines waits{std::chrono::seconds(1), std::chrono::seconds(1)};

// More than the kernel takes for a server that does not read.
const std::string large(32 * limits::mib, 'b');

http::Framing body_of(std::size_t length) {
  http::Framing framing;
  framing.body = http::BodyKind::length;
  framing.length = length;
  return framing;
}

// One call and what it told.
struct Caller final : upstream::CallEvents {
  explicit Caller(upstream::Upstream& upstream, upstream::Call::Deadlines deadlines = {})
      : call(upstream, *this, deadlines) {}

  void on_informational(http::ResponseHead&&) override { ++informational; }
  void on_head(http::ResponseHead&& head, const http::Framing&) override { status = head.status; }
  void on_body(std::string_view piece) override { body.append(piece); }
  void on_complete(http::Fields&&) override { is_complete = true; }
  void on_upgraded(std::unique_ptr<net::Stream> stream, std::string bytes) override {
    upgraded = std::move(stream);
    early_bytes = std::move(bytes);
  }
  void on_failed(Error failure) override { error = std::move(failure); }

  bool is_over() const { return is_complete || error || upgraded != nullptr; }
  void start(std::string method) { call.start(request(std::move(method)), {}, {}, true); }

  upstream::Call call;
  int status = 0;
  int informational = 0;
  std::string body;
  std::string early_bytes;
  bool is_complete = false;
  std::optional<Error> error;
  std::unique_ptr<net::Stream> upgraded;
};

// An upstream with one server, unless the test names other addresses.
struct Bench {
  upstream::Upstream& upstream() {
    if (!upstream_) {
      if (options.addresses.empty()) options.addresses = {server.address()};
      options.authority = "example.test";
      upstream_.emplace(loop, options);
    }
    return *upstream_;
  }
  void finish(Caller& caller) {
    CHECK(pump_until(loop, [&] { return caller.is_over(); }));
  }

  FakeClock clock;
  net::Loop loop{clock};
  ScriptedServer server{loop};
  upstream::Upstream::Options options;
  std::optional<upstream::Upstream> upstream_;
};

}  // namespace

TEST_CASE("call: a connection whose call is done rests and is used again") {
  Bench bench;
  bench.server.answers(200, "ok");

  for (int i = 0; i < 3; ++i) {
    Caller caller(bench.upstream());
    caller.start("GET");
    bench.finish(caller);
    CHECK(caller.body == "ok");
    CHECK(caller.call.is_cold() == (i == 0));
    CHECK(bench.upstream().idle_connections() == 1);
  }

  CHECK(bench.server.accepted() == 1);
}

TEST_CASE("call: a connection is not used again after bytes that belong to nobody") {
  Bench bench;
  bench.server.answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 Again\r\n");
  Caller caller(bench.upstream());

  caller.start("GET");
  bench.finish(caller);

  CHECK(caller.body == "ok");
  CHECK(bench.upstream().idle_connections() == 0);
}

TEST_CASE("call: an idle connection ends after its time, also when the server ends it") {
  Bench bench;
  {
    Caller caller(bench.upstream());
    caller.start("GET");
    bench.finish(caller);
  }
  CHECK(bench.upstream().idle_connections() == 1);

  bench.clock.advance(limits::upstream_idle_timeout);
  pump_a_little(bench.loop);

  CHECK(bench.upstream().idle_connections() == 0);
  CHECK(bench.upstream().open_connections() == 0);
}

TEST_CASE("call: a connection to an address that is gone does not rest") {
  Bench bench;
  Caller caller(bench.upstream());
  caller.start("GET");

  bench.upstream().set_addresses({*net::Address::parse("127.0.0.1:1")});
  bench.finish(caller);

  CHECK(caller.status == 200);
  CHECK(bench.upstream().idle_connections() == 0);
  CHECK(bench.upstream().open_connections() == 0);
}

TEST_CASE("call: a connection at rest may end in the turn in which its upstream goes") {
  struct Owner final : net::Retirable {
    Owner(net::Loop& loop, upstream::Upstream::Options options)
        : upstream(loop, std::move(options)) {}
    upstream::Upstream upstream;
  };
  Bench bench;
  bench.options.addresses = {bench.server.address()};
  auto owner = std::make_unique<Owner>(bench.loop, bench.options);
  {
    Caller caller(owner->upstream);
    caller.start("GET");
    bench.finish(caller);
  }
  CHECK(owner->upstream.idle_connections() == 1);

  bench.loop.retire(std::move(owner));
  bench.clock.advance(limits::upstream_idle_timeout);
  pump_a_little(bench.loop);

  CHECK(bench.server.open_connections() == 0);
}

TEST_CASE("call: when an address refuses, the next one is tried") {
  Bench bench;
  ScriptedServer gone(bench.loop);
  bench.options.addresses = {gone.address(), bench.server.address()};
  gone.stops_listening();
  Caller caller(bench.upstream());

  caller.start("POST");
  bench.finish(caller);

  CHECK(caller.status == 200);
  CHECK(bench.server.requests().size() == 1);
}

TEST_CASE("call: over max_connections it fails by event, never from start()") {
  Bench bench;
  bench.options.max_connections = 1;
  bench.server.stays_silent();
  Caller first(bench.upstream());
  Caller second(bench.upstream());
  first.start("GET");

  second.start("GET");
  CHECK_FALSE(second.error.has_value());
  bench.finish(second);

  CHECK(second.error->code == Code::over_limit);
}

TEST_CASE("call: at max_connections one that rests makes room for another client's") {
  Bench bench;
  bench.options.max_connections = 1;
  bench.server.answers(200, "ok");
  Caller first(bench.upstream());
  first.call.set_prologue("PROXY UNKNOWN\r\n");
  first.start("GET");
  bench.finish(first);
  REQUIRE(bench.upstream().idle_connections() == 1);

  Caller second(bench.upstream());
  second.start("GET");
  bench.finish(second);

  CHECK(second.status == 200);
  CHECK(bench.upstream().open_connections() == 1);
}

TEST_CASE("call: a 101 that was not asked for is a bad answer") {
  Bench bench;
  bench.server.answers(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
  Caller caller(bench.upstream());

  caller.start("GET");
  bench.finish(caller);

  REQUIRE(caller.error);
  CHECK(caller.error->code == Code::bad_answer);
  CHECK(caller.error->leg == Leg::primary);
}

TEST_CASE("call: a 101 that was asked for hands the connection over") {
  Bench bench;
  bench.server.answers(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nearly");
  Caller caller(bench.upstream());
  auto head = request("GET");
  head.fields.add("Upgrade", "x");
  head.fields.add("Connection", "Upgrade");
  http::Framing framing;
  framing.upgrade = true;

  caller.call.start(head, framing, {}, true);
  bench.finish(caller);

  REQUIRE(caller.upgraded != nullptr);
  CHECK(caller.status == 101);
  CHECK(caller.early_bytes == "early");
}

TEST_CASE("call: an answer that does not begin in time is told as such") {
  Bench bench;
  bench.server.stays_silent();
  Caller caller(bench.upstream(), {std::chrono::seconds(5), std::chrono::seconds(1)});
  caller.start("GET");
  pump_until(bench.loop, [&] { return bench.server.requests().size() == 1; });

  bench.clock.advance(std::chrono::seconds(5));
  bench.finish(caller);

  REQUIRE(caller.error);
  CHECK(caller.error->code == Code::timed_out);
}

TEST_CASE("call: a request that is complete before it has a connection still waits with a limit") {
  Bench bench;
  bench.options.max_connections = 1;
  bench.server.stays_silent();
  Caller first(bench.upstream());
  first.start("GET");

  Caller second(bench.upstream(), waits);
  second.call.start(request("POST"), body_of(1), {}, false);
  second.call.send("x");
  second.call.complete({});
  bench.finish(second);

  REQUIRE(second.error);
  CHECK(second.error->code == Code::over_limit);
}

TEST_CASE("call: a slow answer is not a stale connection, so nothing is sent again") {
  Bench bench;
  bench.server.answers(200, "ok");
  Caller first(bench.upstream());
  first.start("GET");
  bench.finish(first);
  bench.server.stays_silent();

  Caller second(bench.upstream(), waits);
  second.start("GET");
  CHECK(pump_until(bench.loop, [&] { return bench.server.requests().size() == 2; }));
  bench.clock.advance(waits.head);
  bench.finish(second);

  REQUIRE(second.error);
  CHECK(second.error->code == Code::timed_out);
  CHECK(bench.server.requests().size() == 2);
}

TEST_CASE("call: a body that a server never reads has a limit from the first moment") {
  Bench bench;
  bench.server.stops_reading();
  Caller caller(bench.upstream(), waits);

  caller.call.start(request("POST"), body_of(large.size()), {}, false);
  caller.call.send(large);  // before the connection stands
  pump_a_little(bench.loop);
  REQUIRE(caller.call.is_congested());
  bench.clock.advance(waits.idle);
  bench.finish(caller);

  REQUIRE(caller.error);
  CHECK(caller.error->code == Code::timed_out);
}

TEST_CASE("call: an answer that began early and stops has a limit whatever the request does") {
  Bench bench;
  bench.server.answers_at_head("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  Caller caller(bench.upstream(), waits);
  caller.call.start(request("POST"), body_of(large.size()), {}, false);
  CHECK(pump_until(bench.loop, [&] { return caller.body == "half"; }));

  caller.call.send(large);
  CHECK(pump_until(bench.loop, [&] { return !caller.call.is_congested(); }));
  caller.call.complete({});
  pump_a_little(bench.loop);
  bench.clock.advance(waits.idle);
  bench.finish(caller);

  REQUIRE(caller.error);
  CHECK(caller.error->code == Code::timed_out);
}
