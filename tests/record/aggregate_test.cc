#include "understudy/record/aggregate.h"

#include <doctest/doctest.h>

#include "samples.h"
#include "understudy/base/limits.h"

using namespace understudy;
using namespace understudy::record;

namespace {

Window taken(WindowBuilder& builder) {
  Window window;
  builder.take(window);
  return window;
}

}  // namespace

TEST_CASE("window builder: counts every outcome once and begins anew after take") {
  WindowBuilder builder;
  builder.add(samples::exchange(Outcome::same));
  builder.add(samples::exchange(Outcome::same));
  builder.add(samples::exchange(Outcome::different));
  builder.add(samples::exchange(Outcome::noise));
  builder.add(samples::exchange(Outcome::tainted));
  builder.add(samples::exchange(Outcome::shadow_failed));
  builder.add(samples::exchange(Outcome::not_compared));

  const auto window = taken(builder);

  REQUIRE(window.endpoints.size() == 1);
  const auto& counts = window.endpoints[0];
  CHECK(counts.same == 2);
  CHECK(counts.different == 1);
  CHECK(counts.noise == 1);
  CHECK(counts.tainted.at("percent") == 1);
  CHECK(counts.signatures.size() == 1);  // of the one that is different
  CHECK(counts.shadow_failed.at("timed_out") == 1);
  CHECK(counts.not_compared.at("decode_limit") == 1);
  CHECK(counts.latency.shadow.count() == 6);  // all but the one that timed out
  CHECK(taken(builder).endpoints.empty());
}

TEST_CASE("window builder: a place counts exchanges, not elements of an array") {
  WindowBuilder builder;
  builder.add(samples::exchange(Outcome::different));
  builder.add(samples::exchange(Outcome::different));

  const auto counts = taken(builder).endpoints.at(0);

  REQUIRE(counts.places.size() == 3);
  CHECK(counts.places[0].key.place == "/items/*/price");
  CHECK(counts.places[0].counts.differed == 2);
  REQUIRE(counts.signatures.size() == 1);
  CHECK(counts.signatures[0].count == 2);
  CHECK(counts.signatures[0].places.size() == 3);
}

TEST_CASE("window builder: a signature is as grave as the worst that is no noise") {
  WindowBuilder builder;
  auto exchange = samples::exchange(Outcome::different);
  builder.add(exchange);
  for (auto& difference : exchange.differences) {
    if (difference.severity == diff::Severity::breaking) difference.noise = "token";
  }
  builder.add(exchange);

  const auto counts = taken(builder).endpoints.at(0);

  CHECK(counts.places[0].counts.severity == diff::SeverityCounts{0, 0, 2});
  CHECK(counts.signatures.at(0).severity == diff::SeverityCounts{1, 0, 1});
}

TEST_CASE("window builder: counts server errors of compared answers only") {
  WindowBuilder builder;
  auto exchange = samples::exchange(Outcome::different);
  exchange.shadow_leg.status = 503;
  builder.add(exchange);
  exchange = samples::exchange(Outcome::shadow_failed);
  exchange.primary.status = 500;
  builder.add(exchange);

  const auto counts = taken(builder).endpoints.at(0);

  CHECK(counts.shadow_errors == 1);
  CHECK(counts.primary_errors == 0);
}

TEST_CASE("window builder: counts exchanges in which both legs answered with an error") {
  WindowBuilder builder;
  auto exchange = samples::exchange(Outcome::different);
  exchange.shadow_leg.status = 503;
  builder.add(exchange);
  exchange.primary.status = 500;
  builder.add(exchange);

  const auto counts = taken(builder).endpoints.at(0);

  CHECK(counts.shadow_errors == 2);
  CHECK(counts.primary_errors == 1);
  CHECK(counts.both_errors == 1);
}

TEST_CASE("window builder: latencies are compared in pairs, by the sign of the difference") {
  WindowBuilder builder;
  auto exchange = samples::exchange(Outcome::same);
  for (const auto& [primary_us, shadow_us] : {std::pair(10, 12), {10, 10}, {10, 7}}) {
    exchange.primary.duration_us = primary_us;
    exchange.shadow_leg.duration_us = shadow_us;
    builder.add(exchange);
  }

  const auto latency = taken(builder).endpoints.at(0).latency;

  CHECK(latency.slower_by.buckets() == Histogram::Buckets{{0, 1}, {2, 1}});
  CHECK(latency.faster_by.buckets() == Histogram::Buckets{{3, 1}});
  CHECK(latency.count() == 3);
  CHECK(latency.pairs() == 3);
}

