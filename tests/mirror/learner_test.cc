#include "mirror/learner.h"

#include <doctest/doctest.h>

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
  learner.take(made, nullptr, target, nullptr);
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

TEST_CASE("learner: the primary has one order for the same elements, or any") {
  const auto is_noise = [](const std::string& third) {
    Learner learner(diff::NoiseMode::evidence);
    std::string noise;
    for (const auto& order : {std::string(R"(["ab","c"])"), std::string(R"(["d","e"])"),
                              std::string(R"(["ab","c"])"), third, third, third}) {
      auto made = exchange({{"/a", Kind::order, {order, false}, {R"(["x"])", false}}});
      learner.take(made, nullptr, "", nullptr);  // not safe: it may change what the next one finds
      noise = made.differences.at(0).noise;
    }
    return !noise.empty();
  };

  CHECK(is_noise(R"(["c","ab"])"));
  CHECK_FALSE(is_noise(R"(["ab","c"])"));
  CHECK_FALSE(is_noise(R"(["f","ab"])"));
}

TEST_CASE("learner: what differs in the page of an error follows from its status") {
  Learner learner(diff::NoiseMode::evidence);
  const auto with_status = [&](const std::string& status) {
    auto made = exchange({{"status", Kind::value, {"200"}, {status}},
                          {"header:Content-Type", Kind::value, {"a/b"}, {"c/d"}}});
    learner.take(made, nullptr, "/x", nullptr);
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
    learner.take(made, nullptr, "/x", nullptr);
    CHECK(made.observations.size() == 1);
  }

  auto late = exchange({{"/late", Kind::value, {"1", false}, {"2", false}, ValueClass::uuid}});
  learner.take(late, nullptr, "/x", nullptr);

  CHECK(late.differences.at(0).noise == "uuid");
}

TEST_CASE("learner: weighs each difference, and counts the gravest of each place") {
  Learner learner(diff::NoiseMode::evidence);
  auto made = exchange({{"/items/0/a", Kind::type, {"null", false}, {"1", false}},
                        {"/items/1/a", Kind::type, {"1", false}, {"null", false}},
                        {"/new", Kind::extra, {}, {"1", false}}});
  made.primary.status = 200;

  learner.take(made, nullptr, "", nullptr);

  CHECK(made.differences[0].severity == diff::Severity::suspicious);
  CHECK(made.differences[1].severity == diff::Severity::breaking);
  CHECK(made.differences[2].severity == diff::Severity::additive);
  REQUIRE(made.observations.size() == 2);
  CHECK(made.observations[0].counts.severity == diff::SeverityCounts{0, 0, 1});
  CHECK(made.observations[1].counts.severity == diff::SeverityCounts{1, 0, 0});
}
