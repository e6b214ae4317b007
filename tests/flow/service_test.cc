// The whole service as it runs: threads, sockets and clocks are real.
#include "understudy/cli/service.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flow/backend.h"
#include "support/log_reader.h"

using namespace understudy;
using namespace understudy::support;

TEST_CASE("service: many clients on many threads, and both books balance at the end") {
  constexpr int clients = 8;
  constexpr int requests = 100;
  TempDir directory;
  Backend primary("live");
  Backend shadow("changed");
  auto service = cli::Service::start(config_for(primary, shadow, directory));
  REQUIRE(service);
  const auto address = (*service)->addresses().front();

  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] { answered += ask(address, requests); });
  }
  for (auto& thread : threads) thread.join();
  (*service)->stop();

  CHECK(answered == clients * requests);
  CHECK(primary.requests() == clients * requests);
  const LogReader log(directory / "log");
  CHECK(log.decisions("received", "v2") == clients * requests);
  // On a machine with other work the backstage may be late, and then copies do not fit.
  CHECK(log.outcomes("different", "v2") + log.decisions("not_mirrored:max_inflight", "v2") +
            log.decisions("not_mirrored:overloaded", "v2") ==
        clients * requests);
  log.check_books({"v2"});
}

TEST_CASE("service: a second one on the same port is refused with the address") {
  TempDir directory;
  Backend primary("live");
  Backend shadow("live");
  auto config = config_for(primary, shadow, directory);
  auto first = cli::Service::start(config);
  REQUIRE(first);

  config.listen.front().address = (*first)->addresses().front().to_string();
  const auto second = cli::Service::start(config);

  REQUIRE_FALSE(second);
  CHECK(second.error().detail.find(config.listen.front().address) != std::string::npos);
  CHECK(second.error().detail.find("in use") != std::string::npos);
}

TEST_CASE("service: listens on a Unix socket, over what a dead process left, and takes it along") {
  TempDir directory;
  Backend primary("live");
  auto config = config_for(primary, primary, directory);
  const auto path = directory / "socket";
  const auto address = *net::Address::parse("unix:" + path);
  config.listen.push_back({"unix:" + path});
  const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(bind(dead, address.raw(), address.raw_size()) == 0);
  close(dead);

  auto service = cli::Service::start(config);
  REQUIRE(service);
  CHECK(ask(address, 3) == 3);
  CHECK_FALSE(cli::Service::start(config));
  CHECK(ask(address, 3) == 3);
  (*service)->stop();

  CHECK(access(path.c_str(), F_OK) != 0);
}
