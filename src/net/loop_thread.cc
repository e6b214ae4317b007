#include "understudy/net/loop_thread.h"

#include <cassert>
#include <future>
#include <utility>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "understudy/base/log.h"

namespace understudy::net {

namespace {

// On Linux priorities belong to threads. Lowering one's own is always allowed.
void lower_priority(int nice) {
  if (nice != 0 && setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice) != 0) {
    log::warning("cannot set nice {} for a backstage thread", nice);
  }
}

}  // namespace

LoopThread::LoopThread(const Clock& clock, std::string name, int nice) {
  [[maybe_unused]] const auto begun = begin(clock, std::move(name), nice);
  assert(begun.ok());
}

Result<std::unique_ptr<LoopThread>> LoopThread::start(const Clock& clock, std::string name,
                                                      int nice) {
  std::unique_ptr<LoopThread> thread(new LoopThread);
  if (const auto begun = thread->begin(clock, std::move(name), nice); !begun) return begun.error();
  return thread;
}

Result<void> LoopThread::begin(const Clock& clock, std::string name, int nice) {
  std::promise<Result<Loop*>> ready;
  auto loop = ready.get_future();
  auto started = Thread::start([&clock, &ready, name = std::move(name), nice] {
    pthread_setname_np(pthread_self(), name.c_str());
    lower_priority(nice);
    const auto own = Loop::open(clock);
    if (!own) return ready.set_value(own.error());
    auto* const raw = own->get();
    ready.set_value(raw);
    raw->run();
  });
  if (!started) return started.error();
  thread_ = std::move(*started);
  const auto made = loop.get();
  if (!made) return made.error();
  loop_ = *made;
  return {};
}

LoopThread::~LoopThread() {
  if (loop_ != nullptr) loop_->post([loop = loop_] { loop->stop(); });
}

void LoopThread::run(const std::function<void(Loop&)>& task) {
  std::promise<void> done;
  loop_->post([&] {
    task(*loop_);
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace understudy::net
