#include "understudy/handoff/parcel.h"

#include <variant>

#include "understudy/handoff/lane.h"

namespace understudy::handoff {

namespace {

void give_back(Begin& begin) {
  begin.slot = {};
  begin.held.reset();
}
void give_back(BodyPiece& piece) {
  piece.held.reset();
}
void give_back(Answered& answered) {
  answered.held.reset();
}
void give_back(const End&) {}
void give_back(const Cut&) {}

}  // namespace

bool EnvelopeStack::push(Envelope& one) {
  one.next = top_.load(std::memory_order_relaxed);
  while (!top_.compare_exchange_weak(one.next, &one, std::memory_order_release,
                                     std::memory_order_relaxed)) {
  }
  return one.next == nullptr;
}

Envelope* EnvelopeStack::take() {
  if (top_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  return top_.exchange(nullptr, std::memory_order_acquire);
}

void Parcel::GoHome::operator()(Envelope* envelope) const {
  std::visit([](auto& message) { give_back(message); }, envelope->message);
  envelope->home.take_home(*envelope);
}

}  // namespace understudy::handoff
