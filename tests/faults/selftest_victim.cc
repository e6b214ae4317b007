// Measures other proxies as `understudy selftest` measures ours: the first address is the measure,
// the second one is judged.
//
//   selftest_victim ADDRESS ADDRESS       exit code 0 pass, 1 fail, 3 inconclusive
#include <fmt/format.h>

#include "cli/selftest_judge.h"

using namespace understudy;
using namespace understudy::cli;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  constexpr std::size_t rounds = 3;
  std::vector<SelftestKind> kinds{{"(none)", "", {}}, {"victim", "", {}}};
  net::LoopThread clients(system_clock(), "clients", 0);
  KnownAnswers known;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      const auto server = net::Address::parse(argv[i + 1]);
      if (!server) return 2;
      auto sample = take_live_sample(clients, *server, {500, 150, 0}, known);
      sample.changed = 0;  // others put the time of day into their answers
      kinds[i].rounds.push_back(std::move(sample));
    }
  }
  const auto result = judge(kinds);
  for (const auto& row : result.rows) {
    fmt::print("{}: p50 {} us, p99 {} us, {} failed, {} changed {}\n", row.name, row.p50_us,
               row.p99_us, row.failed, row.changed, row.reason);
  }
  if (result.has_passed()) return 0;
  return result.is_inconclusive ? 3 : 1;
}
