#pragma once

#include <memory>
#include <optional>
#include <string>

#include "understudy/handoff/message.h"
#include "understudy/net/deadline.h"
#include "understudy/upstream/call.h"

namespace understudy::mirror {

// Whoever waits for an answer.
class AnswerOwner {
 public:
  // It is there, or none will come.
  virtual void on_answer_done() = 0;

 protected:
  ~AnswerOwner() = default;
};

// One more call of a request that is complete, whose answer is kept: within a time, and within what
// the shadow may hold.
//
//   waiting --> answered | failed
//
// Owner:   a shadow run, a re-check. Thread: its loop's.
// Promise: what goes wrong here changes no outcome: there just is no answer.
class CapturedCall final : private upstream::CallEvents {
 public:
  struct Scene {
    AnswerOwner& owner;
    upstream::Upstream& upstream;
    handoff::Budget& budget;  // for the answer
    std::size_t max_body_bytes;
  };
  explicit CapturedCall(const Scene& scene);

  // What this server sees instead of the request's own.
  struct Start {
    std::string prologue;
    http::RequestHead head;
  };
  // Requires: the body of `request` is complete. All of it is read before the return.
  void start(Start start, const handoff::Begin& request, Duration timeout);
  // What the answer is going to be compared with; outlives this.
  void expect(const handoff::CapturedAnswer& twin);

  // Nobody waits any more: the owner is not told. Before its death, while waiting.
  void give_up();

  bool is_waiting() const { return state_ == State::waiting; }
  // Null: it failed.
  const handoff::CapturedAnswer* answer() const { return answer_ ? &*answer_ : nullptr; }

 private:
  enum class State { waiting, answered, failed };

  void on_head(http::ResponseHead&& head, const http::Framing& framing) override;
  void on_body(std::string_view piece) override;
  void on_complete(http::Fields&& trailers) override;
  void on_failed(Error error) override;
  void on_timeout();
  void enter(State state);
  void leave();

  const Scene scene_;
  net::Deadline deadline_;
  State state_ = State::waiting;
  std::unique_ptr<upstream::Call> call_;  // while waiting
  std::optional<handoff::AnswerCapture> capture_;
  std::optional<handoff::CapturedAnswer> answer_;  // may lean on what was expected
  handoff::HeldBytes held_;
};

}  // namespace understudy::mirror
