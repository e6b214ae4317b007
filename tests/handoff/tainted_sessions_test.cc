#include "understudy/handoff/tainted_sessions.h"

#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace understudy;
using namespace std::chrono_literals;
using handoff::NotMirrored;
using handoff::Taint;
using handoff::taint_of;
using handoff::TaintedSessions;

namespace {

constexpr Instant now{1000s};

handoff::Begin request(std::string_view method, handoff::SessionId session) {
  handoff::Begin begin;
  begin.head.method = method;
  begin.session = session;
  return begin;
}

}  // namespace

TEST_CASE("tainted sessions: one is known with its reason, for that shadow only") {
  TaintedSessions sessions;
  const auto session = sessions.session_of("sid-7");
  CHECK(session == sessions.session_of("sid-7"));
  CHECK(session != sessions.session_of("sid-8"));

  sessions.add("v2", session, taint_of(NotMirrored::percent), now);

  REQUIRE(sessions.find("v2", session, now));
  CHECK(name(*sessions.find("v2", session, now)) == "percent");
  CHECK_FALSE(sessions.find("v3", session, now));
  CHECK_FALSE(sessions.find("v2", sessions.session_of("sid-8"), now));
}

TEST_CASE("tainted sessions: the last reason is kept, and the time begins anew") {
  TaintedSessions sessions;
  const auto session = sessions.session_of("sid");
  sessions.add("v2", session, Taint::shadow_failed, now);

  sessions.add("v2", session, Taint::not_compared, now + 1h);

  const auto then = now + limits::taint_lifetime;
  REQUIRE(sessions.find("v2", session, then));
  CHECK(name(*sessions.find("v2", session, then)) == "not_compared");
  CHECK_FALSE(sessions.find("v2", session, then + 1h));
}

TEST_CASE("tainted sessions: what is too much lets the oldest go, never the newest") {
  TaintedSessions sessions;
  constexpr std::size_t twice = 2 * limits::tainted_sessions;
  std::vector<handoff::SessionId> all;
  for (std::size_t i = 0; i < twice; ++i) {
    all.push_back(sessions.session_of(std::to_string(i)));
    sessions.add("v2", all.back(), Taint::shadow_failed, now + std::chrono::seconds(i / 100));
    REQUIRE(sessions.find("v2", all.back(), now));
  }

  std::size_t old = 0, recent = 0;
  for (std::size_t i = 0; i < twice; ++i) {
    if (!sessions.find("v2", all[i], now)) continue;
    ++(i < twice / 2 ? old : recent);
  }
  CHECK(old + recent <= limits::tainted_sessions);
  CHECK(recent > 4 * old);
}

TEST_CASE("tainted sessions: threads that add at once lose nothing") {
  TaintedSessions sessions;
  constexpr int threads = 4, each = 5000;
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&sessions, t] {
      for (int i = 0; i < each; ++i) {
        const auto session = sessions.session_of(std::to_string(t * each + i));
        sessions.add("v2", session, taint_of(NotMirrored::overloaded), now);
      }
    });
  }
  for (auto& thread : running) thread.join();

  int known = 0;
  for (int i = 0; i < threads * each; ++i) {
    known += sessions.find("v2", sessions.session_of(std::to_string(i)), now) ? 1 : 0;
  }
  CHECK(known == threads * each);
}

TEST_CASE("tainted sessions: every reason has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Taint::count_); ++i) {
    names.insert(name(static_cast<Taint>(i)));
  }
  CHECK(names.size() == static_cast<std::size_t>(Taint::count_));
}

TEST_CASE("write: only what is not safe, and of a session, taints when it is lost") {
  TaintedSessions sessions;
  const auto session = sessions.session_of("sid");
  const auto lose = [&](std::string_view method, handoff::SessionId of) {
    handoff::Write::of(&sessions, request(method, of), "v2", now).is_lost(Taint::shadow_failed);
    return sessions.find("v2", session, now).has_value();
  };

  for (const auto* const method : {"GET", "HEAD", "OPTIONS"}) CHECK_FALSE(lose(method, session));
  CHECK_FALSE(lose("POST", 0));
  handoff::Write::of(nullptr, request("POST", session), "v2", now).is_lost(Taint::shadow_failed);
  CHECK(lose("DELETE", session));
}
