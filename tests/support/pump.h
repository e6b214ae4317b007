#pragma once

#include <chrono>
#include <functional>

#include "understudy/net/loop.h"

namespace understudy::support {

// Turns the loop until `done` holds. False when that takes longer than any machine should need: the
// test fails instead of hanging.
inline bool pump_until(net::Loop& loop, const std::function<bool()>& done) {
  using RealClock = std::chrono::steady_clock;
  const auto patience = RealClock::now() + std::chrono::seconds(20);
  while (!done()) {
    if (RealClock::now() > patience) return false;
    loop.deadlines().sweep();
    loop.turn(false);
  }
  return true;
}

// Some turns, for what must not happen: sockets on one machine need one or two.
inline void pump_a_little(net::Loop& loop) {
  for (int i = 0; i < 20; ++i) {
    loop.deadlines().sweep();
    loop.turn(false);
  }
}

}  // namespace understudy::support
