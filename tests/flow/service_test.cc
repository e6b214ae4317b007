// The whole service as it runs: threads, sockets and clocks are real.
#include "understudy/cli/service.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/log_reader.h"
#include "support/scripted_server.h"
#include "support/temp_dir.h"
#include "understudy/net/loop_thread.h"

using namespace understudy;
using namespace understudy::support;

namespace {

// A scripted server on a thread of its own.
class Backend {
 public:
  explicit Backend(std::string_view body) : thread_(system_clock(), "backend", 0) {
    thread_.run([&](net::Loop& loop) {
      server_ = std::make_unique<ScriptedServer>(loop);
      server_->answers(200, body);
      address_ = server_->address();
    });
  }
  ~Backend() {
    thread_.run([&](net::Loop&) { server_.reset(); });
  }
  std::size_t requests() {
    std::size_t count = 0;
    thread_.run([&](net::Loop&) { count = server_->requests().size(); });
    return count;
  }
  config::Url url() const {
    return {"http://" + address_.to_string(), false, address_.ip(), address_.port(),
            address_.to_string()};
  }

 private:
  net::LoopThread thread_;
  std::unique_ptr<ScriptedServer> server_;
  net::Address address_;
};

// One blocking connection: sends `count` requests, one after the other, and counts whole answers.
int ask(const net::Address& server, int count) {
  const int connection = socket(server.raw()->sa_family, SOCK_STREAM, 0);
  int answered = 0;
  if (connect(connection, server.raw(), server.raw_size()) == 0) {
    const std::string request = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    char buffer[4096];
    for (int i = 0; i < count; ++i) {
      if (send(connection, request.data(), request.size(), MSG_NOSIGNAL) < 0) break;
      std::string answer;
      while (answer.find("live") == std::string::npos) {
        const auto size = recv(connection, buffer, sizeof buffer, 0);
        if (size <= 0) break;
        answer.append(buffer, static_cast<std::size_t>(size));
      }
      if (answer.find("live") != std::string::npos) ++answered;
    }
  }
  close(connection);
  return answered;
}

config::Config config_for(const Backend& primary, const Backend& shadow, const TempDir& directory) {
  config::Config config;
  config.listen = {{"127.0.0.1:0"}};
  config.server.workers = 2;
  config.server.backstage = 2;
  config.primary.url = primary.url();
  config.shadows.emplace_back();
  config.shadows.back().name = "v2";
  config.shadows.back().url = shadow.url();
  config.log.path = directory / "log";
  return config;
}

}  // namespace

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
  CHECK(log.outcomes("different", "v2") + log.decisions("not_mirrored:max_inflight", "v2") ==
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

TEST_CASE("service: a name that cannot be resolved is an error that names it") {
  TempDir directory;
  Backend primary("live");
  auto config = config_for(primary, primary, directory);
  config.primary.url.host = "no-such-host.invalid";

  const auto service = cli::Service::start(config);

  REQUIRE_FALSE(service);
  CHECK(service.error().detail.find("no-such-host.invalid") != std::string::npos);
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
