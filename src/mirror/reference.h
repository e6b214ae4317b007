#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "understudy/config/config.h"
#include "understudy/handoff/message.h"
#include "understudy/net/deadline.h"
#include "understudy/net/loop.h"
#include "understudy/upstream/call.h"

namespace understudy::mirror {

// Says which copies the reference gets, too: a share of them, by chance and not in turn, since
// requests often come in turn themselves; and no more in a second than it is to feel.
//
// Owner: a stage. Thread: its loop's.
class ReferenceSampler {
 public:
  explicit ReferenceSampler(const config::Noise& noise)
      : noise_(noise), tokens_(noise.max_per_second) {}

  // A body that is still on its way would have to be held for two.
  bool wants(const handoff::Begin& begin, Instant now);

 private:
  const config::Noise& noise_;
  double tokens_;  // requests that may go at once; at most a second's worth
  Instant filled_at_{};
};

// Whoever waits for the reference.
class ReferenceOwner {
 public:
  // Its answer is there, or none will come.
  virtual void on_reference_done() = 0;

 protected:
  ~ReferenceOwner() = default;
};

// The same request, asked a second time of a server whose answers are as good as the primary's.
//
//   waiting --> answered | failed
//
// Owner:   a shadow run. Thread: its loop's.
// Promise: what goes wrong here changes no outcome: the exchange just has no reference.
class ReferenceCall final : private upstream::CallEvents {
 public:
  struct Scene {
    ReferenceOwner& owner;
    const config::Config& config;
    upstream::Upstream& upstream;
    handoff::Budget& budget;  // for the answer
  };
  explicit ReferenceCall(const Scene& scene);

  // Requires: the body is complete.
  void start(const handoff::Begin& begin, Duration timeout);
  // What the answer is going to be compared with; outlives this.
  void expect(const handoff::CapturedAnswer& primary);

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
  std::optional<handoff::CapturedAnswer> answer_;  // may lean on the primary's
  handoff::HeldBytes held_;
};

}  // namespace understudy::mirror
