// The whole service, with its threads: it starts, serves, reloads, serves and stops, while one
// system call fails.
#include <filesystem>
#include <iterator>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "flow/backend.h"
#include "support/log_reader.h"
#include "sweep/shim.h"
#include "understudy/cli/service.h"

using namespace understudy;
using namespace understudy::support;
using namespace understudy::sweep;

namespace {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// The backends close their ends in threads of their own.
bool comes_back_to(std::size_t descriptors) {
  for (int tries = 0; tries < 2000; ++tries) {
    if (open_descriptors() == descriptors) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

// The fault strikes once, so of two clients one is served.
void prove_alive(const cli::Service& service) {
  const PeerScope peers;
  const auto address = service.addresses().front();
  CHECK_MESSAGE((ask(address, 1) == 1 || ask(address, 1) == 1), "the service does not serve");
}

void serve(cli::Service& service, config::Config config) {
  prove_alive(service);
  config.shadows.front().percent = 50;
  config.log.segment_bytes /= 2;
  const auto reloaded = service.reload(std::move(config));
  if (!reloaded) CHECK_FALSE(reloaded.error().detail.empty());
  prove_alive(service);
  service.stop();
}

// Returns whether the service could be started.
bool play(const Fault& fault, const Backend& primary, const Backend& shadow) {
  bool is_started = false;
  {
    const TempDir directory;
    auto config = config_for(primary, shadow, directory);
    config.server.drain_timeout = std::chrono::seconds(2);
    arm(fault);
    auto service = cli::Service::start(config);
    is_started = service.ok();
    if (is_started) {
      serve(**service, config);
    } else {
      CHECK_FALSE(service.error().detail.empty());
    }
    disarm();
    if (is_started) LogReader(directory / "log").check_books({"v2"});
  }
  return is_started;
}

void run(const Fault& fault, const Backend& primary, const Backend& shadow) {
  const auto what = fmt::format("the whole service, {}", describe(fault));
  CAPTURE(what);
  const auto descriptors = open_descriptors();
  play(fault, primary, shadow);
  CHECK_MESSAGE(comes_back_to(descriptors), open_descriptors(), " descriptors");
}

}  // namespace

TEST_CASE("sweep: the service starts, reloads and stops, or says why not") {
  const Backend primary("live");
  const Backend shadow("live");
  make_all_peers();

  REQUIRE(play({}, primary, shadow));  // and makes what is made once in a process
  const auto runs = for_each_fault([&](const Fault& fault) { run(fault, primary, shadow); });

  MESSAGE(fmt::format("{} faults", runs));
}
