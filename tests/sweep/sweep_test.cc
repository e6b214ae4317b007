// Every system call of every scenario fails once, with every error that it can give.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sweep/play.h"
#include "sweep/scenarios.h"
#include "sweep/shim.h"

using namespace understudy;
using namespace understudy::sweep;

namespace {

// UNDERSTUDY_SWEEP=all for everything, or the seed (0 to 9) that picks a tenth.
const std::string wanted = [] {
  const char* const set = std::getenv("UNDERSTUDY_SWEEP");
  return std::string(set == nullptr ? "0" : set);
}();

// More calls of one kind than any scenario makes: a sweep without an end is a failure.
constexpr std::size_t most_calls = 20'000;

bool is_chosen(std::size_t index) {
  if (wanted == "all") return true;
  return index % 10 == std::strtoul(wanted.c_str(), nullptr, 10) % 10;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// One run; returns how many answers were not what they are without a fault.
unsigned run(const Scenario& scenario, const Fault& fault) {
  const auto what = fmt::format("{}, {}", scenario.name, describe(fault));
  CAPTURE(what);
  const auto descriptors = open_descriptors();
  unsigned honest = 0;
  {
    Play play;
    {
      const PeerScope peers;
      scenario.prepare(play);
    }
    play.theatre().open();
    arm(fault);
    scenario.act(play);
    play.wait_for_all();
    play.prove_once();
    play.prove_alive();
    play.close();
    disarm();
    honest = play.honest();
  }
  CHECK(open_descriptors() == descriptors);
  return honest;
}

// Counts the runs; `index` goes on over all errors, so that tenths are spread over them.
std::size_t fail_each(const Scenario& scenario, Call call, std::size_t& index) {
  std::size_t runs = 0;
  for (const int error : errors_of(call)) {
    for (std::size_t nth = 1; nth < most_calls; ++nth) {
      if (!is_chosen(index++)) continue;
      run(scenario, {call, nth, error});
      ++runs;
      if (!has_struck()) break;
    }
  }
  return runs;
}

void run_all(const Scenario& scenario) {
  { const Play warm_up; }  // libuv keeps some descriptors from the first loop on
  REQUIRE_MESSAGE(run(scenario, {}) == 0, "not right even without a fault");
  std::vector<Call> calls;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Call::count_); ++i) {
    if (calls_seen(static_cast<Call>(i)) != 0) calls.push_back(static_cast<Call>(i));
  }
  std::size_t runs = 0;
  std::size_t index = 0;
  for (const auto call : calls) runs += fail_each(scenario, call, index);
  MESSAGE(fmt::format("{}: {} faults (seed {})", scenario.name, runs, wanted));
}

}  // namespace

TEST_CASE("sweep: no call that fails does harm") {
  for (const auto& scenario : scenarios()) {
    SUBCASE(scenario.name) {
      run_all(scenario);
    }
  }
}
