#include "understudy/net/loop_thread.h"

#include <future>

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
  std::promise<Loop*> ready;
  auto loop = ready.get_future();
  thread_ = std::thread([&clock, &ready, name = std::move(name), nice] {
    pthread_setname_np(pthread_self(), name.c_str());
    lower_priority(nice);
    Loop own(clock);
    ready.set_value(&own);
    own.run();
  });
  loop_ = loop.get();
}

LoopThread::~LoopThread() {
  loop_->post([loop = loop_] { loop->stop(); });
  thread_.join();
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
