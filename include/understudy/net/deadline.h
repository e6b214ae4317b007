#pragma once

#include <map>
#include <memory>

#include "understudy/base/clock.h"

namespace understudy::net {

class Loop;
class Deadlines;

// A wait with an end: arm it, and unless it is disarmed or armed again in time, the owner is told.
// Arming and disarming are O(1), so it may be done for every read.
//
// Owner:   the object that waits, by value. Thread: its loop.
class Deadline {
 public:
  using Expired = void (*)(void* owner);
  Deadline(Loop& loop, void* owner, Expired on_expired);
  ~Deadline() { disarm(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // The usual way to make one: Deadline::calling<&Session::on_idle>(loop, *this).
  template <auto member, typename Owner>
  static Deadline calling(Loop& loop, Owner& owner) {
    return Deadline(loop, &owner, [](void* raw) { (static_cast<Owner*>(raw)->*member)(); });
  }

  void arm(Duration after);
  void disarm();
  bool is_armed() const { return queue_ != nullptr; }

 private:
  friend class Deadlines;
  struct Queue;
  Loop& loop_;
  void* const owner_;
  const Expired on_expired_;
  Queue* queue_ = nullptr;
  Queue* usual_ = nullptr;  // where it was last: most are armed for the same duration each time
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  Instant at_{};
};

// All deadlines of one loop: a queue for each duration, so the earliest is always in front, and one
// timer for all of them.
class Deadlines {
 public:
  explicit Deadlines(Loop& loop);
  ~Deadlines();

  // Tells every owner whose time has come. The timer does this; tests that turn the clock call it.
  void sweep();

 private:
  friend class Deadline;
  void arm(Deadline& deadline, Duration after);
  Deadline::Queue& queue_for(Duration after);
  void schedule(Instant at);
  void reschedule();

  struct Timer;
  Loop& loop_;
  std::map<Duration, std::unique_ptr<Deadline::Queue>> queues_;
  std::unique_ptr<Timer> timer_;
};

}  // namespace understudy::net
