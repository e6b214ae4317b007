#include <algorithm>

#include <doctest/doctest.h>

#include "mirror/backstage.h"
#include "understudy/base/limits.h"
#include "understudy/mirror/stage.h"

using namespace understudy;
using namespace std::chrono_literals;
using support::Backstage;

namespace {

void use_reference(Backstage& backstage, const std::string& who) {
  backstage.config.noise.reference.text = who;
  backstage.config.noise.percent = 100;
}

// Of the only endpoint, over all windows.
std::uint64_t referenced(const support::Log& log) {
  std::uint64_t count = 0;
  for (const auto& window : log.windows) {
    for (auto child = window->root()["endpoints"].first(); child; child = child.next()) {
      count += static_cast<std::uint64_t>(child.value().integer_or("referenced", 0));
    }
  }
  return count;
}

const support::Log& play(Backstage& backstage) {
  backstage.answered(backstage.begin_get(), 200, R"({"n":1})");
  backstage.settle();
  backstage.until_over();
  return backstage.finish();
}

}  // namespace

TEST_CASE("reference: what differs there, too, is noise") {
  Backstage backstage;
  use_reference(backstage, "http://second.test");
  backstage.shadow.answers(200, R"({"n":2})");
  backstage.reference.answers(200, R"({"n":3})");

  const auto& log = play(backstage);

  CHECK(log.outcomes("noise") == 1);
  CHECK(referenced(log) == 1);
  CHECK(log.only()["differences"].first().value().string_or("noise", "") == "reference");
  CHECK(backstage.reference.requests().at(0)->field("Understudy-Reference") == "1");
  CHECK(backstage.shadow.requests().at(0)->field("Understudy-Reference").empty());
}

TEST_CASE("reference: what differs in the shadow only is the shadow's") {
  Backstage backstage;
  use_reference(backstage, "self");
  backstage.shadow.answers(200, R"({"n":2})");
  backstage.reference.answers(200, R"({"n":1})");

  const auto& log = play(backstage);

  CHECK(log.outcomes("different") == 1);
  CHECK(referenced(log) == 1);
  CHECK(log.only()["differences"].first().value().string_or("noise", "").empty());
}

TEST_CASE("reference: one that fails changes no outcome") {
  Backstage backstage;
  use_reference(backstage, "self");
  backstage.shadow.answers(200, R"({"n":1})");
  SUBCASE("refused") {
    backstage.reference.stops_listening();
  }
  SUBCASE("reset") {
    backstage.reference.resets();
  }
  SUBCASE("closed in the middle") {
    backstage.reference.closes_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
  }

  const auto& log = play(backstage);

  CHECK(log.outcomes("same") == 1);
  CHECK(referenced(log) == 0);
}

TEST_CASE("reference: a silent one is waited for no longer than the shadow would be") {
  Backstage backstage;
  use_reference(backstage, "self");
  backstage.config.shadows[0].timeout = 5s;
  backstage.shadow.answers(200, R"({"n":1})");
  backstage.reference.stays_silent();
  backstage.answered(backstage.begin_get(), 200, R"({"n":1})");
  backstage.until([&] { return backstage.reference.requests().size() == 1; });
  backstage.settle();
  CHECK(backstage.stage().in_flight() == 1);

  backstage.advance(5s);
  backstage.until_over();

  CHECK(backstage.finish().outcomes("same") == 1);
}

TEST_CASE("reference: a shadow that failed is not waited with") {
  Backstage backstage;
  use_reference(backstage, "self");
  backstage.shadow.resets();
  backstage.reference.stays_silent();

  const auto& log = play(backstage);

  CHECK(log.outcomes("shadow_failed", "reset") == 1);
}

TEST_CASE("reference: the primary itself is asked again for safe methods only") {
  Backstage backstage;
  bool is_self = false;
  SUBCASE("the primary") {
    is_self = true;
  }
  SUBCASE("a second one") {}
  use_reference(backstage, is_self ? "self" : "http://second.test");
  backstage.shadow.answers(200, "done");
  backstage.reference.answers(200, "done");

  backstage.answered(backstage.begin(backstage.request("POST", "/cart", "one")), 200, "done");
  backstage.settle();
  backstage.until_over();

  CHECK(backstage.finish().outcomes("same") == 1);
  CHECK(backstage.reference.requests().size() == (is_self ? 0 : 1));
}

TEST_CASE("reference: it gets the first of each endpoint, whatever its share is") {
  Backstage backstage;
  use_reference(backstage, "self");
  backstage.config.noise.percent = 1e-9;
  backstage.config.noise.max_per_second = 100'000;
  backstage.shadow.answers(200, "fresh");
  backstage.reference.answers(200, "fresh");
  const auto ask = [&](int times, const std::string& endpoint) {
    for (int i = 0; i < times; ++i) {
      backstage.answered(backstage.begin_get(endpoint + "/" + std::to_string(i)), 200, "fresh");
      backstage.settle();
      backstage.until_over();
    }
    return backstage.reference.requests().size();
  };

  CHECK(ask(10, "/carts") == 10);
  CHECK(ask(limits::first_references + 5, "/carts") == limits::first_references);
  CHECK(ask(3, "/orders") == limits::first_references + 3);
  backstage.finish();
}

TEST_CASE(
    "reference: the first of an endpoint are those that it gets, not those it has no room for") {
  Backstage backstage;
  use_reference(backstage, "self");
  backstage.config.noise.percent = 1e-9;
  backstage.config.noise.max_per_second = 16;
  backstage.shadow.answers(200, "fresh");
  backstage.reference.answers(200, "fresh");

  for (std::uint32_t second = 0; second < 6; ++second) {
    for (int i = 0; i < 40; ++i) backstage.answered(backstage.begin_get(), 200, "fresh");
    backstage.settle();
    backstage.until_over();
    CHECK(backstage.reference.requests().size() ==
          std::min(16 * (second + 1), limits::first_references));
    backstage.advance(1s);
  }
  backstage.finish();
}

TEST_CASE("reference: it gets no more requests in a second than configured") {
  Backstage backstage;
  use_reference(backstage, "self");
  backstage.config.noise.max_per_second = 2;
  backstage.shadow.answers(200, "fresh");
  backstage.reference.answers(200, "fresh");
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i) backstage.answered(backstage.begin_get(), 200, "fresh");
    backstage.settle();
    backstage.until_over();
  };

  ask(5);
  CHECK(backstage.reference.requests().size() == 2);
  backstage.advance(1s);
  ask(5);

  CHECK(backstage.reference.requests().size() == 4);
  CHECK(backstage.finish().outcomes("same") == 10);
}

TEST_CASE("reference: one that answers with nothing but errors is none") {
  Backstage backstage;
  use_reference(backstage, "self");
  backstage.shadow.answers(200, "fresh");
  backstage.reference.answers(503, "down");
  for (int i = 0; i < 10; ++i) {
    backstage.answered(backstage.begin_get(), 200, "fresh");
    backstage.settle();
    backstage.until_over();
  }

  const auto& log = backstage.finish();

  CHECK(log.outcomes("same") == 10);
  CHECK(referenced(log) == 3);
}
