#include <doctest/doctest.h>

#include "mirror/backstage.h"
#include "understudy/base/limits.h"
#include "understudy/record/histogram.h"

using namespace understudy;
using namespace std::chrono_literals;
using handoff::LiveFailure;
using handoff::NotMirrored;
using support::Backstage;

namespace {

json::Value shadow_of(const json::Document& window) {
  return window.root()["shadows"].first().value();
}

}  // namespace

TEST_CASE("window: each tells what came since the one before") {
  Backstage backstage;
  backstage.shadow.answers(200, "fresh");
  backstage.open();
  auto& counters = backstage.lane.counters;
  backstage.answered(backstage.begin_get(), 200, "fresh");
  backstage.settle();
  backstage.until_over();
  counters.shadows[0].received.add(2);
  counters.shadows[0].drop(NotMirrored::percent);
  counters.shadows[0].drop(NotMirrored::loop);
  counters.fail(LiveFailure::truncated);
  backstage.advance(limits::window_period);

  counters.requests.add(5);
  counters.shadows[0].received.add();
  counters.shadows[0].drop(NotMirrored::percent);
  backstage.advance(limits::window_period);
  const auto& log = backstage.finish();

  REQUIRE(log.windows.size() == 3);
  const auto first = log.windows[0]->root();
  CHECK(first.string_or("instance", "") == "test");
  CHECK(first.string_or("from", "") == "2026-01-01T00:00:01.000000Z");
  CHECK(first.string_or("to", "") == "2026-01-01T00:00:11.000000Z");
  CHECK_FALSE(first["is_final"].boolean());
  CHECK(first["live"].integer_or("requests", 0) == 1);
  CHECK(first["live"]["failures"].integer_or("truncated", 0) == 1);
  CHECK(shadow_of(*log.windows[0]).integer_or("received", 0) == 3);
  CHECK(shadow_of(*log.windows[0]).integer_or("mirrored", 0) == 1);
  CHECK(shadow_of(*log.windows[0])["not_mirrored"].integer_or("loop", 0) == 1);
  const auto second = log.windows[1]->root();
  CHECK(second.string_or("from", "") == "2026-01-01T00:00:11.000000Z");
  CHECK(second["live"].integer_or("requests", 0) == 5);
  CHECK(second["live"]["failures"].size() == 0);
  CHECK(second["endpoints"].size() == 0);
  CHECK(shadow_of(*log.windows[1]).integer_or("received", 0) == 1);
  CHECK(shadow_of(*log.windows[1]).integer_or("mirrored", -1) == 0);
  CHECK(shadow_of(*log.windows[1])["not_mirrored"].size() == 1);
}

TEST_CASE("window: without traffic only the final one is written") {
  Backstage backstage;
  backstage.open();
  for (int i = 0; i < 3; ++i) backstage.advance(limits::window_period);

  const auto& log = backstage.finish();

  REQUIRE(log.windows.size() == 1);
  CHECK(log.windows[0]->root().string_or("from", "") == "2026-01-01T00:00:31.000000Z");
}

TEST_CASE("window: copies under way and copies still queued are in flight") {
  Backstage backstage;
  backstage.shadow.stays_silent();
  backstage.begin_get();
  backstage.until_asked();
  backstage.begin_get();  // no turn of the loop: it waits in the lane
  CHECK(backstage.stage().in_flight() == 1);

  backstage.advance(limits::window_period);
  const auto& log = backstage.finish();

  REQUIRE(log.windows.size() == 2);
  CHECK(shadow_of(*log.windows[0]).integer_or("in_flight", 0) == 2);
  CHECK(log.outcomes("not_compared", "shutdown") == 2);
}

TEST_CASE("window: how long an answer waited for the backstage is told, once") {
  Backstage backstage;
  backstage.shadow.answers(200, "fresh");
  const auto id = backstage.begin_get();
  backstage.until_asked();
  backstage.settle();
  backstage.answered(id, 200, "fresh");
  backstage.advance(3ms);
  backstage.until_over();

  backstage.advance(limits::window_period);
  const auto& log = backstage.finish();

  REQUIRE(log.windows.size() == 2);
  const auto lowest_us = record::Histogram::lowest_us(record::Histogram::index_of(3000));
  CHECK(shadow_of(*log.windows[0])["backstage_delay_us"].to_json() ==
        "[[" + std::to_string(lowest_us) + ",1]]");
  CHECK(shadow_of(*log.windows[1])["backstage_delay_us"].to_json() == "[]");
}

TEST_CASE("drain: what is queued is taken, and what ends in time is compared") {
  Backstage backstage;
  backstage.shadow.answers(200, "fresh");
  backstage.answered(backstage.begin_get("/a"), 200, "fresh");
  backstage.answered(backstage.begin_get("/b"), 200, "fresh");

  const auto& log = backstage.finish();

  CHECK(log.outcomes("same") == 2);
  CHECK(log.windows.size() == 1);
}

TEST_CASE("drain: what runs longer than the deadline ends as shutdown, and connections close") {
  Backstage backstage;
  backstage.shadow.stays_silent();
  backstage.answered(backstage.begin_get("/a"), 200, "fresh");
  backstage.begin_get("/b");
  const auto upload = backstage.begin_streamed("one");
  backstage.piece(upload, "two");
  backstage.until_asked(3);

  const auto& log = backstage.finish(2s);

  CHECK(log.outcomes("not_compared", "shutdown") == 3);
  CHECK(backstage.shadow.open_connections() == 0);
}

TEST_CASE("drain: several copies that end in one batch end before the final window") {
  Backstage backstage;
  backstage.shadow.answers(200, "fresh");
  const auto first = backstage.begin_get("/a");
  backstage.failed(first, "primary_failed");
  backstage.begin_get("/b");

  const auto& log = backstage.finish();

  CHECK(log.outcomes("not_compared", "primary_failed") == 1);
  CHECK(log.outcomes("not_compared", "shutdown") == 1);
}
