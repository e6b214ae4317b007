#include "understudy/net/loop.h"

#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "understudy/net/loop_thread.h"
#include "understudy/net/wake.h"

using namespace understudy;

namespace {

// Notes its end.
struct Mortal final : net::Retirable {
  explicit Mortal(int& count) : ends(count) {}
  ~Mortal() override { ++ends; }
  int& ends;
};

}  // namespace

TEST_CASE("loop: what is posted from another thread runs on the loop") {
  net::Loop loop(system_clock());
  int runs = 0;

  std::thread poster([&] {
    for (int i = 0; i < 100; ++i) loop.post([&] { ++runs; });
  });
  while (runs < 100) loop.turn(true);
  poster.join();

  CHECK(runs == 100);
}

TEST_CASE("loop: it is woken from another thread") {
  net::Loop loop(system_clock());
  int wakes = 0;
  net::Wake wake(loop, [&] { ++wakes; });

  std::thread([&] { wake.send(); }).join();
  loop.turn(true);
  CHECK(wakes == 1);
  std::thread([&] { wake.send(); }).join();
  loop.turn(true);

  CHECK(wakes == 2);
}

TEST_CASE("loop: a retired object lives until the turn has ended") {
  FakeClock clock;
  net::Loop loop(clock);
  int ends = 0;
  int ends_inside = -1;
  loop.post([&] {
    loop.retire(std::make_unique<Mortal>(ends));
    ends_inside = ends;
  });

  loop.turn(true);

  CHECK(ends_inside == 0);
  CHECK(ends == 1);
}

TEST_CASE("loop: a posted task finds everything gone that was retired before") {
  FakeClock clock;
  net::Loop loop(clock);
  int ends = 0;
  int ends_seen = -1;
  loop.retire(std::make_unique<Mortal>(ends));
  loop.post([&] { ends_seen = ends; });

  loop.turn(true);

  CHECK(ends_seen == 1);
}

TEST_CASE("loop: what is still retired when the loop dies is destroyed with it") {
  int ends = 0;
  {
    FakeClock clock;
    net::Loop loop(clock);
    loop.retire(std::make_unique<Mortal>(ends));
  }
  CHECK(ends == 1);
}

TEST_CASE("loop: where there is a loop, a broken pipe does not end the process") {
  FakeClock clock;
  const net::Loop loop(clock);

  CHECK(std::raise(SIGPIPE) == 0);
}

// UBSan asks through a pipe whether memory is there: without one it takes a live object for dead.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("loop: without descriptors there is none, and an error that says so") {
  const FakeClock clock;
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);

  const auto loop = net::Loop::open(clock);
  const auto thread = net::LoopThread::start(clock, "late", 0);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);

  REQUIRE_FALSE(loop);
  CHECK(loop.error().detail.find("oo many open files") != std::string::npos);
  CHECK_FALSE(thread);
}
#endif
