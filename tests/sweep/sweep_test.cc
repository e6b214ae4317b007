// Every system call of every scenario fails once, with every error that it can give.
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
    scenario.prepare(play);
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

void run_all(const Scenario& scenario) {
  { const Play warm_up; }  // libuv keeps some descriptors from the first loop on
  REQUIRE_MESSAGE(run(scenario, {}) == 0, "not right even without a fault");
  const auto runs = for_each_fault([&](const Fault& fault) {
    // Without TCP_NODELAY the many small pieces of TLS wait in the kernel, by the real clock, while
    // the test's clock runs through every deadline: what then happens says nothing.
    if (scenario.has_tls && fault.call == Call::set_option) return;
    run(scenario, fault);
  });
  MESSAGE(fmt::format("{}: {} faults", scenario.name, runs));
}

}  // namespace

TEST_CASE("sweep: no call that fails does harm") {
  for (const auto& scenario : scenarios()) {
    SUBCASE(scenario.name) {
      run_all(scenario);
    }
  }
}

TEST_CASE("sweep: no call that fails does harm under TLS") {
  for (const auto& scenario : secure_scenarios()) {
    SUBCASE(scenario.name) {
      run_all(scenario);
    }
  }
}
