// The service changes its configuration while it runs: threads, sockets and clocks are real.
#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flow/backend.h"
#include "support/log_reader.h"
#include "understudy/base/limits.h"
#include "understudy/cli/service.h"

using namespace understudy;
using namespace understudy::support;

namespace {

// Clients that ask one request after the other, until they are told to stop.
class Crowd {
 public:
  Crowd(const net::Address& server, int size) {
    for (int i = 0; i < size; ++i) {
      threads_.emplace_back([this, server] {
        while (!is_over_) {
          asked_ += requests;
          answered_ += ask(server, requests);
        }
      });
    }
  }
  // How many were asked; all of them were answered.
  std::uint64_t stop() {
    is_over_ = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    CHECK(asked_ == answered_);
    return asked_;
  }
  std::uint64_t answered() const { return answered_; }

 private:
  static constexpr int requests = 25;
  std::atomic<bool> is_over_{false};
  std::atomic<std::uint64_t> asked_{0}, answered_{0};
  std::vector<std::thread> threads_;
};

// A request whose answer is not awaited.
class Unanswered {
 public:
  explicit Unanswered(const net::Address& server)
      : socket_(socket(server.raw()->sa_family, SOCK_STREAM, 0)) {
    REQUIRE(connect(socket_, server.raw(), server.raw_size()) == 0);
    constexpr std::string_view request = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    REQUIRE(send(socket_, request.data(), request.size(), 0) > 0);
  }
  // By a reset: after a mere end the answer would still be due.
  ~Unanswered() {
    const linger reset{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(socket_);
  }

 private:
  int socket_;
};

}  // namespace

TEST_CASE("reload: under load nothing fails, and the books of all generations balance together") {
  TempDir directory;
  Backend primary("live");
  Backend shadow("changed");
  auto config = config_for(primary, shadow, directory);
  config.shadows.front().max_inflight = 100'000;
  config.server.backstage_nice = 0;  // the crowd would leave it nothing
  auto service = cli::Service::start(config);
  REQUIRE(service);
  Crowd crowd((*service)->addresses().front(), 4);

  for (int i = 0; i < 10; ++i) {
    const auto before = crowd.answered();
    config.shadows.front().percent = i % 2 == 0 ? 50.0 : 100.0;
    auto changed = (*service)->reload(config);
    while (!changed && changed.error().code == Code::over_limit) {
      changed = (*service)->reload(config);
    }
    REQUIRE(changed);
    CHECK(*changed == "shadow.percent");
    wait_for([&] { return crowd.answered() > before + 100; });
  }
  const auto asked = crowd.stop();
  (*service)->stop();

  CHECK(primary.requests() == asked);
  const LogReader log(directory / "log");
  CHECK(log.decisions("received", "v2") == asked);
  CHECK(log.decisions("not_mirrored:percent", "v2") > 0);
  // A busy machine drops copies; nothing else may happen to them.
  const auto dropped = log.decisions("not_mirrored:overloaded", "v2") +
                       log.decisions("not_mirrored:max_memory", "v2");
  const auto sampled_out = log.decisions("not_mirrored:percent", "v2");
  CHECK(log.outcomes("different", "v2") + sampled_out + dropped == asked);
  log.check_books({"v2"});
}

TEST_CASE("reload: new listeners are opened, gone ones closed, the others kept with their port") {
  TempDir directory;
  Backend primary("live");
  auto config = config_for(primary, primary, directory);
  const auto first_path = directory / "first";
  const auto second_path = directory / "second";
  config.listen.push_back({"unix:" + first_path});
  auto service = cli::Service::start(config);
  REQUIRE(service);
  const auto before = (*service)->addresses();
  Crowd crowd(before.front(), 2);

  config.listen.back().address = "unix:" + second_path;
  config.listen.push_back({"[::1]:0"});
  const auto changed = (*service)->reload(config);

  REQUIRE(changed);
  const auto after = (*service)->addresses();
  REQUIRE(after.size() == 3);
  CHECK(after[0].to_string() == before[0].to_string());
  CHECK(ask(after[1], 2) == 2);
  CHECK(ask(after[2], 2) == 2);
  CHECK(access(first_path.c_str(), F_OK) != 0);
  CHECK(ask(before[1], 1) == 0);
  crowd.stop();
}

TEST_CASE("reload: what cannot be had whole is refused, and all stays as it was") {
  TempDir directory;
  Backend primary("live");
  auto config = config_for(primary, primary, directory);
  auto service = cli::Service::start(config);
  REQUIRE(service);
  const auto address = (*service)->addresses().front();
  const auto path = directory / "socket";

  auto taken = config;
  taken.listen.push_back({"unix:" + path});
  taken.listen.push_back({primary.url().authority});
  const auto refused = (*service)->reload(taken);
  auto bad = config;
  bad.routes.emplace_back();
  bad.routes.back().path = "no pattern";
  const auto unreadable = (*service)->reload(bad);

  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find(primary.url().authority) != std::string::npos);
  CHECK_FALSE(unreadable);
  CHECK(access(path.c_str(), F_OK) != 0);
  CHECK(ask(address, 3) == 3);
  CHECK((*service)->config().listen.size() == 1);
}

TEST_CASE("reload: another log gets what comes after, the one before what began before") {
  TempDir directory;
  Backend primary("live");
  auto config = config_for(primary, primary, directory);
  auto service = cli::Service::start(config);
  REQUIRE(service);
  const auto address = (*service)->addresses().front();
  CHECK(ask(address, 5) == 5);

  config.log.path = directory / "log-2";
  REQUIRE((*service)->reload(config));
  CHECK(ask(address, 7) == 7);
  (*service)->stop();

  const LogReader first(directory / "log");
  const LogReader second(directory / "log-2");
  CHECK(first.decisions("received", "v2") == 5);
  CHECK(second.decisions("received", "v2") == 7);
  first.check_books({"v2"});
  second.check_books({"v2"});
}

TEST_CASE("reload: too many configurations with requests that run are refused") {
  TempDir directory;
  Backend primary("live");
  primary.stays_silent();
  auto config = config_for(primary, primary, directory);
  config.shadows.clear();
  auto service = cli::Service::start(config);
  REQUIRE(service);
  const auto address = (*service)->addresses().front();
  std::vector<std::unique_ptr<Unanswered>> running;

  for (std::size_t i = 1; i < limits::max_generations; ++i) {
    running.push_back(std::make_unique<Unanswered>(address));
    wait_for([&] { return primary.requests() >= running.size(); });
    REQUIRE((*service)->reload(config));
  }
  running.push_back(std::make_unique<Unanswered>(address));
  wait_for([&] { return primary.requests() >= running.size(); });
  const auto refused = (*service)->reload(config);
  running.clear();

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::over_limit);
  wait_for([&] { return (*service)->reload(config).ok(); });
}

TEST_CASE("reload: a session stays tainted, whatever worker it comes to") {
  TempDir directory;
  Backend primary("live");
  Backend shadow("changed");
  auto config = config_for(primary, shadow, directory);
  config.session.key = "client_ip";
  config.shadows.front().percent = 0;
  auto service = cli::Service::start(config);
  REQUIRE(service);
  const auto address = (*service)->addresses().front();
  CHECK(ask(address, 1, "POST") == 1);

  config.shadows.front().percent = 100;
  REQUIRE((*service)->reload(config));
  for (int i = 0; i < 20; ++i) CHECK(ask(address, 1) == 1);
  (*service)->stop();

  const LogReader log(directory / "log");
  CHECK(log.outcomes("tainted:percent", "v2") == 20);
  log.check_books({"v2"});
}
