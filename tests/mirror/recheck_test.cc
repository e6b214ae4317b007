// Differences that are looked at again: both sides are asked a second time.
#include "mirror/recheck.h"

#include <doctest/doctest.h>

#include "mirror/backstage.h"
#include "understudy/base/limits.h"
#include "understudy/record/decode.h"

using namespace understudy;
using namespace std::chrono_literals;
using support::Backstage;

namespace {

constexpr auto one = R"({"n":1})";
constexpr auto two = R"({"n":2})";

void use_recheck(Backstage& backstage) {
  backstage.config.recheck.when = "always";
  backstage.config.recheck.max_per_second = 10;
  backstage.shadow.answers(200, two);
  backstage.reference.answers(200, one);
}

// A GET that the primary answers with {"n":1}, up to its outcome.
void play(Backstage& backstage, std::string_view target = "/cart") {
  backstage.answered(backstage.begin_get(target), 200, one);
  backstage.settle();
  backstage.until_over();
}

void wait_for_delay(Backstage& backstage) {
  backstage.advance(backstage.config.recheck.delay);
  backstage.settle();
}

record::RecheckCounts rechecks(const support::Log& log) {
  record::RecheckCounts sum;
  for (const auto& line : log.windows) {
    for (const auto& endpoint : record::decode_window(line->root()).endpoints) {
      for (const auto& signature : endpoint.signatures) sum += signature.rechecks;
    }
  }
  return sum;
}

record::Exchange different(std::string signature) {
  record::Exchange exchange;
  exchange.outcome = record::Outcome::different;
  exchange.shadow = "v2";
  exchange.signature = std::move(signature);
  return exchange;
}

handoff::Begin request(std::string_view method) {
  handoff::Begin begin;
  begin.head.method = method;
  return begin;
}

config::Config always(std::uint32_t per_second) {
  config::Config config;
  config.recheck.when = "always";
  config.recheck.max_per_second = per_second;
  return config;
}

}  // namespace

TEST_CASE("recheck: after the delay both are asked again; what stays is persistent") {
  Backstage backstage;
  use_recheck(backstage);
  play(backstage);
  CHECK(backstage.reference.requests().empty());
  CHECK(backstage.shadow.requests().size() == 1);

  wait_for_delay(backstage);

  REQUIRE(backstage.reference.requests().size() == 1);
  REQUIRE(backstage.shadow.requests().size() == 2);
  CHECK(backstage.reference.requests()[0]->field("Understudy-Reference") == "1");
  CHECK(backstage.shadow.requests()[1]->field("Understudy-Shadow") == "1");
  const auto& log = backstage.finish();
  CHECK(rechecks(log).persistent == 1);
  CHECK(rechecks(log).total() == 1);
  CHECK(log.outcomes("different") == 1);
  CHECK(log.shadow_count("mirrored") == 1);
  CHECK(log.exchanges.size() == 1);
}

TEST_CASE("recheck: what is gone is transient") {
  Backstage backstage;
  use_recheck(backstage);
  play(backstage);
  backstage.shadow.answers(200, one);

  wait_for_delay(backstage);

  const auto& log = backstage.finish();
  CHECK(rechecks(log).transient == 1);
  CHECK(log.outcomes("same") == 0);
}

TEST_CASE("recheck: what differs otherwise, or has no answer, is unstable") {
  Backstage backstage;
  use_recheck(backstage);
  play(backstage);
  SUBCASE("another difference") {
    backstage.shadow.answers(500, two);
  }
  SUBCASE("the shadow breaks off") {
    backstage.shadow.resets();
  }
  SUBCASE("the primary refuses") {
    backstage.reference.stops_listening();
  }
  SUBCASE("the primary is silent") {
    backstage.reference.stays_silent();
    wait_for_delay(backstage);
    backstage.advance(backstage.config.shadows[0].timeout);
  }

  wait_for_delay(backstage);

  const auto& log = backstage.finish();
  CHECK(rechecks(log).unstable == 1);
  CHECK(log.outcomes("shadow_failed") == 0);
}

TEST_CASE("recheck: unless said otherwise, only where a reference allows to ask again") {
  Backstage backstage;
  use_recheck(backstage);
  backstage.config.recheck.when = "auto";
  backstage.config.noise.percent = 0;
  std::size_t asked = 0;
  SUBCASE("none") {}
  SUBCASE("one") {
    backstage.config.noise.reference.text = "self";
    asked = 1;
  }
  SUBCASE("one, but never") {
    backstage.config.noise.reference.text = "self";
    backstage.config.recheck.when = "never";
  }

  play(backstage);
  wait_for_delay(backstage);

  CHECK(backstage.reference.requests().size() == asked);
  CHECK(rechecks(backstage.finish()).total() == asked);
}

