#include "understudy/mirror/stage.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "mirror/backstage.h"
#include "understudy/base/limits.h"

using namespace understudy;
using namespace std::chrono_literals;
using support::Backstage;
using support::ScriptedServer;

namespace {

std::string bytes(std::size_t size) {
  std::string text(size, 'a');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

// One copy that the primary answered with 200 "fresh", up to its outcome.
const support::Log& play(Backstage& backstage) {
  backstage.answered(backstage.begin_get(), 200, "fresh");
  backstage.settle();
  backstage.until_over();
  return backstage.finish();
}

}  // namespace

TEST_CASE("stage: equal answers are counted and leave no record") {
  Backstage backstage;
  backstage.shadow.answers(200, "fresh");

  const auto& log = play(backstage);

  CHECK(log.outcomes("same") == 1);
  CHECK(log.exchanges.empty());
}

TEST_CASE("stage: different answers leave a record with both legs") {
  Backstage backstage;
  backstage.shadow.answers(500, "stale");

  const auto& log = play(backstage);

  CHECK(log.outcomes("different") == 1);
  const auto record = log.only();
  CHECK(record.string_or("id", "") == "test-1-1");
  CHECK(record.string_or("shadow", "") == "v2");
  CHECK(record.string_or("method", "") == "GET");
  CHECK(record.string_or("target", "") == "/cart");
  CHECK(record.string_or("endpoint", "") == "GET /cart");
  CHECK(record.string_or("outcome", "") == "different");
  CHECK_FALSE(record.string_or("signature", "").empty());
  CHECK(record["legs"]["primary"].integer_or("status", 0) == 200);
  CHECK(record["legs"]["primary"].integer_or("duration_us", 0) == 1500);
  CHECK(record["legs"]["shadow"].integer_or("status", 0) == 500);
  CHECK(record["legs"]["shadow"].integer_or("body_bytes", 0) == 5);
  CHECK(record["differences"].first().value().string_or("place", "") == "status");
}

TEST_CASE("stage: a shadow that breaks off has failed, with the reason and the primary's leg") {
  Backstage backstage;
  std::string reason;
  SUBCASE("refused") {
    backstage.shadow.stops_listening();
    reason = "refused";
  }
  SUBCASE("reset") {
    backstage.shadow.resets();
    reason = "reset";
  }
  SUBCASE("closed before an answer") {
    backstage.shadow.closes_after("");
    reason = "closed_early";
  }
  SUBCASE("closed in the middle") {
    backstage.shadow.closes_after("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfre");
    reason = "closed_early";
  }
  SUBCASE("garbage") {
    backstage.shadow.answers("\x16\x03\x01 not HTTP at all\r\n\r\n");
    reason = "bad_answer";
  }
  SUBCASE("an upgrade that nobody asked for") {
    backstage.shadow.answers("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    reason = "bad_answer";
  }

  const auto& log = play(backstage);

  CHECK(log.outcomes("shadow_failed", reason) == 1);
  const auto record = log.only();
  CHECK(record.string_or("reason", "") == reason);
  CHECK(record["legs"]["primary"].integer_or("status", 0) == 200);
  CHECK(record["legs"]["primary"].string_or("error", "?").empty());
  CHECK(record["legs"]["shadow"].string_or("error", "") == reason);
}

TEST_CASE("stage: the whole copy has one deadline, whatever the shadow does meanwhile") {
  Backstage backstage;
  backstage.config.shadows[0].timeout = 5s;
  SUBCASE("silent") {
    backstage.shadow.stays_silent();
  }
  SUBCASE("trickling") {
    backstage.shadow.trickles(ScriptedServer::message(200, "fresh"), 10s);
  }
  SUBCASE("flooding") {
    backstage.shadow.floods();
  }
  backstage.answered(backstage.begin_get(), 200, "fresh");
  backstage.until_asked();
  backstage.settle();

  backstage.advance(4s);
  backstage.settle();
  CHECK(backstage.stage().in_flight() == 1);
  backstage.advance(1s);
  backstage.until_over();

  const auto& log = backstage.finish();
  CHECK(log.outcomes("shadow_failed", "timed_out") == 1);
  CHECK(backstage.shadow.open_connections() == 0);
}

TEST_CASE("stage: a flooding shadow is kept in bounded memory (CVE-2024-34364)") {
  Backstage backstage;
  backstage.config.diff.max_body_bytes = 1000;
  backstage.shadow.floods();
  const auto id = backstage.begin_get();

  backstage.until_asked();
  for (int i = 0; i < 5; ++i) backstage.settle();

  CHECK(backstage.held_bytes() > 1000);
  CHECK(backstage.held_bytes() < 2 * limits::hash_part_bytes);
  backstage.failed(id, "primary_failed");
  backstage.until_over();
}

TEST_CASE("stage: an answer that exhausts the shadow's memory is given up and not compared") {
  Backstage backstage;
  backstage.config.shadows[0].max_memory_bytes = 1000;
  backstage.shadow.answers(200, bytes(2000));
  const auto id = backstage.begin_get();
  backstage.until_asked();
  backstage.settle();
  CHECK(backstage.held_bytes() == 0);
  CHECK(backstage.budget->copies() == 1);

  backstage.answered(id, 200, "fresh");
  backstage.settle();

  const auto& log = backstage.finish();
  CHECK(log.outcomes("not_compared", "max_memory") == 1);
  CHECK(log.only()["legs"]["shadow"].integer_or("status", 0) == 200);
  CHECK(log.only()["legs"]["primary"].integer_or("status", 0) == 200);
}

TEST_CASE("stage: trailers count as memory, too") {
  Backstage backstage;
  backstage.config.shadows[0].max_memory_bytes = 1000;
  backstage.shadow.answers(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + bytes(1000) + "\r\n\r\n");

  CHECK(play(backstage).outcomes("not_compared", "max_memory") == 1);
}

TEST_CASE("stage: takes what a worker on another thread hands over") {
  constexpr int copies = 300;
  Backstage backstage;
  backstage.config.shadows[0].max_inflight = copies;
  backstage.shadow.answers(200, "fresh");
  backstage.open();
  std::atomic<bool> is_worker_done{false};

  std::thread worker([&] {
    for (int i = 0; i < copies; ++i) backstage.answered(backstage.begin_get(), 200, "fresh");
    is_worker_done = true;
  });
  backstage.until([&] { return is_worker_done.load(); });
  worker.join();
  backstage.settle();
  backstage.until_over();

  CHECK(backstage.finish().outcomes("same") == copies);
}

TEST_CASE("stage: the answers may come in any order") {
  Backstage backstage;
  backstage.shadow.answers(200, "fresh");
  SUBCASE("the shadow's first") {
    const auto id = backstage.begin_get();
    backstage.until_asked();
    backstage.settle();
    CHECK(backstage.stage().in_flight() == 1);
    backstage.advance(1h);  // its deadline is not the primary's
    backstage.answered(id, 200, "fresh");
  }
  SUBCASE("the primary's first") {
    backstage.answered(backstage.begin_get(), 200, "fresh");
    backstage.settle();
  }
  backstage.until_over();

  CHECK(backstage.finish().outcomes("same") == 1);
}

TEST_CASE("stage: a failed shadow waits for the primary's leg, without what it had answered") {
  Backstage backstage;
  backstage.shadow.closes_after("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfre");
  const auto id = backstage.begin_get();
  backstage.until_asked();
  backstage.settle();
  CHECK(backstage.stage().in_flight() == 1);
  CHECK(backstage.held_bytes() == 0);

  SUBCASE("which answers") {
    backstage.answered(id, 201, "");
    backstage.settle();
    const auto& log = backstage.finish();
    CHECK(log.outcomes("shadow_failed", "closed_early") == 1);
    CHECK(log.only()["legs"]["primary"].integer_or("status", 0) == 201);
  }
  SUBCASE("which fails, too: nothing can be said about the shadow") {
    backstage.failed(id, "primary_failed");
    backstage.settle();
    CHECK(backstage.finish().outcomes("not_compared", "primary_failed") == 1);
  }
}

TEST_CASE("stage: when the primary has failed, the copy ends with it") {
  Backstage backstage;
  backstage.shadow.stays_silent();
  const auto id = backstage.begin_get();
  backstage.until_asked();

  backstage.failed(id, "primary_timed_out");
  backstage.until([&] { return backstage.shadow.open_connections() == 0; });

  const auto& log = backstage.finish();
  CHECK(log.outcomes("not_compared", "primary_timed_out") == 1);
  CHECK(log.only()["legs"]["primary"].string_or("error", "") == "primary_timed_out");
  CHECK(log.only()["legs"]["shadow"].string_or("error", "") == "cancelled");
}

TEST_CASE("stage: interim answers are not the answer") {
  Backstage backstage;
  backstage.shadow.answers("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
                           ScriptedServer::message(200, "fresh"));

  CHECK(play(backstage).outcomes("same") == 1);
}

TEST_CASE("stage: answers larger than what is kept are compared whole") {
  Backstage backstage;
  backstage.config.diff.max_body_bytes = 1000;
  auto body = bytes(500'000);
  const auto id = backstage.begin_get();
  backstage.answered(id, 200, body);
  std::string outcome = "same";
  SUBCASE("equal") {}
  SUBCASE("different far behind the kept part") {
    body[400'000] = '!';
    outcome = "different";
  }
  backstage.shadow.answers(200, body);
  backstage.settle();
  backstage.until_over();

  CHECK(backstage.finish().outcomes(outcome) == 1);
}

TEST_CASE("stage: the copy is the request, changed as the shadow and the route say") {
  Backstage backstage;
  backstage.config.shadows[0].host = "upstream";
  backstage.config.routes.resize(2);
  backstage.config.routes[1].override.has_set_headers = true;
  backstage.config.routes[1].override.set_headers = {{"X-Route", "yes"}};
  auto request = backstage.request("PUT", "/a?b=%20c", "hello");
  request.route = 1;

  const auto id = backstage.begin(std::move(request));
  backstage.until_asked();
  backstage.until([&] { return backstage.shadow.requests()[0]->is_complete; });

  const auto& copy = *backstage.shadow.requests()[0];
  CHECK(copy.head ==
        "PUT /a?b=%20c HTTP/1.1\r\nHost: shadow.test:81\r\nContent-Length: 5\r\nX-Route: yes");
  CHECK(copy.body == "hello");
  backstage.failed(id, "primary_failed");
  backstage.until_over();
}

TEST_CASE("stage: copies share a connection, one after the other") {
  Backstage backstage;
  backstage.shadow.answers(200, "fresh");
  for (int i = 0; i < 3; ++i) {
    backstage.answered(backstage.begin_get(), 200, "fresh");
    backstage.settle();
    backstage.until_over();
  }

  CHECK(backstage.finish().outcomes("same") == 3);
  CHECK(backstage.shadow.accepted() == 1);
}

TEST_CASE("stage: slot and bytes come back with the outcome, not before") {
  Backstage backstage;
  backstage.shadow.answers(200, "fresh");
  const auto id = backstage.begin(backstage.request("POST", "/cart", "hello"));
  backstage.until_asked();
  backstage.settle();
  CHECK(backstage.budget->copies() == 1);
  CHECK(backstage.held_bytes() >= 10);

  backstage.answered(id, 200, "fresh");
  backstage.settle();

  CHECK(backstage.budget->copies() == 0);
  CHECK(backstage.held_bytes() == 0);
}

TEST_CASE("stage: rules that cannot be compiled are refused") {
  FakeClock clock;
  net::Loop loop(clock);
  config::Config config;
  config.diff.rules.resize(1);
  config.diff.rules[0].path = "/a";
  config.diff.rules[0].action = config::DiffRule::Action::match;
  config.diff.rules[0].pattern = "(";
  mirror::Stage::Setup setup;
  setup.config = std::make_shared<const config::Config>(config);

  const auto created = mirror::Stage::create(loop, std::move(setup));

  REQUIRE_FALSE(created.ok());
  CHECK(created.error().code == Code::bad_config);
}
