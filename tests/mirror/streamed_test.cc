#include <doctest/doctest.h>

#include "mirror/backstage.h"
#include "understudy/base/limits.h"

using namespace understudy;
using namespace std::chrono_literals;
using support::Backstage;
using support::ScriptedServer;

namespace {

// More than the kernel's buffers and our queue hold together.
constexpr std::size_t too_much = 32 * limits::mib;

std::string body_of(const Backstage& backstage) {
  return backstage.shadow.requests()[0]->body;
}

// Sends pieces to a shadow that does not read until the window is full, as the front stage would.
void fill_window(Backstage& backstage, handoff::CopyId id) {
  const std::string piece(limits::read_bytes, 'p');
  for (std::size_t sent = 0; sent < too_much; sent += piece.size()) {
    backstage.piece(id, piece);
    backstage.loop.turn(false);
    if (backstage.window->waiting() > backstage.config.shadows[0].max_body_bytes) return;
  }
  FAIL("the window never filled up");
}

}  // namespace

TEST_CASE("streamed: the pieces arrive whole and in order, with trailers, and the window empties") {
  Backstage backstage;
  backstage.shadow.answers(200, "stored");
  const auto id = backstage.begin_streamed("one ");
  backstage.piece(id, "two ");
  backstage.until_asked();
  backstage.piece(id, "three");
  backstage.until([&] { return body_of(backstage) == "one two three"; });
  CHECK(backstage.window->waiting() == 0);
  CHECK_FALSE(backstage.shadow.requests()[0]->is_complete);

  http::Fields trailers;
  trailers.add("X-Sum", "13");
  backstage.end(id, std::move(trailers));
  backstage.answered(id, 200, "stored");
  backstage.until([&] { return backstage.shadow.requests()[0]->is_complete; });
  backstage.until_over();

  CHECK(backstage.shadow.requests()[0]->trailers == "X-Sum: 13");
  CHECK(backstage.finish().outcomes("same") == 1);
}

TEST_CASE("streamed: a body of many windows passes through one") {
  Backstage backstage;
  backstage.config.shadows[0].max_body_bytes = 100'000;
  backstage.shadow.answers(200, "stored");
  const auto id = backstage.begin_streamed(std::string(100'001, 'a'));
  const std::string piece(limits::read_bytes, 'p');
  constexpr int pieces = 64;
  for (int i = 0; i < pieces; ++i) {
    backstage.piece(id, piece);
    backstage.until([&] { return backstage.window->waiting() == 0; });
  }
  backstage.end(id);
  backstage.answered(id, 200, "stored");
  backstage.settle();
  backstage.until_over();

  CHECK(body_of(backstage).size() == 100'001 + pieces * piece.size());
  CHECK(backstage.finish().outcomes("same") == 1);
}

TEST_CASE("streamed: a shadow that does not read fills the window and is cut as lagging") {
  Backstage backstage;
  backstage.shadow.stops_reading();
  const auto id = backstage.begin_streamed("one ");
  fill_window(backstage, id);

  backstage.cut(id, "shadow_lagging");
  backstage.settle();
  CHECK(backstage.window->waiting() == 0);
  CHECK(backstage.stage().in_flight() == 1);
  backstage.answered(id, 200, "stored");
  backstage.settle();

  const auto& log = backstage.finish();
  CHECK(log.outcomes("shadow_failed", "shadow_lagging") == 1);
  CHECK(log.only()["legs"]["primary"].integer_or("status", 0) == 200);
}

TEST_CASE("streamed: a copy that the shadow's memory does not hold is cut and not compared") {
  Backstage backstage;
  const auto id = backstage.begin_streamed("one ");
  backstage.until_asked();

  backstage.cut(id, "max_memory");
  backstage.answered(id, 200, "stored");
  backstage.until_over();

  const auto& log = backstage.finish();
  CHECK(log.outcomes("not_compared", "max_memory") == 1);
  CHECK(log.only()["legs"]["primary"].integer_or("status", 0) == 200);
}

TEST_CASE("streamed: a client that leaves ends the copy at once") {
  Backstage backstage;
  const auto id = backstage.begin_streamed("one ");
  backstage.until_asked();

  backstage.cut(id, "client_aborted");
  backstage.until_over();
  backstage.piece(id, "late");
  backstage.failed(id, "client_aborted");
  backstage.until([&] { return backstage.shadow.open_connections() == 0; });

  CHECK_FALSE(backstage.shadow.requests()[0]->is_complete);
  const auto& log = backstage.finish();
  CHECK(log.outcomes("not_compared", "client_aborted") == 1);
  CHECK(log.only()["legs"]["primary"].string_or("error", "") == "cancelled");
}

TEST_CASE("streamed: the deadline counts from the body's end") {
  Backstage backstage;
  backstage.config.shadows[0].timeout = 5s;
  backstage.shadow.stays_silent();
  const auto id = backstage.begin_streamed("one ");
  backstage.until_asked();
  backstage.advance(1h);
  backstage.settle();
  CHECK(backstage.stage().in_flight() == 1);

  backstage.end(id);
  backstage.answered(id, 200, "stored");
  backstage.settle();
  backstage.advance(4s);
  CHECK(backstage.stage().in_flight() == 1);
  backstage.advance(1s);
  CHECK(backstage.stage().in_flight() == 0);

  CHECK(backstage.finish().outcomes("shadow_failed", "timed_out") == 1);
}

TEST_CASE("streamed: after an early answer the rest of the body is swallowed") {
  Backstage backstage;
  backstage.shadow.answers_at_head(ScriptedServer::message(413, ""));
  const auto id = backstage.begin_streamed("one ");
  backstage.until([&] { return backstage.shadow.accepted() == 1; });
  backstage.until([&] { return backstage.shadow.open_connections() == 0; });

  backstage.piece(id, "two ");
  backstage.end(id);
  backstage.settle();
  CHECK(backstage.window->waiting() == 0);
  backstage.answered(id, 413, "");
  backstage.settle();

  CHECK(backstage.finish().outcomes("same") == 1);
}

TEST_CASE("streamed: after a failure the rest of the body is swallowed") {
  Backstage backstage;
  backstage.shadow.resets();
  const auto id = backstage.begin_streamed("one ");
  backstage.until_asked();
  backstage.settle();

  backstage.piece(id, "two ");
  backstage.end(id);
  backstage.answered(id, 200, "stored");
  backstage.settle();

  CHECK(backstage.window->waiting() == 0);
  CHECK(backstage.finish().outcomes("shadow_failed", "reset") == 1);
}