TEST_CASE("recheck: a write is not asked again, nor what is the same") {
  Backstage backstage;
  use_recheck(backstage);
  backstage.answered(backstage.begin(backstage.request("POST", "/cart", "x")), 200, one);
  backstage.settle();
  backstage.shadow.answers(200, one);
  play(backstage);

  wait_for_delay(backstage);

  CHECK(backstage.reference.requests().empty());
  CHECK(rechecks(backstage.finish()).total() == 0);
}

TEST_CASE("recheck: one that ends in a later window is counted there") {
  Backstage backstage;
  use_recheck(backstage);
  backstage.config.recheck.delay = limits::window_period + 1s;
  play(backstage);
  backstage.advance(limits::window_period);

  backstage.advance(1s);
  backstage.settle();
  const auto& log = backstage.finish();

  REQUIRE(log.windows.size() == 2);
  CHECK(rechecks(log).persistent == 1);
  CHECK(log.outcomes("different") == 1);
}

TEST_CASE("recheck: at the end those that wait are dropped, and nothing waits for them") {
  Backstage backstage;
  use_recheck(backstage);
  play(backstage);
  CHECK(backstage.budget->copies() == 1);
  SUBCASE("before they are asked") {}
  SUBCASE("before they answer") {
    backstage.shadow.stays_silent();
    wait_for_delay(backstage);
    backstage.until([&] { return backstage.shadow.requests().size() == 2; });
  }

  const auto& log = backstage.finish();

  CHECK(rechecks(log).total() == 0);
  CHECK(log.windows.size() == 1);
  CHECK(backstage.shadow.open_connections() == 0);
}

TEST_CASE("recheck: so many wait at most; the others are not asked again") {
  Backstage backstage;
  use_recheck(backstage);
  backstage.config.recheck.max_per_second = 1000;
  for (std::size_t i = 0; i < limits::max_rechecks + 5; ++i) {
    play(backstage, "/" + std::string(i + 1, 'x'));
  }

  wait_for_delay(backstage);

  CHECK(rechecks(backstage.finish()).total() == limits::max_rechecks);
}

TEST_CASE("recheck sampler: a signature is wanted anew after a pause that doubles") {
  const auto config = always(100);
  mirror::RecheckSampler sampler(config);
  const auto get = request("GET");
  Instant now{100s};

  CHECK(sampler.wants(different("a"), get, now));
  CHECK_FALSE(sampler.wants(different("a"), get, now));
  CHECK(sampler.wants(different("b"), get, now));
  now += limits::recheck_pause;
  CHECK(sampler.wants(different("a"), get, now));
  now += limits::recheck_pause;
  CHECK_FALSE(sampler.wants(different("a"), get, now));
  now += limits::recheck_pause;
  CHECK(sampler.wants(different("a"), get, now));
  for (int i = 0; i < 20; ++i) {
    now += limits::recheck_longest_pause;
    CHECK(sampler.wants(different("a"), get, now));
  }
}

TEST_CASE("recheck sampler: no more in a second than configured") {
  const auto config = always(2);
  mirror::RecheckSampler sampler(config);
  Instant now{100s};
  const auto wanted = [&] {
    int count = 0;
    for (int i = 0; i < 10; ++i) {
      const auto signature = std::to_string(now.time_since_epoch().count()) + std::to_string(i);
      count += sampler.wants(different(signature), request("GET"), now) ? 1 : 0;
    }
    return count;
  };

  CHECK(wanted() == 2);
  now += 1s;
  CHECK(wanted() == 2);
  now += 500ms;
  CHECK(wanted() == 1);
}

TEST_CASE("recheck sampler: only differences of safe requests that were held whole are wanted") {
  const auto config = always(100);
  mirror::RecheckSampler sampler(config);
  const Instant now{100s};
  auto streamed = request("GET");
  streamed.is_streamed = true;
  auto noise = different("a");
  noise.outcome = record::Outcome::noise;

  CHECK_FALSE(sampler.wants(different("a"), request("POST"), now));
  CHECK_FALSE(sampler.wants(different("a"), streamed, now));
  CHECK_FALSE(sampler.wants(noise, request("GET"), now));
  CHECK(sampler.wants(different("a"), request("HEAD"), now));
}
