#include "cli/demo_play.h"

#include <map>
#include <set>

#include <doctest/doctest.h>

#include "understudy/base/limits.h"
#include "understudy/config/loader.h"
#include "understudy/diff/compare.h"
#include "understudy/diff/endpoint.h"

using namespace understudy;
using namespace understudy::cli;

namespace {

constexpr std::uint64_t performance = 4000;

diff::Answer seen(const play::Answer& answer) {
  diff::Answer seen;
  seen.status = answer.status;
  seen.fields = &answer.fields;
  seen.body = answer.body;
  seen.total_bytes = answer.body.size();
  return seen;
}

config::Config demo_configuration() {
  config::Sources sources;
  sources.file_text = std::string(play::configuration());
  const auto loaded = config::load(sources);
  REQUIRE(loaded.config);
  return *loaded.config;
}

// Both parts, with noise of their own.
struct Cast {
  FakeClock morning, evening;
  play::Actor primary{play::Role::primary, 1, morning};
  play::Actor shadow{play::Role::shadow, 2, evening};
  Cast() { evening.advance(std::chrono::hours(8)); }
};

// The places where the two parts differ in a whole performance, by endpoint.
std::map<std::string, std::set<std::string>> differences_of(const config::Diff& rules) {
  Cast cast;
  auto comparer = diff::Comparer::create(rules, config::Privacy(), "key");
  auto namer = diff::EndpointNamer::create(rules.endpoints);
  REQUIRE(comparer);
  REQUIRE(namer);
  std::map<std::string, std::set<std::string>> places;
  for (std::uint64_t i = 0; i < performance; ++i) {
    const auto request = play::request(i);
    const auto primary = cast.primary.answer(request);
    const auto shadow = cast.shadow.answer(request);
    const auto endpoint = namer->name(request.method, request.target);
    const auto compared = (*comparer)->compare(endpoint, seen(primary), seen(shadow), {});
    CHECK(compared.is_comparable);
    for (const auto& difference : compared.differences) {
      places[endpoint].insert(diff::generalized_place(difference));
    }
  }
  return places;
}

}  // namespace

TEST_CASE("demo: with its rules, each planted fault is found and nothing else") {
  auto places = differences_of(demo_configuration().diff);

  for (const auto& fault : play::planted_faults()) {
    const std::string endpoint(fault.endpoint);
    CAPTURE(endpoint);
    if (fault.place.empty()) {
      CHECK(places.count(endpoint) == 0);
    } else {
      CHECK(places[endpoint].count(std::string(fault.place)) == 1);
    }
    places.erase(endpoint);
  }
  CHECK(places.empty());
}

TEST_CASE("demo: without its rules, the noise drowns the faults") {
  auto places = differences_of(config::Diff());

  CHECK(places["GET /search"].count("/served_at") == 1);
  CHECK(places["GET /products/{id}"].count("/tags") == 1);
  CHECK(places["POST /orders"].count("/order") == 1);
  CHECK(places["GET /health"].count("header:X-Request-Id") == 1);
}

TEST_CASE("demo: only the slow endpoint is slow, and only in the new version") {
  Cast cast;
  const play::Request search{"GET", "/search?q=a", ""};
  const play::Request health{"GET", "/health", ""};

  CHECK(cast.shadow.answer(search).delay > 5 * cast.primary.answer(search).delay);
  CHECK(cast.shadow.answer(health).delay <= std::chrono::milliseconds(3));
}

TEST_CASE("demo: every performance has the same script, and it visits every part of the shop") {
  std::set<std::string> statuses;
  Cast cast;
  for (std::uint64_t i = 0; i < performance; ++i) {
    const auto request = play::request(i);
    CHECK(request.target == play::request(i).target);
    REQUIRE(cast.primary.answer(request).status < 300);
  }
  CHECK(cast.primary.answer({"GET", "/backstage", ""}).status == 404);
}