TEST_CASE("window builder: an exchange that opened a connection on either leg stands apart") {
  WindowBuilder builder;
  for (const auto& [primary_is_cold, shadow_is_cold] :
       {std::pair(false, false), {true, false}, {false, true}, {true, true}}) {
    auto exchange = samples::exchange(Outcome::same);
    exchange.primary.is_cold = primary_is_cold;
    exchange.shadow_leg.is_cold = shadow_is_cold;
    builder.add(exchange);
  }

  const auto counts = taken(builder).endpoints.at(0);

  CHECK(counts.latency.pairs() == 1);
  CHECK(counts.cold_latency.pairs() == 3);
}

TEST_CASE("window builder: keeps shadows apart") {
  WindowBuilder builder;
  auto exchange = samples::exchange(Outcome::same);
  builder.add(exchange);
  exchange.shadow = "v3";
  builder.add(exchange);

  CHECK(taken(builder).endpoints.size() == 2);
}

TEST_CASE("window builder: endpoints beyond the limit are summed up as one") {
  WindowBuilder builder;
  const auto too_many = limits::max_window_endpoints + 10;
  for (std::size_t i = 0; i < too_many; ++i) {
    builder.add(samples::exchange(Outcome::same, "GET /" + std::to_string(i)));
  }
  builder.add(samples::exchange(Outcome::same, "GET /0"));

  const auto window = taken(builder);

  std::uint64_t same = 0, rest = 0;
  for (const auto& counts : window.endpoints) {
    same += counts.same;
    if (counts.endpoint == other) rest = counts.same;
  }
  CHECK(window.endpoints.size() == limits::max_window_endpoints + 1);
  CHECK(same == too_many + 1);
  CHECK(rest == 10);
}

TEST_CASE("window builder: places and signatures beyond the limit are summed up as one") {
  WindowBuilder builder;
  auto exchange = samples::exchange(Outcome::different);
  const auto too_many = limits::max_window_places + 10;
  for (std::size_t i = 0; i < too_many; ++i) {
    exchange.differences = {{"/field" + std::to_string(i), diff::Kind::value, {}, {}}};
    exchange.observations = diff::observe(exchange.differences, nullptr);
    exchange.signature = std::to_string(i);
    builder.add(exchange);
  }

  const auto counts = taken(builder).endpoints.at(0);

  CHECK(counts.different == too_many);
  CHECK(counts.places.size() == limits::max_window_places + 1);
  CHECK(counts.signatures.size() == limits::max_window_signatures + 1);
  std::uint64_t signatures = 0;
  for (const auto& signature : counts.signatures) signatures += signature.count;
  CHECK(signatures == too_many);
}

TEST_CASE("window builder: enormous names do not make an enormous window") {
  WindowBuilder builder;
  auto exchange = samples::exchange(Outcome::different);
  for (int i = 0; i < 500; ++i) {
    exchange.differences = {
        {"/" + std::to_string(i) + std::string(64 * limits::kib, 'x'), diff::Kind::value, {}, {}}};
    exchange.signature = std::to_string(i);
    builder.add(exchange);
  }

  const auto window = taken(builder);

  CHECK(window.endpoints.at(0).different == 500);
  CHECK(encode(window).size() < limits::max_window_bytes + limits::mib);
}

TEST_CASE("example filter: keeps so many of each signature and hour, none that are the same") {
  ExampleFilter filter(2);
  auto exchange = samples::exchange(Outcome::different);
  CHECK(filter.wants(exchange));
  CHECK(filter.wants(exchange));
  CHECK(!filter.wants(exchange));
  exchange.signature = "another";
  CHECK(filter.wants(exchange));
  CHECK(filter.wants(samples::exchange(Outcome::shadow_failed)));
  CHECK(!filter.wants(samples::exchange(Outcome::same)));

  exchange = samples::exchange(Outcome::different);
  exchange.time += std::chrono::hours(1);
  CHECK(filter.wants(exchange));
}

TEST_CASE("example filter: a late exchange of the hour before does not begin a new count") {
  ExampleFilter filter(1);
  auto exchange = samples::exchange(Outcome::different);
  exchange.time += std::chrono::hours(1);
  CHECK(filter.wants(exchange));
  exchange.time -= std::chrono::hours(1);
  CHECK(!filter.wants(exchange));
}

TEST_CASE(
    "example filter: forgets nothing and grows no further when there are too many signatures") {
  ExampleFilter filter(1);
  auto exchange = samples::exchange(Outcome::different);
  for (std::size_t i = 0; i < limits::max_window_signatures; ++i) {
    exchange.signature = std::to_string(i);
    REQUIRE(filter.wants(exchange));
  }
  exchange.signature = "one more";
  CHECK(!filter.wants(exchange));
}
