#include "understudy/net/deadline.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include <uv.h>

#include "net/handle.h"
#include "understudy/net/loop.h"

namespace understudy::net {

// All armed deadlines of one duration, the earliest in front: a doubly linked list through the
// deadlines themselves.
struct Deadline::Queue {
  Duration duration{};
  Deadline* front = nullptr;
  Deadline* back = nullptr;

  void append(Deadline& deadline) {
    deadline.queue_ = this;
    deadline.previous_ = back;
    deadline.next_ = nullptr;
    (back == nullptr ? front : back->next_) = &deadline;
    back = &deadline;
  }

  void remove(Deadline& deadline) {
    (deadline.previous_ == nullptr ? front : deadline.previous_->next_) = deadline.next_;
    (deadline.next_ == nullptr ? back : deadline.next_->previous_) = deadline.previous_;
    deadline.queue_ = nullptr;
  }
};

struct Deadlines::Timer {
  explicit Timer(Deadlines& deadlines)
      : handle(&deadlines,
               [&](uv_timer_t* raw) { return uv_timer_init(deadlines.loop_.raw(), raw); }) {}
  Handle<uv_timer_t> handle;
  std::optional<Instant> at;
};

Deadline::Deadline(Loop& loop, void* owner, Expired on_expired)
    : loop_(loop), owner_(owner), on_expired_(on_expired) {}

void Deadline::arm(Duration after) {
  disarm();
  loop_.deadlines().arm(*this, after);
}

void Deadline::disarm() {
  if (queue_ != nullptr) queue_->remove(*this);
}

Deadlines::Deadlines(Loop& loop) : loop_(loop), timer_(std::make_unique<Timer>(*this)) {}

Deadlines::~Deadlines() {
  for (const auto& [duration, queue] : queues_) {
    assert(queue->front == nullptr && "a deadline outlived its loop");
  }
}

void Deadlines::arm(Deadline& deadline, Duration after) {
  const bool is_usual = deadline.usual_ != nullptr && deadline.usual_->duration == after;
  if (!is_usual) deadline.usual_ = &queue_for(after);
  deadline.at_ = loop_.turn_time() + after;
  deadline.usual_->append(deadline);
  schedule(deadline.at_);
}

Deadline::Queue& Deadlines::queue_for(Duration after) {
  auto& queue = queues_[after];
  if (queue == nullptr) {
    queue = std::make_unique<Deadline::Queue>();
    queue->duration = after;
  }
  return *queue;
}

// By a time as late as the turn's: one that is armed again meanwhile is not due in this sweep.
void Deadlines::sweep() {
  const auto now = loop_.renew_turn_time();
  for (const auto& [duration, queue] : queues_) {
    while (queue->front != nullptr && queue->front->at_ <= now) {
      Deadline& expired = *queue->front;
      queue->remove(expired);
      expired.on_expired_(expired.owner_);
    }
  }
  reschedule();
}

// Later deadlines leave the timer as it is: when it strikes, it looks for the next one.
void Deadlines::schedule(Instant at) {
  if (!loop_.clock().is_real()) return;
  if (timer_->at && *timer_->at <= at) return;
  timer_->at = at;
  const auto wait = std::max(at - loop_.now(), Duration::zero());
  const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count() + 1;
  uv_timer_start(
      timer_->handle.get(),
      [](uv_timer_t* handle) {
        if (handle->data != nullptr) static_cast<Deadlines*>(handle->data)->sweep();
      },
      static_cast<std::uint64_t>(wait_ms), 0);
}

void Deadlines::reschedule() {
  timer_->at.reset();
  std::optional<Instant> earliest;
  for (const auto& [duration, queue] : queues_) {
    if (queue->front == nullptr) continue;
    if (!earliest || queue->front->at_ < *earliest) earliest = queue->front->at_;
  }
  if (earliest) schedule(*earliest);
}

}  // namespace understudy::net
