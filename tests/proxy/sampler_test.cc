#include "proxy/sampler.h"

#include <doctest/doctest.h>

using namespace understudy;
using handoff::NotMirrored;

namespace {

config::Config with_shadow(double percent, std::string key = "none") {
  config::Config config;
  config.shadows.emplace_back();
  config.shadows[0].name = "v2";
  config.shadows[0].percent = percent;
  config.shadows[0].sample_key = std::move(key);
  return config;
}

proxy::Sampler sampler_of(config::Config config) {
  auto sampler = proxy::Sampler::create(std::make_shared<const config::Config>(std::move(config)));
  REQUIRE(sampler);
  return std::move(*sampler);
}

http::RequestHead request(std::string method, std::string target) {
  http::RequestHead head;
  head.method = std::move(method);
  head.target = std::move(target);
  return head;
}

}  // namespace

TEST_CASE("sampler: a share is exact, without chance") {
  for (const auto& [percent, expected] :
       {std::pair{0.0, 0}, {12.5, 125}, {33.0, 330}, {100.0, 1000}}) {
    auto sampler = sampler_of(with_shadow(percent));
    int taken = 0;
    for (int i = 0; i < 1000; ++i) {
      if (!sampler.decide(0, request("GET", "/"), "1.2.3.4").reason) ++taken;
    }
    CHECK(taken == expected);
  }
}

TEST_CASE("sampler: keyed sets are nested and stable") {
  auto five = sampler_of(with_shadow(5, "query:user"));
  auto ten = sampler_of(with_shadow(10, "query:user"));
  int in_five = 0;
  for (int user = 0; user < 10000; ++user) {
    const auto head = request("GET", "/?a=b&user=" + std::to_string(user));
    const bool small = !five.decide(0, head, "").reason;
    const bool large = !ten.decide(0, head, "").reason;
    CHECK_FALSE((small && !large));
    CHECK(small == !five.decide(0, head, "").reason);
    in_five += small ? 1 : 0;
  }
  CHECK(in_five > 400);
  CHECK(in_five < 600);
}

TEST_CASE(
    "sampler: keys come from address, header, cookie or query; without one the share is exact") {
  for (const auto* key : {"client_ip", "header:X-User", "cookie:sid", "query:u"}) {
    CAPTURE(key);
    auto sampler = sampler_of(with_shadow(50, key));
    auto head = request("GET", "/?u=7");
    head.fields.add("X-User", "7");
    head.fields.add("Cookie", "a=b; sid=7");
    const bool first = !sampler.decide(0, head, "7").reason;
    for (int i = 0; i < 10; ++i) CHECK(!sampler.decide(0, head, "7").reason == first);
  }
  auto sampler = sampler_of(with_shadow(50, "cookie:sid"));
  int taken = 0;
  for (int i = 0; i < 10; ++i) taken += sampler.decide(0, request("GET", "/"), "").reason ? 0 : 1;
  CHECK(taken == 5);
}

TEST_CASE("sampler: the first route that matches path, method and header decides") {
  auto config = with_shadow(100);
  config.routes.resize(3);
  config.routes[0].path = "/payments/**";
  config.routes[0].methods = {"POST"};
  config.routes[0].mirror = false;
  config.routes[1].path = "/users/{id}";
  config.routes[1].headers = {{"X-Test", "*"}};
  config.routes[1].override.has_percent = true;
  config.routes[1].override.percent = 0;
  config.routes[2].shadow = "another";
  config.routes[2].mirror = false;
  auto sampler = sampler_of(config);

  CHECK(sampler.decide(0, request("POST", "/payments/1?x"), "").reason == NotMirrored::route);
  CHECK_FALSE(sampler.decide(0, request("GET", "/payments/1"), "").reason);
  CHECK_FALSE(sampler.decide(0, request("GET", "/users/1"), "").reason);
  auto tested = request("GET", "/users/1");
  tested.fields.add("x-test", "yes");
  const auto decision = sampler.decide(0, tested, "");
  CHECK(decision.reason == NotMirrored::percent);
  CHECK(decision.route == 1);
}

TEST_CASE("sampler: methods restrict, the mark stops a loop") {
  auto config = with_shadow(100);
  config.shadows[0].methods = {"GET", "HEAD"};
  config.shadows[0].set_headers = {{"X-Shadow", "yes"}};
  auto sampler = sampler_of(config);
  auto marked = request("GET", "/");
  marked.fields.add("X-Shadow", "yes");
  auto other = request("GET", "/");
  other.fields.add("X-Shadow", "no");

  CHECK(sampler.decide(0, request("POST", "/"), "").reason == NotMirrored::method);
  CHECK(sampler.decide(0, marked, "").reason == NotMirrored::loop);
  CHECK_FALSE(sampler.decide(0, other, "").reason);
}

TEST_CASE("sampler: a sample key that cannot be read is an error that names it") {
  auto config = with_shadow(1, "header:");

  const auto sampler =
      proxy::Sampler::create(std::make_shared<const config::Config>(std::move(config)));

  REQUIRE_FALSE(sampler);
  CHECK(sampler.error().detail.find("header:") != std::string::npos);
}
