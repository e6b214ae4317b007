#include "mirror/captured_call.h"

#include <cassert>
#include <utility>

namespace understudy::mirror {

CapturedCall::CapturedCall(const Scene& scene)
    : scene_(scene),
      deadline_(net::Deadline::calling<&CapturedCall::on_timeout>(scene.upstream.loop(), *this)),
      capture_(scene.max_body_bytes) {
  capture_->charge(scene_.budget);
}

void CapturedCall::start(Start start, const handoff::Begin& request, Duration timeout) {
  assert(!request.is_streamed && call_ == nullptr && is_waiting());
  upstream::CallEvents& events = *this;
  call_ = std::make_unique<upstream::Call>(scene_.upstream, events, upstream::Call::Deadlines{});
  call_->set_prologue(std::move(start.prologue));
  call_->start(start.head, request.framing, request.body, true, request.trailers);
  deadline_.arm(timeout);
}

void CapturedCall::expect(const handoff::CapturedAnswer& twin) {
  if (is_waiting()) capture_->expect(twin);
}

void CapturedCall::on_head(http::ResponseHead&& head, const http::Framing& framing) {
  if (!is_waiting()) return;
  capture_->begin(std::move(head), framing.length);
  if (capture_->is_abandoned()) enter(State::failed);
}

void CapturedCall::on_body(std::string_view piece) {
  if (!is_waiting()) return;
  capture_->add(piece);
  if (capture_->is_abandoned()) enter(State::failed);
}

void CapturedCall::on_complete(http::Fields&& trailers) {
  if (!is_waiting()) return;
  auto answer = capture_->finish(std::move(trailers), 0);
  held_ = capture_->take_held(0);
  if (capture_->is_abandoned()) return enter(State::failed);
  answer_ = std::move(answer);
  enter(State::answered);
}

void CapturedCall::on_failed(Error) {
  if (is_waiting()) enter(State::failed);
}

void CapturedCall::on_timeout() {
  assert(is_waiting());
  enter(State::failed);
}

void CapturedCall::enter(State state) {
  assert(is_waiting() && state != State::waiting);
  state_ = state;
  leave();
  scene_.owner.on_answer_done();
}

void CapturedCall::give_up() {
  assert(is_waiting());
  state_ = State::failed;
  leave();
}

void CapturedCall::leave() {
  deadline_.disarm();
  capture_.reset();
  if (call_ != nullptr) scene_.upstream.loop().retire(std::move(call_));
}

}  // namespace understudy::mirror
