#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "understudy/base/clock.h"
#include "understudy/base/limits.h"
#include "understudy/handoff/lane.h"

namespace understudy::handoff {

// Why a shadow lacks a write: the NotMirrored of that value, or its copy came to nothing.
enum class Taint : std::uint8_t {
  shadow_failed = static_cast<std::uint8_t>(NotMirrored::count_),
  not_compared,
  count_
};
constexpr Taint taint_of(NotMirrored reason) {
  return static_cast<Taint>(reason);
}
std::string_view name(Taint reason);

// The sessions of which a shadow did not get every write: it cannot know what the primary knows, so
// what differs in their later answers says nothing of the shadow.
//
// Owner:   the service: a session outlives a reload. Thread: any.
// Promise: nobody waits. Each entry is one word, put in its place by one compare-and-swap; one that
//          fails means that somebody else's came through.
// Bounded: limits::tainted_sessions in sets of eight; in a full set the oldest goes. After
//          limits::taint_lifetime an entry says nothing any more.
class TaintedSessions {
 public:
  TaintedSessions();

  // The session that a request with this key belongs to; never 0.
  SessionId session_of(std::string_view key) const;

  // `shadow`: its name. The last reason is the one that is kept.
  void add(std::string_view shadow, SessionId session, Taint reason, Instant now);
  // Nothing: the shadow got every write of the session, as far as is known.
  std::optional<Taint> find(std::string_view shadow, SessionId session, Instant now) const;

 private:
  static constexpr std::size_t ways = 8;  // as many as one cache line holds
  using Set = std::array<std::atomic<std::uint64_t>, ways>;
  static constexpr std::size_t set_count = limits::tainted_sessions / ways;
  static_assert((set_count & (set_count - 1)) == 0, "sets are chosen by bits of the hash");

  Set& set_of(std::uint64_t hash) const { return sets_[hash & (set_count - 1)]; }

  const std::uint64_t seed_;
  const std::unique_ptr<Set[]> sets_;
};

// A request on its way to one shadow: if it is the write of a session and does not get there, the
// session is tainted.
struct Write {
  TaintedSessions* sessions = nullptr;  // null: it is none, or has no session
  SessionId session = 0;
  std::string_view shadow;  // its name
  Instant at{};

  // `request`: its session and its method. RFC 9110, section 9.2.1: what is safe changes nothing
  // that anybody could miss.
  static Write of(TaintedSessions* sessions, const Begin& request, std::string_view shadow,
                  Instant at);
  void is_lost(Taint reason) const {
    if (sessions != nullptr) sessions->add(shadow, session, reason, at);
  }
};

}  // namespace understudy::handoff
