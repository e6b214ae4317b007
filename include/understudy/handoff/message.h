#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/base/result.h"
#include "understudy/handoff/budget.h"
#include "understudy/http/head.h"

// What passes from the front stage to the backstage: finished values, nothing that the live path
// still needs. The front stage makes and frees them (parcel.h), the backstage only reads.
namespace understudy::handoff {

// A complete answer, kept up to a bound: the first part for structure, all of it as block hashes.
struct CapturedAnswer {
  http::ResponseHead head;
  http::Fields trailers;
  std::string body;               // the kept part; empty when there is a twin
  std::uint64_t total_bytes = 0;  // of the whole body
  bool is_cut = false;            // the body was longer than what was kept
  BlockHashes hashes;             // of the whole body; used only when is_cut
  std::int64_t duration_us = 0;   // request's last byte to answer's last byte
  bool is_cold = false;           // its connection was opened for it
  // Whole, and its body is this one's, byte for byte; outlives this one.
  const CapturedAnswer* twin = nullptr;

  std::string_view kept_body() const { return twin != nullptr ? twin->body : body; }
};

// Fills a CapturedAnswer as it passes by, copying at most `max_body_bytes` of it. Hashing starts
// only when there is more than that. Of a body that is as expected nothing is copied.
//
// Owner:  an exchange (the primary's answer), a shadow run. Thread: its owner's.
class AnswerCapture {
 public:
  explicit AnswerCapture(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}
  // Charges every byte kept to that budget, too: one for each shadow that shares the answer,
  // numbered from 0. Before begin().
  void charge(Budget& budget);
  // `expected_bytes`: how long the body is going to be, if that is known. Room for it is made, and
  // charged, when its first piece is there.
  void begin(http::ResponseHead&& head, std::uint64_t expected_bytes = 0);
  // What it is going to be compared with, which must outlive the finished capture. Once, and the
  // sooner the less is copied.
  void expect(const CapturedAnswer& twin);
  void add(std::string_view piece);
  // Every budget was exhausted: what was kept is gone, and no pair can be compared ("max_memory").
  bool is_abandoned() const { return is_abandoned_; }
  // That budget was exhausted: the others still share the answer, its shadow does not.
  bool is_abandoned_by(std::size_t budget) const { return is_abandoned_ || is_exhausted_[budget]; }
  // The finished capture; of an abandoned one only status, length and duration are left. Call once.
  // The trailers may be what exhausts a budget: ask for that afterwards.
  CapturedAnswer finish(http::Fields&& trailers, std::int64_t duration_us);
  // What the finished capture costs that budget. Call once for each.
  HeldBytes take_held(std::size_t budget) { return std::move(held_[budget]); }

 private:
  bool leave_twin();
  bool begin_hashing();
  bool keep(std::string_view piece);
  bool hold(std::size_t bytes);
  void abandon();

  const std::size_t max_body_bytes_;
  std::uint64_t expected_bytes_ = 0;
  std::size_t body_room_ = 0;   // charged for the body
  std::size_t same_bytes_ = 0;  // of the twin's body, as long as there is one
  CapturedAnswer answer_;
  std::vector<HeldBytes> held_;                    // of each budget
  std::bitset<limits::max_shadows> is_exhausted_;  // for each budget
  bool is_abandoned_ = false;
};

// Names one copy for one shadow within this process; the messages about it carry it.
using CopyId = std::uint64_t;

// A session as this process tells it from others: a keyed hash of what the requests of one client
// have in common. 0: the request has no session, or nobody asks for it.
using SessionId = std::uint64_t;

// Names one live request within this process: the copies for all shadows carry the same.
struct ExchangeId {
  std::uint32_t worker = 0;
  std::uint64_t number = 0;  // by the worker
};

// A request for a shadow. Complete, or (is_streamed) the first part of a body larger than
// the shadow's max_body_size, followed by BodyPiece messages and an End.
struct Begin {
  CopyId id = 0;
  std::uint32_t shadow = 0;  // index into config::Config::shadows
  ExchangeId exchange_id;    // for the record
  WallTime time{};
  std::string prologue;    // goes before the shadow's connection: a PROXY header
  http::RequestHead head;  // as the primary got it; the shadow's own changes are made backstage
  http::Framing framing;   // of the body towards upstreams
  std::string body;
  http::Fields trailers;
  bool is_streamed = false;
  std::int32_t route = -1;  // index into config::Config::routes of the route that matched, or -1
  SessionId session = 0;
  CopySlot slot;
  HeldBytes held;                  // for head and body
  std::shared_ptr<Window> window;  // streamed only
};

// The next piece of a streamed body. Its cost, size plus limits-sized overhead, was added to the
// window: give it back with Window::sent(cost) when it has been written.
struct BodyPiece {
  CopyId id = 0;
  std::string bytes;
  std::size_t cost = 0;
  HeldBytes held;
};

// A streamed body is complete.
struct End {
  CopyId id = 0;
  http::Fields trailers;
};

// The copy cannot be completed: "shadow_lagging" or "max_memory", which lie with the shadow, or the
// reason that its Answered will carry, too: "client_aborted", "early_answer", ...
struct Cut {
  CopyId id = 0;
  std::string_view reason;  // static text
};

// The primary's side is done: its answer, or why there is none to compare: "primary_failed",
// "client_aborted", "max_memory", "primary_timed_out", "shutdown".
struct Answered {
  CopyId id = 0;
  std::shared_ptr<const CapturedAnswer> answer;  // null exactly when `reason` is set
  std::string_view reason;                       // static text
  HeldBytes held;                                // what the answer costs this copy's shadow
  Instant handed_over_at{};                      // set with the answer
};

using Message = std::variant<Begin, BodyPiece, End, Cut, Answered>;

}  // namespace understudy::handoff
