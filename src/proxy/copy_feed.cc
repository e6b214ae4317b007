#include "proxy/copy_feed.h"

#include <cassert>
#include <utility>

namespace understudy::proxy {

namespace {

// What a message costs beside its bytes, with its place in a list and what the allocator adds.
constexpr std::size_t message_overhead_bytes = sizeof(handoff::Envelope) + 64;
// What a copy costs beside its bytes: two messages, the run, its connection.
constexpr std::size_t copy_overhead_bytes = 2 * message_overhead_bytes + 1024;

}  // namespace

CopyFeed::CopyFeed(handoff::Lane& lane, Setup setup)
    : lane_(lane), setup_(std::move(setup)), held_(*setup_.budget) {
  if (!lane_.has_room()) {
    drop(handoff::NotMirrored::overloaded);
  } else if (slot_ = handoff::CopySlot::take(*setup_.budget); !slot_) {
    drop(handoff::NotMirrored::max_inflight);
  } else if (!hold(held_, copy_overhead_bytes)) {
    drop(handoff::NotMirrored::max_memory);
  }
}

// What is at home and not freed yet is charged, too.
bool CopyFeed::hold(handoff::HeldBytes& held, std::size_t bytes) {
  if (held.add(bytes)) return true;
  lane_.recycle(limits::recycled_at_once);
  return held.add(bytes);
}

handoff::ShadowCounters& CopyFeed::counters() {
  return lane_.counters.shadows[setup_.shadow];
}

void CopyFeed::drop(handoff::NotMirrored reason) {
  state_ = State::dropped;
  counters().drop(reason);
  setup_.write.is_lost(handoff::taint_of(reason));
  body_ = {};
  slot_ = {};
  held_.reset();
}

// From half the limit on the body is streamed: the other half is the window's slack.
void CopyFeed::add_body(const handoff::Begin& request, std::string_view piece) {
  if (state_ == State::streaming) return stream(piece);
  if (state_ != State::gathering) return;
  if (body_.size() + piece.size() <= setup_.max_body_bytes / 2) {
    if (!hold(held_, piece.size())) return drop(handoff::NotMirrored::max_memory);
    body_.append(piece);
    return;
  }
  const auto gathered = std::exchange(body_, {});
  begin(request, true, {});
  if (state_ == State::streaming) stream(gathered);
  if (state_ == State::streaming) stream(piece);
}

void CopyFeed::complete(const handoff::Begin& request, const http::Fields& trailers) {
  if (state_ == State::gathering) return begin(request, false, trailers);
  if (state_ != State::streaming) return;
  state_ = State::handed_over;
  lane_.push(handoff::End{setup_.id, trailers});
}

void CopyFeed::begin(const handoff::Begin& request, bool is_streamed, http::Fields trailers) {
  if (!hold(held_, request.head.fields.bytes() + request.head.target.size())) {
    return drop(handoff::NotMirrored::max_memory);
  }
  handoff::Begin message;
  message.id = setup_.id;
  message.shadow = setup_.shadow;
  message.exchange_id = request.exchange_id;
  message.time = request.time;
  message.prologue = std::move(setup_.prologue);
  message.head = request.head;
  message.framing = request.framing;
  message.body = std::move(body_);
  message.trailers = std::move(trailers);
  message.is_streamed = is_streamed;
  message.route = setup_.route;
  message.session = request.session;
  message.slot = std::move(slot_);
  message.held = std::move(held_);
  if (is_streamed) {
    window_ = std::make_shared<handoff::Window>(setup_.max_body_bytes);
    message.window = window_;
  }
  state_ = is_streamed ? State::streaming : State::handed_over;
  counters().mirrored.add();
  lane_.push(std::move(message));
}

void CopyFeed::stream(std::string_view piece) {
  if (piece.empty()) return;
  handoff::BodyPiece message{
      setup_.id, {}, piece.size() + message_overhead_bytes, handoff::HeldBytes(*setup_.budget)};
  if (!hold(message.held, message.cost)) return cut("max_memory");
  if (!window_->add(message.cost)) return cut("shadow_lagging");
  message.bytes.assign(piece);
  lane_.push(std::move(message));
}

void CopyFeed::cut(std::string_view reason) {
  state_ = State::cut;
  window_.reset();
  lane_.push(handoff::Cut{setup_.id, reason});
}

void CopyFeed::abort(handoff::NotMirrored before, std::string_view after) {
  if (state_ == State::gathering) return drop(before);
  if (state_ == State::streaming) cut(after);
}

void CopyFeed::answered(std::shared_ptr<const handoff::CapturedAnswer> answer,
                        handoff::HeldBytes held, Instant now) {
  if (state_ == State::dropped) return;
  assert(state_ != State::gathering && state_ != State::streaming);
  lane_.push(handoff::Answered{setup_.id, std::move(answer), {}, std::move(held), now});
}

void CopyFeed::answered(std::string_view reason) {
  if (state_ == State::dropped) return;
  assert(state_ != State::gathering && state_ != State::streaming);
  lane_.push(handoff::Answered{setup_.id, nullptr, reason, {}, {}});
}

}  // namespace understudy::proxy
