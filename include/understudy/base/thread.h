#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <pthread.h>

#include "understudy/base/result.h"

namespace understudy {

// A thread that can be had or not: std::thread ends the process when the system has none left.
//
// Owner: whoever started it; its end waits for the thread's.
class Thread {
 public:
  // Errors: io, when the system's limits leave no room for one more.
  static Result<std::unique_ptr<Thread>> start(std::function<void()> work);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

 private:
  explicit Thread(std::function<void()> work) : work_(std::move(work)) {}

  const std::function<void()> work_;
  pthread_t thread_{};
  bool has_begun_ = false;
};

}  // namespace understudy
