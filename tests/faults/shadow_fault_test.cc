// Every way in which a shadow fails: the client has its answer before anything else happens, the
// failure has its reason and its time, and nothing is left behind.
#include <fmt/format.h>

#include "faults/server_faults.h"
#include "faults/table.h"
#include "flow/theatre.h"

using namespace understudy;
using namespace understudy::faults;
using namespace understudy::support;

namespace {

// Nothing may be decided before its time.
void check_outcome(Theatre& theatre, const AtShadow& expected) {
  if (expected.after != Duration::zero()) {
    for (auto left = expected.after - Duration(1); left > Duration::zero(); left -= 1s) {
      theatre.advance(std::min<Duration>(left, 1s));
    }
    CHECK(theatre.copies() == 1);
    theatre.advance(Duration(1));
  }
  theatre.settle();
  theatre.close();
  CHECK(theatre.outcomes(expected.outcome) == 1);
}

void play(const ServerFault& fault) {
  leaves_nothing([&] {
    Theatre theatre;
    theatre.primary.answers(healthy_answer);
    fault.play(theatre.shadow);

    const auto reply = theatre.client().get("/x");

    CHECK(reply.is_complete);
    CHECK(reply.status == 200);
    CHECK(reply.body == body);
    for (int i = 0; i < 4; ++i) pump_a_little(theatre.loop);
    CHECK(theatre.client().get("/y", "Understudy-Shadow: 1\r\n").body == body);
    CHECK(theatre.failures().empty());
    check_outcome(theatre, fault.shadow);
  });
}

std::string moment(Duration after) {
  if (after == Duration::zero()) return "at once";
  return fmt::format("after {} s", std::chrono::duration_cast<std::chrono::seconds>(after).count());
}

const Table<server_faults, play> table([](const ServerFault& fault) {
  return fmt::format("shadow: one that {} is counted as {} {}", fault.name, fault.shadow.outcome,
                     moment(fault.shadow.after));
});

}  // namespace
