#include "understudy/handoff/parcel.h"

#include <variant>

namespace understudy::handoff {

// As soon as it is on the stack it is somebody else's.
bool EnvelopeStack::push(Envelope& one) {
  auto* below = top_.load(std::memory_order_relaxed);
  do {
    one.next = below;
  } while (!top_.compare_exchange_weak(below, &one, std::memory_order_release,
                                       std::memory_order_relaxed));
  return below == nullptr;
}

Envelope* EnvelopeStack::take() {
  if (top_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  return top_.exchange(nullptr, std::memory_order_acquire);
}

void Parcel::GoHome::operator()(Envelope* envelope) const {
  if (auto* const begin = std::get_if<Begin>(&envelope->message)) begin->slot = {};
  envelope->home.push(*envelope);
}

}  // namespace understudy::handoff
