#include "understudy/net/stream.h"

#include <optional>

#include <doctest/doctest.h>
#include <unistd.h>

#include "net/ends.h"
#include "understudy/base/limits.h"
#include "understudy/net/listener.h"

using namespace understudy;
using support::End;

namespace {

// A listener and a client connected to it.
struct Pair final : net::ListenerEvents {
  Pair() {
    auto opened = net::Listener::open(loop, *net::Address::parse("127.0.0.1:0"), *this);
    REQUIRE(opened);
    listener = std::move(*opened);
    client.stream = net::Stream::connect(loop, listener->address(), client);
    while (server.stream == nullptr || !client.is_connected) loop.turn(true);
  }
  void on_accepted(std::unique_ptr<net::Stream> stream) override {
    server.stream = std::move(stream);
    server.stream->set_events(&server);
  }
  // `late` comes to the address, which is returned, when nobody listens there any more.
  net::Address refuse(End& late) {
    const auto address = listener->address();
    listener.reset();
    late.stream = net::Stream::connect(loop, address, late);
    CHECK_FALSE(late.error.has_value());
    while (!late.error) loop.turn(true);
    return address;
  }

  FakeClock clock;
  net::Loop loop{clock};
  std::unique_ptr<net::Listener> listener;
  End client, server;
};

}  // namespace

TEST_CASE("stream: bytes arrive in order, in both directions, until the clean end") {
  Pair pair;
  pair.server.stream->read();
  pair.client.stream->read();

  pair.client.stream->write({"one ", "two"});
  pair.client.stream->finish_writing();
  while (!pair.server.has_ended) pair.loop.turn(true);
  pair.server.stream->write("three");
  while (pair.client.received.size() < 5) pair.loop.turn(true);

  CHECK(pair.server.received == "one two");
  CHECK(pair.client.received == "three");
  CHECK(pair.client.has_finished);
}

TEST_CASE("stream: a reader that does not read congests the writer, reading drains it") {
  Pair pair;
  const std::string block(1 * limits::mib, 'x');
  std::size_t written = 0;

  while (!pair.client.stream->is_congested()) {
    pair.client.stream->write(block);
    written += block.size();
    pair.loop.turn(false);
  }
  CHECK(pair.client.stream->queued_bytes() > limits::high_water_bytes);
  pair.server.stream->read();
  while (pair.client.drained == 0 || pair.server.received.size() < written) pair.loop.turn(true);

  CHECK(pair.client.drained == 1);
  CHECK_FALSE(pair.client.stream->is_congested());
  CHECK(pair.server.received == std::string(written, 'x'));
}

TEST_CASE("stream: a refused connection is told once, by event") {
  Pair pair;
  End late;
  const auto address = pair.refuse(late);

  CHECK(late.error->code == Code::refused);
  CHECK(late.error->detail.find(address.to_string()) != std::string::npos);
}

// Under LeakSanitizer also: libuv's text for "no reason" would be lost.
TEST_CASE("stream: who wants to finish on one that has failed hears nothing more") {
  Pair pair;
  End late;
  pair.refuse(late);
  late.error.reset();

  late.stream->finish_writing();
  for (int turn = 0; turn < 3; ++turn) pair.loop.turn(false);

  CHECK_FALSE(late.error);
}

TEST_CASE("stream: abort() lets the peer see a reset, not an end") {
  Pair pair;
  pair.client.stream->read();

  pair.server.stream->abort();
  pair.server.stream.reset();
  while (!pair.client.error && !pair.client.has_ended) pair.loop.turn(true);

  CHECK_FALSE(pair.client.has_ended);
  REQUIRE(pair.client.error);
  CHECK(pair.client.error->code == Code::reset);
}

TEST_CASE("stream: what came before a broken write can still be read") {
  Pair pair;
  pair.client.stream->read();
  pair.server.stream->write("sorry");
  pair.server.stream->finish_writing();
  while (!pair.server.has_finished) pair.loop.turn(true);
  pair.server.stream.reset();

  while (!pair.client.has_ended && !pair.client.error) {
    pair.client.stream->write("more ");
    pair.loop.turn(false);
  }

  CHECK(pair.client.received == "sorry");
}

TEST_CASE("listener: a taken port is refused with address and reason") {
  Pair pair;
  const int plain = socket(AF_INET, SOCK_STREAM, 0);
  auto any = *net::Address::parse("127.0.0.1:0");
  REQUIRE(bind(plain, any.raw(), any.raw_size()) == 0);
  REQUIRE(listen(plain, 1) == 0);
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(plain, reinterpret_cast<sockaddr*>(&storage), &size);
  const auto taken = net::Address::from(reinterpret_cast<sockaddr*>(&storage), size);

  const auto second = net::Listener::open(pair.loop, taken, pair);

  REQUIRE_FALSE(second);
  CHECK(second.error().detail.find(taken.to_string()) != std::string::npos);
  CHECK(second.error().detail.find("in use") != std::string::npos);
  close(plain);
}

TEST_CASE("listener: while paused, connections wait; resumed, they are taken") {
  Pair pair;
  auto first = std::move(pair.server.stream);
  pair.listener->pause();
  End waiting;
  waiting.stream = net::Stream::connect(pair.loop, pair.listener->address(), waiting);
  while (!waiting.is_connected) pair.loop.turn(true);
  for (int i = 0; i < 5; ++i) pair.loop.turn(false);
  CHECK(pair.server.stream == nullptr);

  pair.listener->resume();
  while (pair.server.stream == nullptr) pair.loop.turn(true);

  CHECK(pair.server.stream->peer().ip() == "127.0.0.1");
}

TEST_CASE("stream: a reset right behind the last bytes is no clean end") {
  Pair pair;

  pair.server.stream->write("half of it");
  pair.server.stream->abort();
  pair.server.stream.reset();
  pair.loop.turn(false);
  pair.client.stream->read();
  while (!pair.client.has_ended && !pair.client.error) pair.loop.turn(true);

  CHECK(pair.client.received == "half of it");
  CHECK_FALSE(pair.client.has_ended);
  REQUIRE(pair.client.error);
  CHECK(pair.client.error->code == Code::reset);
}

TEST_CASE("stream: a reset that a write ran into is no clean end") {
  Pair pair;
  pair.client.stream->read();
  pair.server.stream->abort();
  pair.server.stream.reset();

  pair.client.stream->write("nobody takes this");
  while (!pair.client.has_ended && !pair.client.error) pair.loop.turn(true);

  CHECK_FALSE(pair.client.has_ended);
  REQUIRE(pair.client.error);
  CHECK(pair.client.error->code == Code::reset);
}

TEST_CASE("stream: a clean end does not hide that writing is broken") {
  Pair pair;
  pair.client.stream->read();
  pair.server.stream->finish_writing();
  pair.loop.turn(false);
  pair.server.stream->abort();
  pair.server.stream.reset();

  pair.client.stream->write("nobody takes this");
  for (int turn = 0; turn < 20 && !pair.client.error; ++turn) pair.loop.turn(false);

  CHECK(pair.client.has_ended);
  CHECK(pair.client.error.has_value());
}

TEST_CASE("stream: who wants to finish on a broken stream is told so") {
  Pair pair;
  pair.client.stream->read();
  pair.server.stream->finish_writing();
  pair.loop.turn(false);
  pair.server.stream->abort();
  pair.server.stream.reset();

  pair.client.stream->write("nobody takes this");
  pair.client.stream->finish_writing();
  for (int turn = 0; turn < 20 && !pair.client.error; ++turn) pair.loop.turn(false);

  CHECK(pair.client.error);
}
