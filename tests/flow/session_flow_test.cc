// Sessions of which the shadow lacks a write, from the client to the log.
#include "flow/theatre.h"

using namespace understudy;
using namespace understudy::support;

namespace {

std::string request(const std::string& method, const std::string& session) {
  return method + " /cart HTTP/1.1\r\nHost: a\r\nX-Session: " + session +
         "\r\nContent-Length: 2\r\n\r\nhi";
}

void ask(Theatre& theatre, const std::string& method, const std::string& session) {
  theatre.client().send(request(method, session));
  CHECK(theatre.client().reply().status == 200);
  theatre.settle();
}

}  // namespace

TEST_CASE("session: after a write that was not mirrored, what differs is tainted") {
  Theatre theatre;
  theatre.config().session.key = "header:X-Session";
  theatre.shadow_config().methods = {"GET"};
  theatre.primary.answers(200, "two items");
  theatre.shadow.answers(200, "no item");

  ask(theatre, "GET", "a");
  ask(theatre, "POST", "a");
  ask(theatre, "GET", "a");
  ask(theatre, "GET", "b");
  theatre.close();

  CHECK(theatre.outcomes("different") == 2);
  CHECK(theatre.outcomes("tainted:method") == 1);
}

TEST_CASE("session: after a write that failed at the shadow, what differs is tainted") {
  Theatre theatre;
  theatre.config().session.key = "header:X-Session";
  theatre.primary.answers(200, "two items");
  theatre.shadow.resets();
  ask(theatre, "POST", "a");
  theatre.shadow.answers(200, "no item");

  ask(theatre, "GET", "a");
  ask(theatre, "GET", "b");
  theatre.close();

  CHECK(theatre.outcomes("shadow_failed:reset") == 1);
  CHECK(theatre.outcomes("tainted:shadow_failed") == 1);
  CHECK(theatre.outcomes("different") == 1);
}
