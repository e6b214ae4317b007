// What the selftest takes for a felt shadow, and what for the noise of a busy machine.
#include "cli/selftest_judge.h"

#include <doctest/doctest.h>

using namespace understudy::cli;

namespace {

constexpr std::size_t rounds = 10;
constexpr std::size_t requests = 150;
constexpr std::int64_t second_us = 1'000'000;

// Ten rounds of quick answers, a few of them slower, as on any machine.
SelftestKind usual(std::string name) {
  SelftestKind kind{std::move(name), "", {}};
  for (std::size_t round = 0; round < rounds; ++round) {
    LiveSample sample;
    for (std::size_t i = 0; i < requests; ++i) {
      sample.latencies_us.push_back(i % 50 == 0 ? 4'000 : 300 + static_cast<std::int64_t>(i));
    }
    kind.rounds.push_back(sample);
  }
  return kind;
}

bool passes(const SelftestKind& kind) {
  return judge({usual("(none)"), kind}).rows.back().has_passed;
}

}  // namespace

TEST_CASE("selftest: kinds that are as quick as without a shadow pass") {
  const auto result = judge({usual("(none)"), usual("hung"), usual("deaf")});

  CHECK(result.has_passed());
  CHECK_FALSE(result.is_inconclusive);
  CHECK(result.rows[1].requests == rounds * requests);
  CHECK(result.rows[1].p50_us == 376);
  CHECK(result.rows[1].p99_us == 4'000);
}

TEST_CASE("selftest: one request in a hundred that waits for a second fails") {
  auto kind = usual("slow");
  for (auto& round : kind.rounds) round.latencies_us[7] = round.latencies_us[90] = second_us;

  CHECK_FALSE(passes(kind));
}

TEST_CASE("selftest: every request a little slower fails") {
  auto kind = usual("slow");
  for (auto& round : kind.rounds) {
    for (auto& latency : round.latencies_us) latency += 10'000;
  }

  CHECK_FALSE(passes(kind));
}

TEST_CASE("selftest: a hiccup of the machine in some rounds passes") {
  auto kind = usual("hung");
  for (std::size_t round = 0; round < rounds; round += 3) {
    for (auto& latency : kind.rounds[round].latencies_us) latency += second_us / 2;
  }

  CHECK(passes(kind));
}

TEST_CASE("selftest: one failed request fails, and so does one changed answer") {
  auto failing = usual("hung");
  failing.rounds[4].failed = 1;
  auto changing = usual("garbage");
  changing.rounds[9].changed = 1;

  CHECK_FALSE(passes(failing));
  CHECK_FALSE(passes(changing));
}

TEST_CASE("selftest: a machine that is slow by itself is inconclusive") {
  auto none = usual("(none)");
  auto kind = usual("hung");
  for (auto& round : none.rounds) round.latencies_us[3] = round.latencies_us[4] = second_us;
  for (auto& round : kind.rounds) round.latencies_us[3] = round.latencies_us[4] = 5 * second_us;

  const auto result = judge({none, kind});

  CHECK(result.is_inconclusive);
  CHECK_FALSE(result.has_passed());
}
