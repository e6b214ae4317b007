#include "understudy/handoff/tainted_sessions.h"

#include <algorithm>
#include <cassert>

#include "understudy/base/hash.h"

namespace understudy::handoff {

namespace {

// An entry is a word: | tag | reason | second + 1 |; 0 is none. Tag and set together are 46 bits of
// the hash, so one session is hardly ever taken for another; the seconds last for eight years.
constexpr unsigned second_bits = 28;
constexpr unsigned reason_bits = 5;
constexpr unsigned tag_shift = second_bits + reason_bits;
constexpr std::uint64_t most_seconds = (std::uint64_t{1} << second_bits) - 1;
constexpr std::uint64_t most_reasons = std::uint64_t{1} << reason_bits;
static_assert(static_cast<std::uint64_t>(Taint::count_) <= most_reasons);

std::uint64_t tag_of(std::uint64_t word) {
  return word >> tag_shift;
}

// Since the clock began, never 0.
std::uint64_t second_of(Instant now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return std::min(static_cast<std::uint64_t>(seconds) + 1, most_seconds);
}

std::uint64_t second_of(std::uint64_t word) {
  return word & most_seconds;
}

bool is_alive(std::uint64_t word, Instant now) {
  constexpr auto lifetime =
      static_cast<std::uint64_t>(limits::taint_lifetime / std::chrono::seconds(1));
  return word != 0 && second_of(word) + lifetime > second_of(now);
}

}  // namespace

std::string_view name(Taint reason) {
  if (reason < Taint::shadow_failed) return name(static_cast<NotMirrored>(reason));
  assert(reason < Taint::count_);
  return reason == Taint::shadow_failed ? "shadow_failed" : "not_compared";
}

TaintedSessions::TaintedSessions() : seed_(random64()), sets_(std::make_unique<Set[]>(set_count)) {}

SessionId TaintedSessions::session_of(std::string_view key) const {
  return std::max<SessionId>(hash64(key, seed_), 1);
}

void TaintedSessions::add(std::string_view shadow, SessionId session, Taint reason, Instant now) {
  assert(session != 0);
  const auto hash = hash64(shadow, session);
  const auto entry = (tag_of(hash) << tag_shift) |
                     (static_cast<std::uint64_t>(reason) << second_bits) | second_of(now);
  auto& set = set_of(hash);
  while (true) {
    // Its own place, else the one that is oldest: one that was never taken is older than all.
    auto* place = &set[0];
    auto there = place->load(std::memory_order_relaxed);
    for (auto& each : set) {
      const auto word = each.load(std::memory_order_relaxed);
      const bool is_own = word != 0 && tag_of(word) == tag_of(entry);
      if (!is_own && second_of(word) >= second_of(there)) continue;
      place = &each;
      there = word;
      if (is_own) break;
    }
    if (there == entry) return;
    if (place->compare_exchange_strong(there, entry, std::memory_order_relaxed)) return;
  }
}

std::optional<Taint> TaintedSessions::find(std::string_view shadow, SessionId session,
                                           Instant now) const {
  const auto hash = hash64(shadow, session);
  for (const auto& each : set_of(hash)) {
    const auto word = each.load(std::memory_order_relaxed);
    if (!is_alive(word, now) || tag_of(word) != tag_of(hash)) continue;
    return static_cast<Taint>((word >> second_bits) & (most_reasons - 1));
  }
  return std::nullopt;
}

Write Write::of(TaintedSessions* sessions, const Begin& request, std::string_view shadow,
                Instant at) {
  if (sessions == nullptr || request.session == 0) return {};
  if (http::is_safe(request.head.method)) return {};
  return {sessions, request.session, shadow, at};
}

}  // namespace understudy::handoff
