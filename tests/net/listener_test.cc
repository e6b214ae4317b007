// What a listener takes from the kernel, and what it leaves there.
#include "understudy/net/listener.h"

#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/belongings.h"
#include "support/pump.h"
#include "understudy/base/limits.h"

using namespace understudy;
using support::Belongings;
using support::pump_a_little;
using support::pump_until;

namespace {

// A soft limit that leaves no room for one more descriptor, for as long as this lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = dup(0);
    close(next);
    const rlimit none{static_cast<rlim_t>(next), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// A listener that pauses when it has taken `limit` connections, and raw clients.
struct House final : net::ListenerEvents {
  House() : listener(*net::Listener::open(loop, *net::Address::parse("127.0.0.1:0"), *this)) {}
  ~House() {
    for (const int client : clients) close(client);
  }
  void on_accepted(std::unique_ptr<net::Stream> stream) override {
    streams.push_back(std::move(stream));
    if (streams.size() == limit) listener->pause();
  }
  void visit() {
    clients.push_back(socket(AF_INET, SOCK_STREAM, 0));
    const auto& address = listener->address();
    REQUIRE(connect(clients.back(), address.raw(), address.raw_size()) == 0);
  }

  FakeClock clock;
  net::Loop loop{clock};
  std::size_t limit = 0;
  std::unique_ptr<net::Listener> listener;
  std::vector<std::unique_ptr<net::Stream>> streams;
  std::vector<int> clients;
};

}  // namespace

TEST_CASE("listener: a pause takes effect at once, nothing is taken beyond it") {
  House house;
  house.limit = 3;
  house.visit();
  pump_a_little(house.loop);  // a loop's first stream has libuv open one for itself
  for (int i = 0; i < 5; ++i) house.visit();
  const auto before = Belongings::now().descriptors;

  pump_a_little(house.loop);

  CHECK(house.streams.size() == 3);
  CHECK(Belongings::now().descriptors == before + 2);
  house.limit = 0;
  house.listener->resume();
  CHECK(pump_until(house.loop, [&] { return house.streams.size() == 6; }));
}

TEST_CASE("listener: without descriptors clients wait, are not sent away, and come in later") {
  House house;
  for (int i = 0; i < 3; ++i) house.visit();
  {
    const NoDescriptors none;
    pump_a_little(house.loop);
    CHECK(house.streams.empty());
  }

  pump_a_little(house.loop);  // not asked again before the pause is over: nobody spins
  CHECK(house.streams.empty());
  house.clock.advance(limits::accept_retry_pause);

  CHECK(pump_until(house.loop, [&] { return house.streams.size() == 3; }));
  char byte = 0;
  for (const int client : house.clients) {
    CHECK(recv(client, &byte, 1, MSG_DONTWAIT) == -1);  // still open, nothing to read
  }
}
