#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "understudy/handoff/lane.h"
#include "understudy/handoff/message.h"
#include "understudy/handoff/tainted_sessions.h"
#include "understudy/http/head.h"

namespace understudy::proxy {

// One live request on its way to one shadow, as far as the front stage goes: gathers the request,
// hands it to the lane when it is complete or has grown large, and then tells how the primary
// answered.
//
//   gathering --> handed over (complete)
//             --> streaming --> handed over
//             --> dropped (counted as not mirrored)
//
// Owner:   an exchange. Thread: its worker's loop.
// Promise: never waits; what does not fit is dropped and counted.
class CopyFeed {
 public:
  struct Setup {
    handoff::CopyId id = 0;
    std::uint32_t shadow = 0;
    std::int32_t route = -1;
    std::size_t max_body_bytes = 0;
    handoff::Budget* budget = nullptr;
    std::string prologue;
    handoff::Write write;
  };
  // Takes a slot of the budget, or is dropped at once.
  CopyFeed(handoff::Lane& lane, Setup setup);

  // `request` is shared by all feeds of one exchange; it is copied when it is handed over.
  void add_body(const handoff::Begin& request, std::string_view piece);
  void complete(const handoff::Begin& request, const http::Fields& trailers);
  // The client left, or the service stops: before the request was complete or after.
  void abort(handoff::NotMirrored before, std::string_view after);

  // How the primary's side ended. Once, after complete() or abort(). `held`: what the answer costs
  // this shadow.
  void answered(std::shared_ptr<const handoff::CapturedAnswer> answer, handoff::HeldBytes held,
                Instant now);
  void answered(std::string_view reason);

  bool is_dropped() const { return state_ == State::dropped; }
  handoff::Budget& budget() const { return *setup_.budget; }

 private:
  enum class State { gathering, streaming, handed_over, cut, dropped };

  bool hold(handoff::HeldBytes& held, std::size_t bytes);
  void drop(handoff::NotMirrored reason);
  void begin(const handoff::Begin& request, bool is_streamed, http::Fields trailers);
  void stream(std::string_view piece);
  void cut(std::string_view reason);
  handoff::ShadowCounters& counters();

  handoff::Lane& lane_;
  Setup setup_;
  State state_ = State::gathering;
  std::string body_;
  handoff::CopySlot slot_;
  handoff::HeldBytes held_;
  std::shared_ptr<handoff::Window> window_;
};

}  // namespace understudy::proxy
