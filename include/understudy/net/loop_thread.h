#pragma once

#include <functional>
#include <memory>
#include <string>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"
#include "understudy/base/thread.h"
#include "understudy/net/loop.h"

namespace understudy::net {

// A loop on a thread of its own.
//
// Owner:  the service. Thread: every member but the tasks belongs to the owner's thread.
class LoopThread {
 public:
  // `name` is shown by the system (at most 15 bytes); `nice` lowers the thread's priority.
  // Asserts that there can be one more loop; start() says so instead.
  LoopThread(const Clock& clock, std::string name, int nice);
  // Errors: as Loop::open() and Thread::start().
  static Result<std::unique_ptr<LoopThread>> start(const Clock& clock, std::string name, int nice);
  // Stops the loop and waits. What lives on the loop must be gone.
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  // Runs `task` on the loop's thread and waits until it has returned.
  void run(const std::function<void(Loop&)>& task);
  // For Loop::post(); everything else of it belongs to its thread.
  Loop& loop() { return *loop_; }

 private:
  LoopThread() = default;
  // Returns when the loop stands, or why it does not.
  Result<void> begin(const Clock& clock, std::string name, int nice);

  Loop* loop_ = nullptr;
  std::unique_ptr<Thread> thread_;
};

}  // namespace understudy::net
