#include "understudy/net/loop.h"

#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <uv.h>

#include "net/handle.h"
#include "net/write_request.h"
#include "understudy/base/limits.h"
#include "understudy/net/wake.h"

namespace understudy::net {

// `prepare` runs right before polling and ends a turn's time; `check` runs right after and destroys
// what was retired; `idle` is active only while something is retired, so that polling does not wait
// meanwhile.
struct Loop::Handles {
  explicit Handles(Loop& loop)
      : wake(loop, [&loop] { loop.run_posted(); }),
        prepare(&loop, [&](uv_prepare_t* raw) { return uv_prepare_init(loop.raw_, raw); }),
        check(&loop, [&](uv_check_t* raw) { return uv_check_init(loop.raw_, raw); }),
        idle(&loop, [&](uv_idle_t* raw) { return uv_idle_init(loop.raw_, raw); }) {
    uv_prepare_start(prepare.get(), [](uv_prepare_t* handle) {
      if (handle->data != nullptr) static_cast<Loop*>(handle->data)->turn_time_.reset();
    });
    uv_check_start(check.get(), [](uv_check_t* handle) {
      if (handle->data != nullptr) static_cast<Loop*>(handle->data)->destroy_retired();
    });
  }

  Wake wake;
  Handle<uv_prepare_t> prepare;
  Handle<uv_check_t> check;
  Handle<uv_idle_t> idle;
};

namespace {

// libuv ends the process when it cannot make the pipe that all its loops share.
bool can_make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  close(ends[0]);
  close(ends[1]);
  return true;
}

Result<uv_loop_s*> open_raw() {
  const auto failed = [](const char* reason) {
    return Error{Code::io, Leg::self, fmt::format("cannot make a loop: {}", reason)};
  };
  if (!can_make_pipe()) return failed(std::strerror(errno));
  auto raw = std::make_unique<uv_loop_t>();
  const int status = uv_loop_init(raw.get());
  if (status == 0) return raw.release();
  // libuv 1.44 forgets this one when something later fails.
  if (raw->backend_fd >= 0) close(raw->backend_fd);
  return failed(uv_strerror(status));
}

}  // namespace

Loop::Loop(const Clock& clock) : Loop(clock, open_raw().value()) {}

Result<std::unique_ptr<Loop>> Loop::open(const Clock& clock) {
  const auto raw = open_raw();
  if (!raw) return raw.error();
  return std::unique_ptr<Loop>(new Loop(clock, *raw));
}

Loop::Loop(const Clock& clock, uv_loop_s* raw)
    : clock_(clock),
      raw_(raw),
      scratch_(new char[limits::read_bytes]),
      plain_scratch_(new char[limits::tls_record_bytes]),
      free_list_(new FreeList) {
  // A peer that is gone fails a write and must not end the process; libuv leaves that to its user.
  std::signal(SIGPIPE, SIG_IGN);
  raw_->data = this;
  handles_ = std::make_unique<Handles>(*this);
  deadlines_ = std::make_unique<Deadlines>(*this);
}

Loop::~Loop() {
  while (!retired_.empty()) destroy_retired();
  deadlines_.reset();
  handles_.reset();
  uv_run(raw_, UV_RUN_DEFAULT);
  [[maybe_unused]] const int status = uv_loop_close(raw_);
  assert(status == 0 && "a handle outlived its loop");
  delete raw_;
}

void Loop::run() {
  uv_run(raw_, UV_RUN_DEFAULT);
}

void Loop::stop() {
  uv_stop(raw_);
}

void Loop::turn(bool may_wait) {
  uv_run(raw_, may_wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

Instant Loop::turn_time() {
  if (!clock_.is_real()) return clock_.now();  // such a clock is turned in the middle of a turn
  return turn_time_ ? *turn_time_ : renew_turn_time();
}

Instant Loop::renew_turn_time() {
  turn_time_ = clock_.now();
  return *turn_time_;
}

void Loop::post(std::function<void()> task) {
  // Under the lock: the task may be the one that ends the loop, and it may run before we are back.
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(task));
  handles_->wake.send();
}

void Loop::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(posted_);
  }
  // A task may end what retired objects still lean on. Nobody's callback is running here.
  while (!retired_.empty()) destroy_retired();
  for (const auto& task : running_) task();
  running_.clear();
}

void Loop::retire(std::unique_ptr<Retirable> object) {
  if (object == nullptr) return;
  retired_.push_back(std::move(object));
  uv_idle_start(handles_->idle.get(), [](uv_idle_t*) {});
}

void Loop::destroy_retired() {
  if (retired_.empty()) return;
  uv_idle_stop(handles_->idle.get());
  // A destructor may retire in its turn: those wait for the next round.
  ended_.swap(retired_);
  ended_.clear();
}

}  // namespace understudy::net
