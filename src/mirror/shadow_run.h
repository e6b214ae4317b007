#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string_view>

#include "mirror/captured_call.h"
#include "understudy/config/config.h"
#include "understudy/handoff/parcel.h"
#include "understudy/net/deadline.h"
#include "understudy/net/loop.h"
#include "understudy/record/record.h"
#include "understudy/upstream/call.h"

namespace understudy::mirror {

class ShadowRun;

// How a run ended.
struct Ending {
  enum class Kind {
    both_answered,  // what it comes to is the comparer's to say
    shadow_failed,
    not_compared,
  } kind;
  std::string_view reason;  // static text; empty for both_answered
};

// Whoever keeps the runs.
class RunOwner {
 public:
  // Told once, possibly within the run's own callback: retire it, do not destroy it.
  virtual void on_run_over(ShadowRun& run, Ending ending) = 0;

 protected:
  ~RunOwner() = default;
};

// One copy of a live request, from its Begin to its outcome: calls the shadow, keeps its answer,
// waits for the primary's.
//
//   shadow:   waiting --> answered | failed        primary:  waiting --> answered
//   shadow answered or failed, primary answered, nothing to wait for from the reference:   over
//   primary failed, client gone, shutdown: from any state    over
//
// Owner:   the stage's table.
// Lives:   until the turn in which it was over ends; gives back its slot and bytes then.
// Thread:  its stage's loop.
// Promise: nothing in here can delay, change or fail the live request.
class ShadowRun final : public net::Retirable, private upstream::CallEvents, private AnswerOwner {
 public:
  // Where a run takes place; all of it outlives the run.
  struct Scene {
    RunOwner& owner;
    const config::Config& config;
    upstream::Upstream& upstream;
    handoff::Budget& budget;
    upstream::Upstream* reference = nullptr;  // asked, too; null: not for this copy
  };
  // `begin` holds a Begin.
  ShadowRun(const Scene& scene, handoff::Parcel begin);

  // Requires: not started yet.
  void start();

  // The messages that follow Begin; a parcel holds a BodyPiece or an Answered. Requires: not over.
  void on_piece(handoff::Parcel parcel);
  void on_end(const handoff::End& end);
  void on_cut(std::string_view reason);
  void on_answered(handoff::Parcel parcel);
  // Ends the run as not compared, "shutdown".
  void shut_down();

  // The request, which begin() names as long as it lives. Once. Requires: over.
  handoff::Parcel take_begin();

  // What the record says.
  const handoff::Begin& begin() const { return begin_; }
  record::Leg primary_leg() const;
  record::Leg shadow_leg() const;
  // Require: both answered.
  const handoff::CapturedAnswer& primary_answer() const { return *primary_answer_; }
  const handoff::CapturedAnswer& shadow_answer() const { return *shadow_answer_; }
  bool asks_reference() const { return reference_ != nullptr; }
  // Null: there is none.
  const handoff::CapturedAnswer* reference_answer() const;

 private:
  enum class Side { waiting, answered, failed };

  void on_head(http::ResponseHead&& head, const http::Framing& framing) override;
  void on_body(std::string_view piece) override;
  void on_complete(http::Fields&& trailers) override;
  void on_drained() override;
  void on_failed(Error error) override;
  void on_answer_done() override { finish_if_paired(); }

  void on_timeout();
  bool gave_up_on_memory();
  void fail_shadow(const Ending& ending);
  void leave_shadow(Side side);
  void send_waiting();
  void settle_sent();
  void drop_body();
  void start_reference();
  void finish_if_paired();
  void finish(Ending ending);
  std::int64_t since_sent_us() const;

  const Scene scene_;
  handoff::Parcel begin_parcel_;
  const handoff::Begin& begin_;
  const config::Shadow& shadow_;
  net::Deadline deadline_;
  std::unique_ptr<upstream::Call> call_;  // null before start and when the shadow's side is done
  bool is_over_ = false;

  // A streamed body on its way: pieces that the call has no room for, and those that it has not got
  // rid of. Most runs have none; unlike a deque, an empty list holds no memory.
  std::list<handoff::Parcel> waiting_;
  std::list<handoff::Parcel> unsettled_;
  std::optional<http::Fields> last_trailers_;  // set when End is here
  bool is_request_sent_ = false;

  Side shadow_side_ = Side::waiting;
  std::optional<handoff::AnswerCapture> capture_;  // until the shadow's side is done
  record::Leg shadow_leg_;
  Ending failure_{};  // when the shadow's side failed

  std::optional<handoff::Parcel> answered_parcel_;
  const handoff::CapturedAnswer* primary_answer_ = nullptr;  // in that parcel
  std::string_view primary_failure_;
  std::optional<handoff::CapturedAnswer> shadow_answer_;  // may lean on the primary's
  handoff::HeldBytes shadow_answer_held_;
  std::unique_ptr<CapturedCall> reference_;  // null: it is not asked
};

}  // namespace understudy::mirror
