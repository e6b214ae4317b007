#include "understudy/net/deadline.h"

#include <vector>

#include <doctest/doctest.h>

#include "understudy/net/loop.h"

using namespace understudy;
using namespace std::chrono_literals;

namespace {

// Waits for one deadline and counts.
struct Waiter {
  explicit Waiter(net::Loop& loop)
      : deadline(net::Deadline::calling<&Waiter::on_expired>(loop, *this)) {}
  void on_expired() { ++expired; }
  net::Deadline deadline;
  int expired = 0;
};

// Waits again each time, as whoever does something regularly.
struct Ticker {
  explicit Ticker(net::Loop& loop)
      : deadline(net::Deadline::calling<&Ticker::on_expired>(loop, *this)) {}
  void on_expired() {
    if (++expired < 1000) deadline.arm(1ms);
  }
  net::Deadline deadline;
  int expired = 0;
};

// Goes by itself as far as a loop can tell; in truth the test turns it.
class SteppedClock final : public Clock {
 public:
  Instant now() const override { return fake_.now(); }
  WallTime wall() const override { return fake_.wall(); }
  bool is_real() const override { return true; }
  void advance(Duration by) { fake_.advance(by); }

 private:
  FakeClock fake_;
};

}  // namespace

TEST_CASE("deadline: it strikes when its time has come, once") {
  FakeClock clock;
  net::Loop loop(clock);
  Waiter waiter(loop);
  waiter.deadline.arm(10ms);

  clock.advance(9ms);
  loop.deadlines().sweep();
  CHECK(waiter.expired == 0);
  clock.advance(1ms);
  loop.deadlines().sweep();
  loop.deadlines().sweep();

  CHECK(waiter.expired == 1);
  CHECK_FALSE(waiter.deadline.is_armed());
}

TEST_CASE("deadline: disarmed, it never strikes; armed again, it starts anew") {
  FakeClock clock;
  net::Loop loop(clock);
  Waiter disarmed(loop);
  Waiter again(loop);
  disarmed.deadline.arm(10ms);
  again.deadline.arm(10ms);

  clock.advance(5ms);
  disarmed.deadline.disarm();
  again.deadline.arm(10ms);
  clock.advance(5ms);
  loop.deadlines().sweep();
  CHECK(again.expired == 0);
  clock.advance(5ms);
  loop.deadlines().sweep();

  CHECK(disarmed.expired == 0);
  CHECK(again.expired == 1);
}

TEST_CASE("deadline: in a turn that takes long, a wait that begins anew each time ends once") {
  SteppedClock clock;
  net::Loop loop(clock);
  Ticker ticker(loop);
  ticker.deadline.arm(1ms);

  clock.advance(1s);
  loop.deadlines().sweep();

  CHECK(ticker.expired == 1);
  CHECK(ticker.deadline.is_armed());
}

TEST_CASE("deadline: on the real clock the loop's timer strikes, the shorter wait first") {
  net::Loop loop(system_clock());
  Waiter late(loop);
  Waiter early(loop);
  late.deadline.arm(5ms);
  early.deadline.arm(1ms);

  while (early.expired == 0) loop.turn(true);
  const int late_then = late.expired;
  while (late.expired == 0) loop.turn(true);

  CHECK(late_then <= 1);
  CHECK(early.expired == 1);
}
