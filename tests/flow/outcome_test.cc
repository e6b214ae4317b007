// From the client's request to the line in the log.
#include <set>

#include "flow/theatre.h"
#include "understudy/base/limits.h"
#include "understudy/record/decode.h"

using namespace understudy;
using namespace understudy::support;

namespace {

constexpr auto json_type = "Content-Type: application/json\r\n";

}  // namespace

TEST_CASE("outcome: equal answers are counted as same and leave no record") {
  Theatre theatre;
  theatre.primary.answers(200, R"({"a":1,"b":[1,2]})", json_type);
  theatre.shadow.answers(200, R"({ "b": [1.0, 2], "a": 1 })", json_type);

  CHECK(theatre.client().get("/x").status == 200);
  theatre.settle();
  theatre.close();

  CHECK(theatre.outcomes("same") == 1);
  CHECK(theatre.records("exchange").empty());
}

TEST_CASE("outcome: each difference is found at its place") {
  Theatre theatre;
  theatre.primary.answers(200, R"({"price":10,"gone":1,"id":7})", json_type);
  theatre.shadow.answers(200, R"({"price":11,"id":"7","new":true})",
                         "Content-Type: application/json\r\nX-New: 1\r\n");

  CHECK(theatre.client().get("/items/7").body.find("10") != std::string::npos);
  theatre.settle();
  theatre.close();

  CHECK(theatre.outcomes("different") == 1);
  auto found = theatre.differences();
  std::sort(found.begin(), found.end());
  CHECK(found == std::vector<std::string>{"/gone missing", "/id type", "/new extra", "/price value",
                                          "header:X-New extra"});
}

TEST_CASE("outcome: exchanges for which a leg opened its connection are timed apart") {
  struct Case {
    const char* of_primary;
    const char* of_shadow;
    std::uint64_t cold;
  };
  for (const auto& each :
       {Case{"", "", 1}, {"Connection: close\r\n", "", 3}, {"", "Connection: close\r\n", 3}}) {
    CAPTURE(each.of_primary);
    Theatre theatre;
    theatre.primary.answers(200, "ok", each.of_primary);
    theatre.shadow.answers(200, "ok", each.of_shadow);

    for (int i = 0; i < 3; ++i) {
      CHECK(theatre.client().get("/").status == 200);
      theatre.settle();
    }
    theatre.close();

    record::EndpointCounts all;
    for (const auto& line : theatre.records("window")) {
      json::Document document;
      REQUIRE(document.parse(line));
      for (const auto& endpoint : record::decode_window(document.root()).endpoints) {
        all.latency.merge(endpoint.latency);
        all.cold_latency.merge(endpoint.cold_latency);
      }
    }
    CHECK(all.cold_latency.pairs() == each.cold);
    CHECK(all.latency.pairs() == 3 - each.cold);
  }
}

TEST_CASE("outcome: a changed status is a difference") {
  Theatre theatre;
  theatre.primary.answers(200, "ok");
  theatre.shadow.answers(500, "no");

  CHECK(theatre.client().get("/").status == 200);
  theatre.settle();
  theatre.close();

  CHECK(theatre.differences().front() == "status value");
}

TEST_CASE("outcome: every way in which a shadow fails has its reason; the client never notices") {
  struct Case {
    const char* reason;
    std::function<void(ScriptedServer&)> script;
  };
  const Case cases[] = {
      {"refused", [](auto& shadow) { shadow.stops_listening(); }},
      {"reset", [](auto& shadow) { shadow.resets(); }},
      {"closed_early", [](auto& shadow) { shadow.closes_after("HTTP/1.1 200 OK\r\nContent-Le"); }},
      {"closed_early",
       [](auto& shadow) {
         shadow.closes_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
       }},
      {"bad_answer", [](auto& shadow) { shadow.answers("garbage\r\n\r\n"); }},
      {"timed_out", [](auto& shadow) { shadow.stays_silent(); }},
      {"timed_out", [](auto& shadow) { shadow.stops_reading(); }},
      {"timed_out", [](auto& shadow) { shadow.trickles("HTTP/1.1 200 OK\r\n", Duration(1)); }},
      {"timed_out", [](auto& shadow) { shadow.floods(); }},
  };
  for (const auto& each : cases) {
    CAPTURE(each.reason);
    Theatre theatre;
    theatre.primary.answers(200, "live");
    each.script(theatre.shadow);

    const auto reply = theatre.client().get("/");
    pump_a_little(theatre.loop);
    theatre.advance(limits::shadow_timeout);
    theatre.settle();
    theatre.close();

    CHECK(reply.status == 200);
    CHECK(reply.body == "live");
    CHECK(theatre.outcomes(std::string("shadow_failed:") + each.reason) == 1);
  }
}

TEST_CASE("outcome: a primary that fails leaves nothing to compare") {
  Theatre theatre;
  theatre.primary.resets();

  CHECK(theatre.client().get("/").status == 502);
  theatre.settle();
  theatre.close();

  CHECK(theatre.outcomes("not_compared:primary_failed") == 1);
}

TEST_CASE("outcome: what runs when the service stops is counted as shutdown") {
  Theatre theatre;
  theatre.primary.answers(200, "ok");
  theatre.shadow.stays_silent();

  CHECK(theatre.client().get("/").status == 200);
  theatre.close();

  CHECK(theatre.outcomes("not_compared:shutdown") == 1);
}

TEST_CASE("outcome: two shadows are mirrored and counted apart") {
  Theatre theatre;
  auto& second = theatre.add_shadow("v3");
  theatre.primary.answers(200, "a");
  theatre.shadow.answers(200, "a");
  second.answers(200, "b");

  for (int i = 0; i < 3; ++i) CHECK(theatre.client().get("/").body == "a");
  theatre.settle();
  theatre.close();

  CHECK(theatre.outcomes("same", "v2") == 3);
  CHECK(theatre.outcomes("different", "v3") == 3);
}

TEST_CASE("outcome: items that answer alike become one endpoint, and the log says so") {
  Theatre theatre;
  theatre.primary.answers(200, R"({"slug":"x","title":"t","body":[1],"author":2})", json_type);
  theatre.shadow.answers(200, R"({"slug":"x","title":"t","body":[1],"author":3})", json_type);

  const std::vector<std::string> words{"amber", "birch", "cedar", "dunes",
                                       "ember", "fjord", "grove"};
  for (const auto& word : words) {
    CHECK(theatre.client().get("/articles/" + word).status == 200);
    theatre.settle();
  }
  theatre.close();

  std::set<std::string> before, whole;
  for (const auto& line : theatre.records("window")) {
    json::Document document;
    REQUIRE(document.parse(line));
    for (const auto& [from, to] : record::decode_window(document.root()).renamed) {
      before.insert(from);
      whole.insert(to);
    }
  }
  CHECK(before.size() == limits::learnt_siblings);
  CHECK(before.contains("GET /articles/amber"));
  CHECK(whole == std::set<std::string>{"GET /articles/{name}"});
}
