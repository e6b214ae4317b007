#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"
#include "understudy/net/deadline.h"

struct uv_loop_s;

namespace understudy::net {

// What may be handed to Loop::retire().
class Retirable {
 public:
  virtual ~Retirable() = default;
};

// One event loop: the turn, the scratch buffer, the deadlines, the objects that wait for their end.
//
// Owner:   a thread's function or a test.
// Thread:  every member but post() belongs to the thread that runs it.
// Promise: when it dies, every handle on it was closed (asserted).
class Loop {
 public:
  // Asserts that the system has what a loop needs; open() says so instead.
  explicit Loop(const Clock& clock);
  // Errors: io, when there are no descriptors or no memory left.
  static Result<std::unique_ptr<Loop>> open(const Clock& clock);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop().
  void run();
  void stop();
  // One turn; waits for an event only if `may_wait`. For tests.
  void turn(bool may_wait);

  // Runs `task` on this loop's thread in one of its next turns, when everything is gone that was
  // retired before. A door from another thread (the other one is net::Wake); also the way to do
  // something after the current callback.
  void post(std::function<void()> task);

  // Destroys `object` after the current turn: how an owner ends something inside that thing's
  // callback.
  void retire(std::unique_ptr<Retirable> object);

  Instant now() const { return clock_.now(); }
  // The time of this turn: cheaper, and as exact as a deadline needs.
  Instant turn_time();
  // Asks the clock anew; the rest of this turn goes by the answer.
  Instant renew_turn_time();
  const Clock& clock() const { return clock_; }
  Deadlines& deadlines() { return *deadlines_; }

  // Shared by all reads of this loop: contents are valid until the callback that got them returns.
  char* scratch() { return scratch_.get(); }
  // The same for what TLS has opened, and for what it has sealed and nobody has sent yet;
  // net/stream only.
  char* plain_scratch() { return plain_scratch_.get(); }
  std::string& sealed_scratch() { return sealed_scratch_; }

  uv_loop_s* raw() { return raw_; }
  bool is_current_thread() const { return thread_ == std::this_thread::get_id(); }

  // Write requests at rest; net/stream only.
  struct FreeList;
  FreeList& free_list() { return *free_list_; }

 private:
  struct Handles;
  Loop(const Clock& clock, uv_loop_s* raw);
  void run_posted();
  void destroy_retired();

  const Clock& clock_;
  uv_loop_s* raw_;
  std::thread::id thread_ = std::this_thread::get_id();
  std::optional<Instant> turn_time_;  // as soon as somebody has asked in this turn
  std::unique_ptr<char[]> scratch_;
  std::unique_ptr<char[]> plain_scratch_;
  std::string sealed_scratch_;
  std::unique_ptr<FreeList> free_list_;
  std::unique_ptr<Handles> handles_;
  std::unique_ptr<Deadlines> deadlines_;
  std::vector<std::unique_ptr<Retirable>> retired_;
  std::vector<std::unique_ptr<Retirable>> ended_;  // room for them while they are destroyed; empty
  std::vector<std::function<void()>> running_;     // the posted tasks of this turn
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace understudy::net
