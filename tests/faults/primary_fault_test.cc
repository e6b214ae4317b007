// Every way in which a primary fails: what the client sees and how soon, what is counted, and that
// nothing is left behind.
#include <fmt/format.h>

#include "faults/server_faults.h"
#include "faults/table.h"
#include "flow/theatre.h"

using namespace understudy;
using namespace understudy::faults;
using namespace understudy::support;

namespace {

constexpr std::size_t enough_bytes = 8 * limits::mib;

std::string_view sight(Seen seen) {
  switch (seen) {
    case Seen::bad_gateway:
      return "a 502";
    case Seen::gateway_timeout:
      return "a 504";
    case Seen::cut:
      return "a cut answer";
    case Seen::whole:
      return "the whole answer";
    case Seen::endless:
      break;
  }
  return "an answer without end";
}

std::string moment(Duration after) {
  if (after == Duration::zero()) return "at once";
  return fmt::format("after {} s", std::chrono::duration_cast<std::chrono::seconds>(after).count());
}

// In steps of a second, so that what trickles does so.
void wait(Theatre& theatre, Duration time) {
  for (; time > 1s; time -= 1s) theatre.advance(1s);
  theatre.advance(time);
}

// The answer itself, behind the interim ones.
Reply final_reply(ScriptedClient& client) {
  auto reply = client.reply();
  while (reply.is_complete && reply.status < 200) reply = client.reply();
  return reply;
}

void check_own_answer(ScriptedClient& client, int status) {
  const auto reply = final_reply(client);
  CHECK(reply.is_complete);
  CHECK(reply.status == status);
  CHECK(reply.body.size() > 10);
  CHECK(reply.field("Connection") != "close");
}

void check_cut(ScriptedClient& client) {
  REQUIRE(client.sees_end());
  const auto reply = final_reply(client);
  CHECK(reply.status == 200);
  CHECK_FALSE(reply.is_complete);
}

void check_sight(Theatre& theatre, Seen seen) {
  auto& client = theatre.client();
  switch (seen) {
    case Seen::bad_gateway:
      return check_own_answer(client, 502);
    case Seen::gateway_timeout:
      return check_own_answer(client, 504);
    case Seen::cut:
      return check_cut(client);
    case Seen::whole: {
      const auto reply = client.reply();
      CHECK(reply.is_complete);
      CHECK(reply.status == 200);
      return;
    }
    case Seen::endless:
      CHECK(pump_until(theatre.loop, [&] { return client.total_received() > enough_bytes; }));
      client.leave();
      // A client that ended its side alone would still be written to: the flood goes on.
      CHECK(pump_until(theatre.loop, [&] {
        theatre.advance(1ms);
        return theatre.failures().contains("client_aborted");
      }));
      return;
  }
}

// What it comes to in the books.
struct Entry {
  std::string_view failure;
  std::string_view outcome;
};

Entry entry_of(const AtPrimary& expected) {
  switch (expected.seen) {
    case Seen::bad_gateway:
      return {"primary_failed", "not_compared:primary_failed"};
    case Seen::gateway_timeout:
      return {"primary_timeout", "not_compared:primary_timed_out"};
    case Seen::cut:
      if (expected.after == Duration::zero()) return {"truncated", "not_compared:primary_failed"};
      return {"truncated", "not_compared:primary_timed_out"};
    case Seen::endless:
      return {"client_aborted", "not_compared:client_aborted"};
    case Seen::whole:
      break;
  }
  return {"", expected.after > 5s ? "different" : "same"};
}

// Everything else stays zero.
void check_failures(const Theatre& theatre, std::string_view failure) {
  std::map<std::string, std::uint64_t> expected;
  if (!failure.empty()) expected.emplace(failure, 1);
  CHECK(theatre.failures() == expected);
}

bool is_reachable(const Theatre& theatre) {
  return theatre.primary.accepted() > 0;
}

void check_recovery(Theatre& theatre) {
  theatre.primary.answers(healthy_answer);
  CHECK(theatre.new_client()->get("/again").body == body);
  theatre.settle();
}

void play(const ServerFault& fault) {
  leaves_nothing([&] {
    Theatre theatre;
    theatre.shadow.answers(healthy_answer);
    fault.play(theatre.primary);

    theatre.client().send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < 4; ++i) pump_a_little(theatre.loop);
    if (fault.primary.after != Duration::zero()) {
      wait(theatre, fault.primary.after - Duration(1));
      CHECK_FALSE(theatre.client().reply_if_there());
      theatre.advance(Duration(1));
    }

    check_sight(theatre, fault.primary.seen);
    pump_a_little(theatre.loop);
    theatre.settle();
    const auto entry = entry_of(fault.primary);
    check_failures(theatre, entry.failure);
    if (is_reachable(theatre)) check_recovery(theatre);
    theatre.close();
    CHECK(theatre.outcomes(entry.outcome) == (entry.outcome == "same" ? 2 : 1));
  });
}

const Table<server_faults, play> table([](const ServerFault& fault) {
  return fmt::format("primary: one that {} gives the client {} {}", fault.name,
                     sight(fault.primary.seen), moment(fault.primary.after));
});

}  // namespace
