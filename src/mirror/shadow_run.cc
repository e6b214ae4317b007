#include "mirror/shadow_run.h"

#include <cassert>
#include <utility>
#include <variant>

#include "mirror/reference.h"
#include "mirror/shadow_head.h"

namespace understudy::mirror {

namespace {

const handoff::BodyPiece& piece_in(const handoff::Parcel& parcel) {
  return std::get<handoff::BodyPiece>(*parcel);
}

}  // namespace

ShadowRun::ShadowRun(const Scene& scene, handoff::Parcel begin)
    : scene_(scene),
      begin_parcel_(std::move(begin)),
      begin_(std::get<handoff::Begin>(*begin_parcel_)),
      shadow_(scene.config.shadows[begin_.shadow]),
      deadline_(net::Deadline::calling<&ShadowRun::on_timeout>(scene.upstream.loop(), *this)),
      capture_(scene.config.diff.max_body_bytes) {
  capture_->charge(scene_.budget);
}

void ShadowRun::start() {
  assert(call_ == nullptr && !is_over_);
  const auto head = shadow_head(scene_.config, begin_);
  upstream::CallEvents& events = *this;
  call_ = std::make_unique<upstream::Call>(scene_.upstream, events, upstream::Call::Deadlines{});
  call_->set_prologue(begin_.prologue);
  call_->start(head, begin_.framing, begin_.body, !begin_.is_streamed, begin_.trailers);
  if (begin_.is_streamed) return;
  deadline_.arm(shadow_.timeout);
  if (scene_.reference != nullptr) start_reference();
}

void ShadowRun::start_reference() {
  AnswerOwner& owner = *this;
  reference_ = std::make_unique<CapturedCall>(CapturedCall::Scene{
      owner, *scene_.reference, scene_.budget, scene_.config.diff.max_body_bytes});
  reference_->start(for_reference(scene_.config, begin_), begin_, shadow_.timeout);
}

void ShadowRun::on_piece(handoff::Parcel parcel) {
  assert(!is_over_ && begin_.is_streamed && !last_trailers_);
  if (shadow_side_ != Side::waiting) return begin_.window->sent(piece_in(parcel).cost);
  waiting_.push_back(std::move(parcel));
  send_waiting();
}

void ShadowRun::on_end(const handoff::End& end) {
  assert(!is_over_ && begin_.is_streamed && !last_trailers_);
  if (shadow_side_ != Side::waiting) return;
  last_trailers_ = end.trailers;
  deadline_.arm(shadow_.timeout);
  send_waiting();
}

// Reasons that lie with the shadow wait for the primary's leg; for all others there is none.
void ShadowRun::on_cut(std::string_view reason) {
  assert(!is_over_);
  const bool is_lagging = reason == "shadow_lagging";
  if (!is_lagging && reason != "max_memory") return finish({Ending::Kind::not_compared, reason});
  if (shadow_side_ != Side::waiting) return;
  fail_shadow({is_lagging ? Ending::Kind::shadow_failed : Ending::Kind::not_compared, reason});
}

void ShadowRun::on_answered(handoff::Parcel parcel) {
  assert(!is_over_ && primary_answer_ == nullptr);
  const auto& answered = std::get<handoff::Answered>(*parcel);
  primary_failure_ = answered.reason;
  if (answered.answer == nullptr) {
    return finish({Ending::Kind::not_compared, primary_failure_});
  }
  primary_answer_ = answered.answer.get();
  answered_parcel_ = std::move(parcel);
  if (shadow_side_ == Side::waiting) capture_->expect(*primary_answer_);
  if (reference_ != nullptr) reference_->expect(*primary_answer_);
  finish_if_paired();
}

handoff::Parcel ShadowRun::take_begin() {
  assert(is_over_);
  return std::move(begin_parcel_);
}

void ShadowRun::shut_down() {
  assert(!is_over_);
  finish({Ending::Kind::not_compared, "shutdown"});
}

record::Leg ShadowRun::primary_leg() const {
  if (primary_answer_ == nullptr) {
    const auto why = primary_failure_.empty() ? name(Code::cancelled) : primary_failure_;
    return {0, 0, 0, std::string(why)};
  }
  const auto& answer = *primary_answer_;
  return {answer.head.status, answer.duration_us, answer.total_bytes, {}, answer.is_cold};
}

record::Leg ShadowRun::shadow_leg() const {
  auto leg = shadow_leg_;
  if (shadow_side_ == Side::failed) leg.error = failure_.reason;
  return leg;
}

void ShadowRun::on_head(http::ResponseHead&& head, const http::Framing& framing) {
  if (shadow_side_ != Side::waiting) return;
  shadow_leg_.status = head.status;
  capture_->begin(std::move(head), framing.length);
  gave_up_on_memory();
}

void ShadowRun::on_body(std::string_view piece) {
  if (shadow_side_ != Side::waiting) return;
  shadow_leg_.body_bytes += piece.size();
  capture_->add(piece);
  gave_up_on_memory();
}

void ShadowRun::on_complete(http::Fields&& trailers) {
  if (shadow_side_ != Side::waiting) return;
  shadow_leg_.duration_us = since_sent_us();
  shadow_leg_.is_cold = call_->is_cold();
  shadow_answer_ = capture_->finish(std::move(trailers), shadow_leg_.duration_us);
  shadow_answer_held_ = capture_->take_held(0);
  if (gave_up_on_memory()) return;
  leave_shadow(Side::answered);
  finish_if_paired();
}

void ShadowRun::on_drained() {
  if (shadow_side_ == Side::waiting) send_waiting();
}

void ShadowRun::on_failed(Error error) {
  if (shadow_side_ != Side::waiting) return;
  fail_shadow({Ending::Kind::shadow_failed, name(error.code)});
}

void ShadowRun::on_timeout() {
  assert(shadow_side_ == Side::waiting);
  fail_shadow({Ending::Kind::shadow_failed, name(Code::timed_out)});
}

// What cannot be kept cannot be compared, so the rest of it is not even read.
bool ShadowRun::gave_up_on_memory() {
  if (!capture_->is_abandoned()) return false;
  fail_shadow({Ending::Kind::not_compared, "max_memory"});
  return true;
}

void ShadowRun::fail_shadow(const Ending& ending) {
  failure_ = ending;
  leave_shadow(Side::failed);
  finish_if_paired();
}

// The call is retired whatever became of it: a complete one has given its connection back by the
// end of the turn, any other one closes it.
void ShadowRun::leave_shadow(Side side) {
  assert(shadow_side_ == Side::waiting && side != Side::waiting);
  shadow_side_ = side;
  deadline_.disarm();
  capture_.reset();
  drop_body();
  if (call_ != nullptr) scene_.upstream.loop().retire(std::move(call_));
}

void ShadowRun::send_waiting() {
  while (!call_->is_congested()) {
    settle_sent();
    if (waiting_.empty()) break;
    call_->send(piece_in(waiting_.front()).bytes);
    unsettled_.splice(unsettled_.end(), waiting_, waiting_.begin());
  }
  if (!waiting_.empty() || !last_trailers_ || is_request_sent_) return;
  is_request_sent_ = true;
  call_->complete(*last_trailers_);
}

// What the call got rid of no longer counts as waiting for the shadow.
void ShadowRun::settle_sent() {
  for (const auto& parcel : unsettled_) begin_.window->sent(piece_in(parcel).cost);
  unsettled_.clear();
}

void ShadowRun::drop_body() {
  unsettled_.splice(unsettled_.end(), waiting_);
  settle_sent();
}

void ShadowRun::finish_if_paired() {
  if (shadow_side_ == Side::waiting || primary_answer_ == nullptr) return;
  // Of what has failed there is nothing to compare.
  const bool may_be_compared = shadow_side_ == Side::answered && reference_ != nullptr;
  if (may_be_compared && reference_->is_waiting()) return;
  finish(shadow_side_ == Side::failed ? failure_ : Ending{Ending::Kind::both_answered, {}});
}

void ShadowRun::finish(Ending ending) {
  assert(!is_over_);
  is_over_ = true;
  if (shadow_side_ == Side::waiting) {
    failure_ = {Ending::Kind::not_compared, name(Code::cancelled)};
    leave_shadow(Side::failed);
  }
  if (reference_ != nullptr && reference_->is_waiting()) reference_->give_up();
  scene_.owner.on_run_over(*this, ending);
}

const handoff::CapturedAnswer* ShadowRun::reference_answer() const {
  return reference_ == nullptr ? nullptr : reference_->answer();
}

std::int64_t ShadowRun::since_sent_us() const {
  if (call_->sent_at() == Instant{}) return 0;  // it answered before it had the whole request
  return (scene_.upstream.loop().now() - call_->sent_at()).count();
}

}  // namespace understudy::mirror
