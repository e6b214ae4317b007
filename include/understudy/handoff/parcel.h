#pragma once

#include <atomic>
#include <memory>

#include "understudy/handoff/message.h"

// Messages are packed by the front stage, and freed by it, too. A backstage that freed them would
// take the lock of the worker's heap; and when that thread, whose priority is low, is kept from its
// processor in the middle of it, the worker would wait, and with it every live request.
namespace understudy::handoff {

struct Envelope;

// Envelopes on their way to another thread; neither end ever waits for the other. The one end takes
// all at once, so it never confuses one with another that was in its place before (R. K. Treiber,
// "Systems Programming: Coping with Parallelism", 1986).
class EnvelopeStack {
 public:
  // Takes it over. True if there was none.
  bool push(Envelope& one);
  // Gives all away, the last one first. Null: there is none.
  Envelope* take();

 private:
  std::atomic<Envelope*> top_{nullptr};
};

// One message and where it is freed.
struct Envelope {
  Message message;
  EnvelopeStack& home;
  Envelope* next = nullptr;  // on a stack
};

// The backstage's hold on a message, which it reads and never changes. When it dies, the message
// goes home; only its slot is free at once. The bytes stay charged until they are freed.
class Parcel {
 public:
  explicit Parcel(Envelope& envelope) : envelope_(&envelope) {}
  const Message& operator*() const { return envelope_->message; }

 private:
  struct GoHome {
    void operator()(Envelope* envelope) const;
  };
  std::unique_ptr<Envelope, GoHome> envelope_;
};

}  // namespace understudy::handoff
