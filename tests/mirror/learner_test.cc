#include "mirror/learner.h"

#include <doctest/doctest.h>

#include "understudy/base/hash.h"
#include "understudy/base/limits.h"

using namespace understudy;
using diff::Difference;
using diff::Kind;
using diff::ValueClass;
using mirror::Learner;

namespace {

constexpr WallTime now = WallTime(Duration(1'767'225'600'000'000));

record::Exchange exchange(std::vector<Difference> differences) {
  record::Exchange made;
  made.endpoint = "GET /x";
  made.shadow = "v2";
  made.time = now;
  made.differences = std::move(differences);
  return made;
}

// What one exchange that differs at `/a` is said to be.
std::string why(Learner& learner, const std::string& primary, const std::string& shadow,
                std::string_view target = "/x?1", ValueClass value_class = ValueClass::none) {
  auto made = exchange({{"/a", Kind::value, {primary, false}, {shadow, false}, value_class}});
  learner.take(made, nullptr, {hash64(target), true}, nullptr);
  return made.differences.at(0).noise;
}

}  // namespace

TEST_CASE("learner: a class is noise until the primary is seen to repeat its value") {
  Learner learner(diff::NoiseMode::evidence);
  const std::string same = "\"8f3a09c1d2e4b5a6\"";
  CHECK(why(learner, same, "\"1\"", "/x?1", ValueClass::token) == "token");
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(why(learner, same, "\"2\"", "/x?1", ValueClass::token));
  }
  CHECK(why(learner, same, "\"3\"", "/x?1", ValueClass::token).empty());
}

TEST_CASE("learner: a number that only rises is a counter, whatever the request") {
  Learner learner(diff::NoiseMode::evidence);
  std::string last;
  for (int i = 0; i < 40; ++i) {
    last = why(learner, std::to_string(100 + i), std::to_string(50 + i), "/x?" + std::to_string(i));
  }
  CHECK(last == "counter");
}

TEST_CASE("learner: where the primary keeps to a form, another one is the shadow's") {
  Learner learner(diff::NoiseMode::evidence);
  std::string last = "?";
  for (int i = 10; i < 30; ++i) {
    last = why(learner, "\"2026-01-01T00:00:" + std::to_string(i) + ".120Z\"",
               "\"2026-01-01T00:00:" + std::to_string(i) + "Z\"");
  }
  CHECK(last.empty());
}

TEST_CASE("learner: of a number that varies the type does not") {
  const auto noise_of = [](Kind kind) {
    Learner learner(diff::NoiseMode::evidence);
    std::string noise;
    for (const auto* number : {"17", "-3", "204", "9.5", "88", "5"}) {
      auto made = exchange({{"/n", kind, {number, false}, {"null", false}}});
      learner.take(made, nullptr, {1, true}, nullptr);
      noise = made.differences.at(0).noise;
    }
    return noise;
  };
  CHECK(noise_of(Kind::type).empty());
  CHECK(noise_of(Kind::value) == "primary varies");
}

TEST_CASE("learner: a moment is sometimes an hour off, and often the same again") {
  Learner learner(diff::NoiseMode::evidence);
  std::string last = "?";
  for (int i = 0; i < 20; ++i) {
    const auto second = std::to_string(10 + i / 2);
    last = why(learner, "\"2026-01-01T00:00:" + second + "Z\"",
               "\"2026-01-01T01:00:" + second + "Z\"");
  }
  CHECK(last.empty());
}

TEST_CASE("learner: moments are no counter where the shadow has another unit") {
  Learner learner(diff::NoiseMode::evidence);
  std::string last = "?";
  const auto ms = now.time_since_epoch().count() / 1000;
  for (int i = 0; i < 40; ++i) {
    last = why(learner, std::to_string(ms + 15 * i), std::to_string((ms + 15 * i) / 1000),
               "/x?" + std::to_string(i));
  }
  CHECK(last.empty());
}

TEST_CASE("learner: the primary has one order for the same request, or any") {
  const auto is_noise = [](const std::string& second, std::uint64_t request) {
    Learner learner(diff::NoiseMode::evidence);
    std::string noise;
    for (int i = 0; i < 6; ++i) {
      const auto order = i % 2 == 0 ? std::string(R"(["ab","c"])") : second;
      auto made = exchange({{"/a", Kind::order, {order, false}, {R"(["x"])", false}}});
      const auto number = i % 2 == 0 ? 1 : request;
      learner.take(made, nullptr, {number, false}, nullptr);  // it may change something
      noise = made.differences.at(0).noise;
    }
    return !noise.empty();
  };

  CHECK(is_noise(R"(["c","ab"])", 1));
  CHECK_FALSE(is_noise(R"(["ab","c"])", 1));
  CHECK_FALSE(is_noise(R"(["c","ab"])", 2));  // asked for that order
  CHECK_FALSE(is_noise(R"(["c","ab"])", 0));
}

TEST_CASE("learner: of requests that were under way together none was first") {
  const auto noise_of = [](std::int64_t duration_us) {
    Learner learner(diff::NoiseMode::evidence);
    std::string noise;
    for (int i = 0; i < 200; ++i) {
      // Pairs of requests; of each pair the second is answered first.
      auto made = exchange({{"/a", Kind::value, {std::to_string(i ^ 1)}, {std::to_string(-i)}}});
      made.time = now + Duration(i / 2 * 1000);
      made.primary.duration_us = duration_us;
      learner.take(made, nullptr, {static_cast<std::uint64_t>(i + 1), true}, nullptr);
      noise = made.differences.at(0).noise;
    }
    return noise;
  };
  CHECK(noise_of(900) == "counter");
  CHECK(noise_of(0).empty());
}

TEST_CASE("learner: seconds count on, however often one of them is asked for") {
  Learner learner(diff::NoiseMode::self);
  std::string last;
  for (int i = 0; i < 2000; ++i) last = why(learner, std::to_string(500 + i / 100), "7");
  CHECK(last == "counter");
}

TEST_CASE("learner: the same list each time, and another one of the shadow") {
  const auto noise_of = [](bool is_random) {
    Learner learner(diff::NoiseMode::evidence);
    std::string noise;
    for (int i = 0; i < 12; ++i) {
      const auto id = std::to_string(is_random ? 10 + i : 3);
      const auto place = "/items/" + std::to_string(is_random ? i % 4 : 3);
      auto made = exchange({{place, Kind::missing, {"{\"id\":" + id + "}"}, {}},
                            {place, Kind::extra, {}, {"{\"id\":5}"}}});
      learner.take(made, nullptr, {1, true}, nullptr);
      noise = made.differences.at(0).noise;
    }
    return noise;
  };
  CHECK(noise_of(false).empty());
  CHECK(noise_of(true) == "primary varies");
}

TEST_CASE(
    "learner: what differs from one request to the next is no noise, nor what is once the same") {
  const auto noise_of = [](std::uint64_t requests) {
    Learner learner(diff::NoiseMode::evidence);
    std::string noise;
    for (std::uint64_t i = 0; i < 40; ++i) {
      auto made = exchange({{"/balance", Kind::value, {std::to_string(i * 7 % 5)}, {"9"}}});
      learner.take(made, nullptr, {1 + i % requests, true}, nullptr);
      noise = made.differences.at(0).noise;
    }
    return noise;
  };
  CHECK(noise_of(5).empty());
  CHECK_FALSE(noise_of(1).empty());
}

TEST_CASE("learner: of a long value that is the same as far as it is known nothing is known") {
  Learner learner(diff::NoiseMode::evidence);
  for (int i = 0; i < 5; ++i) {
    auto made = exchange({{"body", Kind::value, {"42 bytes", true}, {"43 bytes", true}}});
    learner.take(made, nullptr, {1, true}, nullptr);
    CHECK(made.observations.at(0).counts.steady == 0);
    CHECK(made.observations.at(0).counts.varied == 0);
    made.differences[0].primary.hash = i == 0 ? 7 : 8;
    learner.take(made, nullptr, {2, true}, nullptr);
    CHECK(made.observations.at(0).counts.steady == (i > 1 ? 1 : 0));
    CHECK(made.observations.at(0).counts.varied == (i == 1 ? 1 : 0));
  }
}

TEST_CASE("learner: what differs in the page of an error follows from its status") {
  Learner learner(diff::NoiseMode::evidence);
  const auto with_status = [&](const std::string& status) {
    auto made = exchange({{"status", Kind::value, {"200"}, {status}},
                          {"header:Content-Type", Kind::value, {"a/b"}, {"c/d"}}});
    learner.take(made, nullptr, {1, true}, nullptr);
    return made;
  };

  const auto failed = with_status("503");
  CHECK(failed.differences[0].noise.empty());
  CHECK(failed.differences[1].noise == "follows the status");
  CHECK(failed.observations.size() == 1);
  for (const auto* status : {"201", "302"}) {
    const auto other = with_status(status);
    CHECK(other.differences[1].noise.empty());
    CHECK(other.observations.size() == 2);
  }
}

TEST_CASE("learner: beyond its bound an exchange is judged by itself alone") {
  Learner learner(diff::NoiseMode::evidence);
  for (std::size_t i = 0; i < limits::max_learnt_places + 10; ++i) {
    auto made = exchange({{"/f" + std::to_string(i) + "x", Kind::value, {"1"}, {"2"}}});
    learner.take(made, nullptr, {1, true}, nullptr);
    CHECK(made.observations.size() == 1);
  }

  auto late = exchange({{"/late", Kind::value, {"1", false}, {"2", false}, ValueClass::uuid}});
  learner.take(late, nullptr, {1, true}, nullptr);

  CHECK(late.differences.at(0).noise == "uuid");
}

TEST_CASE("learner: weighs each difference, and counts the gravest of each place") {
  Learner learner(diff::NoiseMode::evidence);
  auto made = exchange({{"/items/0/a", Kind::type, {"null", false}, {"1", false}},
                        {"/items/1/a", Kind::type, {"1", false}, {"null", false}},
                        {"/new", Kind::extra, {}, {"1", false}}});
  made.primary.status = 200;

  learner.take(made, nullptr, {1, true}, nullptr);

  CHECK(made.differences[0].severity == diff::Severity::suspicious);
  CHECK(made.differences[1].severity == diff::Severity::breaking);
  CHECK(made.differences[2].severity == diff::Severity::additive);
  REQUIRE(made.observations.size() == 2);
  CHECK(made.observations[0].counts.severity == diff::SeverityCounts{0, 0, 1});
  CHECK(made.observations[1].counts.severity == diff::SeverityCounts{1, 0, 0});
}
