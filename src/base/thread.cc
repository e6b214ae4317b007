#include "understudy/base/thread.h"

#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace understudy {

Result<std::unique_ptr<Thread>> Thread::start(std::function<void()> work) {
  std::unique_ptr<Thread> thread(new Thread(std::move(work)));
  const auto run = [](void* raw) -> void* {
    static_cast<Thread*>(raw)->work_();
    return nullptr;
  };
  const int status = pthread_create(&thread->thread_, nullptr, run, thread.get());
  thread->has_begun_ = status == 0;
  if (thread->has_begun_) return thread;
  return Error{Code::io, Leg::self, fmt::format("cannot start a thread: {}", strerror(status))};
}

Thread::~Thread() {
  if (has_begun_) pthread_join(thread_, nullptr);
}

}  // namespace understudy
