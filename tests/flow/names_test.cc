// Names of upstreams while the service runs; the look-ups are the test's own.
#include <map>
#include <memory>
#include <mutex>

#include <doctest/doctest.h>

#include "flow/backend.h"
#include "support/log_reader.h"
#include "understudy/cli/service.h"

using namespace understudy;
using namespace understudy::support;

namespace {

// What names stand for at the moment.
class Book {
 public:
  // A look-up may outlive the service, and so us.
  net::LookUp look_up() {
    return [pages = pages_](const std::string& host,
                            std::uint16_t) -> Result<std::vector<net::Address>> {
      const std::lock_guard lock(pages->mutex);
      const auto found = pages->entries.find(host);
      if (found != pages->entries.end()) return found->second;
      return Error{Code::unresolved, Leg::self, "cannot resolve \"" + host + "\": not in the book"};
    };
  }
  void write(const std::string& host, std::vector<net::Address> addresses) {
    const std::lock_guard lock(pages_->mutex);
    pages_->entries[host] = std::move(addresses);
  }

 private:
  struct Pages {
    std::mutex mutex;
    std::map<std::string, std::vector<net::Address>> entries;
  };
  const std::shared_ptr<Pages> pages_ = std::make_shared<Pages>();
};

config::Config config_with_names(const Backend& primary, const TempDir& directory) {
  auto config = config_for(primary, primary, directory);
  config.primary.url = {"http://shop.test", false, "shop.test", 80, "shop.test"};
  config.shadows.front().url = {"http://next.test", false, "next.test", 80, "next.test"};
  config.server.resolve_interval = std::chrono::milliseconds(5);
  return config;
}

}  // namespace

TEST_CASE("names: one that cannot be resolved at start is asked for until it can be") {
  TempDir directory;
  Backend primary("live");
  Backend shadow("live");
  Book book;
  auto config = config_with_names(primary, directory);
  auto service = cli::Service::start(config, {}, book.look_up());
  REQUIRE(service);
  const auto address = (*service)->addresses().front();

  CHECK(ask(address, 1) == 0);
  book.write("shop.test", {primary.address()});
  wait_for([&] { return ask(address, 1) == 1; });
  book.write("next.test", {shadow.address()});
  wait_for([&] { return ask(address, 1) == 1 && shadow.requests() > 0; });
  (*service)->stop();

  const LogReader log(directory / "log");
  CHECK(log.outcomes("shadow_failed:resolve", "v2") +
            log.outcomes("not_compared:primary_failed", "v2") >
        0);
  CHECK(log.outcomes("same", "v2") > 0);
  log.check_books({"v2"});
}

TEST_CASE("names: an address that is gone gets no new connection, and idle ones end") {
  TempDir directory;
  Backend first("live");
  Backend second("live");
  Book book;
  auto config = config_with_names(first, directory);
  config.shadows.clear();
  book.write("shop.test", {first.address()});
  auto service = cli::Service::start(config, {}, book.look_up());
  REQUIRE(service);
  const auto address = (*service)->addresses().front();
  CHECK(ask(address, 3) == 3);

  book.write("shop.test", {second.address()});
  wait_for([&] { return ask(address, 1) == 1 && second.requests() > 0; });
  wait_for([&] { return first.connections() == 0; });
  const auto before = first.requests();
  for (int i = 0; i < 8; ++i) CHECK(ask(address, 3) == 3);

  CHECK(first.requests() == before);
}

TEST_CASE("names: several addresses take turns, and one that refuses is passed over") {
  TempDir directory;
  Backend first("live");
  Backend second("live", "[::1]:0");
  Backend gone("live");
  gone.stops_listening();
  Book book;
  auto config = config_with_names(first, directory);
  config.shadows.clear();
  config.server.workers = 1;
  book.write("shop.test", {gone.address(), first.address(), second.address()});
  first.closes_after_each();
  second.closes_after_each();
  auto service = cli::Service::start(config, {}, book.look_up());
  REQUIRE(service);

  CHECK(ask((*service)->addresses().front(), 12) == 12);

  CHECK(first.requests() >= 4);
  CHECK(second.requests() >= 4);
  CHECK(first.requests() + second.requests() == 12);
}

TEST_CASE("names: an upstream on a Unix socket serves as primary and as shadow") {
  TempDir directory;
  Backend primary("live", "unix:" + (directory / "primary"));
  Backend shadow("live", "unix:" + (directory / "shadow"));
  auto service = cli::Service::start(config_for(primary, shadow, directory));
  REQUIRE(service);

  CHECK(ask((*service)->addresses().front(), 5) == 5);
  (*service)->stop();

  CHECK(primary.requests() == 5);
  CHECK(LogReader(directory / "log").outcomes("same", "v2") == 5);
}
