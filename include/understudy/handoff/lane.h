#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "understudy/handoff/message.h"
#include "understudy/handoff/parcel.h"

namespace understudy::handoff {

// Why a live request was not mirrored to a shadow.
enum class NotMirrored {
  percent,         // sampled out
  method,          // the shadow does not take this method
  route,           // a route says mirror = false
  loop,            // the request carries the mark already
  upgrade,         // tunnelled
  max_inflight,    // the shadow has too many copies under way
  max_memory,      // the shadow holds too much
  overloaded,      // the backstage is behind: the lane is full
  client_aborted,  // the client left before its request was complete
  early_answer,    // the primary answered, or failed, before the request was complete
  shutdown,
  count_
};
std::string_view name(NotMirrored reason);

// What happened on the live path beside plain success.
enum class LiveFailure {
  bad_request,      // refused with 4xx or 501: reached neither upstream
  primary_failed,   // 502
  primary_timeout,  // 504
  client_timeout,   // 408 or closed: head or body too slow
  client_aborted,   // the client left in the middle
  truncated,        // the primary ended in the middle of an answer already begun
  client_tls,       // the client's TLS handshake failed or took too long
  client_proxy,     // no PROXY header where one is due, or a bad one
  // 502 because of TLS with the primary, by reason: as the codes of that name.
  primary_tls,
  primary_tls_expired,
  primary_tls_unknown_issuer,
  primary_tls_wrong_name,
  primary_tls_client_certificate,
  primary_tls_version,
  count_
};
std::string_view name(LiveFailure reason);

// One counter with one writer: a relaxed load and store, no locked instruction.
class Counter {
 public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// What one worker decided about one shadow: received = mirrored + sum(not_mirrored).
struct ShadowCounters {
  Counter received;
  Counter mirrored;
  std::array<Counter, static_cast<std::size_t>(NotMirrored::count_)> not_mirrored;
  void drop(NotMirrored reason) { not_mirrored[static_cast<std::size_t>(reason)].add(); }
};

// Written by one worker only; read by anybody.
struct LiveCounters {
  explicit LiveCounters(std::size_t shadow_count) : shadows(shadow_count) {}
  Counter requests;
  std::array<Counter, static_cast<std::size_t>(LiveFailure::count_)> failures;
  std::vector<ShadowCounters> shadows;  // sized once
  void fail(LiveFailure reason) { failures[static_cast<std::size_t>(reason)].add(); }
};

// Everything that one worker and its backstage loop share: a queue of messages in one direction,
// the way home for those that were read, and the worker's counters.
//
// Owner:   the service; outlives both ends and every parcel.
// Thread:  push(), recycle() and counters from the worker; take() from the backstage.
// Promise: the worker never waits for the backstage: they share no lock, and no heap.
// Bounded: the worker asks has_room() before it admits a copy; the messages of an admitted copy are
//          always taken, and their number is bounded by max_inflight and the windows. What is at
//          home is still charged to the budgets.
class Lane {
 public:
  Lane(std::size_t shadow_count, std::size_t max_messages)
      : counters(shadow_count), max_messages_(max_messages) {}
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // How the backstage is woken: called by push() on the worker's thread when the queue was empty;
  // must not wait. Set once, before the worker starts.
  void set_wake(std::function<void()> wake) { wake_ = std::move(wake); }

  bool has_room() const { return pushed_ - taken_.get() < max_messages_; }
  void push(Message message);
  // Moves all waiting messages into `out` (cleared before), in order.
  void take(std::vector<Parcel>& out);

  // Frees at most that many of the messages that came home. True: some are still out, or left.
  bool recycle(std::size_t most);

  LiveCounters counters;

 private:
  const std::size_t max_messages_;
  std::function<void()> wake_;
  EnvelopeStack waiting_;          // for the backstage
  EnvelopeStack home_;             // for the worker
  Envelope* recycling_ = nullptr;  // came home, to be freed next
  std::uint64_t pushed_ = 0;       // by the worker
  std::uint64_t freed_ = 0;        // by the worker
  Counter taken_;                  // by the backstage
};

}  // namespace understudy::handoff
