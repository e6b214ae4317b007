// A worker changes to another configuration while its clients stay.
#include "front_stage.h"
#include "support/certificates.h"

using namespace understudy;
using namespace understudy::support;

namespace {

// What another configuration brings: a primary and a lane of its own.
struct Next {
  explicit Next(FrontStage& owner) : stage(owner), primary(stage.loop) {
    lane.set_wake([] {});
  }
  ~Next() { stage.close(); }

  proxy::Worker::Generation generation() {
    proxy::Worker::Generation made;
    made.number = 2;
    made.config = std::make_shared<const config::Config>();
    made.lane = &lane;
    made.primary_addresses = {primary.address()};
    made.on_left = [this] { was_left = true; };
    return made;
  }

  FrontStage& stage;
  ScriptedServer primary;
  handoff::Lane lane{0, 1};
  bool was_left = false;
};

}  // namespace

TEST_CASE("generation: a connection stays, and its next request goes by the new configuration") {
  FrontStage stage;
  Next next(stage);
  stage.primary.answers(200, "old");
  next.primary.answers(200, "new");
  CHECK(stage.client().get("/").body == "old");

  REQUIRE(stage.worker().prepare(next.generation()));
  CHECK(stage.client().get("/").body == "old");
  stage.worker().switch_over();

  CHECK(stage.client().get("/").body == "new");
  CHECK(stage.client().get("/").body == "new");
  CHECK(stage.counters().requests.get() == 2);
  CHECK(next.lane.counters.requests.get() == 2);
}

TEST_CASE("generation: one that nobody works with any more is told at once") {
  FrontStage stage;
  Next next(stage);
  Next last(stage);
  CHECK(stage.client().get("/").status == 200);
  REQUIRE(stage.worker().prepare(next.generation()));
  stage.worker().switch_over();
  CHECK(stage.client().get("/").status == 200);
  CHECK(pump_until(stage.loop, [&] { return stage.primary.open_connections() == 0; }));

  REQUIRE(stage.worker().prepare(last.generation()));
  stage.worker().switch_over();

  CHECK(pump_until(stage.loop, [&] { return next.was_left; }));
  CHECK_FALSE(last.was_left);
  CHECK(pump_until(stage.loop, [&] { return next.primary.open_connections() == 0; }));
}

TEST_CASE("generation: an exchange ends, and is counted, in the one that it began with") {
  FrontStage stage;
  Next next(stage);
  Next last(stage);
  next.primary.stays_silent();
  last.primary.answers(200, "new");
  static_cast<void>(stage.client());
  REQUIRE(stage.worker().prepare(next.generation()));
  stage.worker().switch_over();
  stage.client().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(pump_until(stage.loop, [&] { return next.primary.requests().size() == 1; }));

  REQUIRE(stage.worker().prepare(last.generation()));
  stage.worker().switch_over();
  pump_a_little(stage.loop);
  CHECK_FALSE(next.was_left);
  stage.advance(config::Primary{}.timeout);

  CHECK(stage.client().reply().status == 504);
  CHECK(stage.client().get("/").body == "new");
  CHECK(pump_until(stage.loop, [&] { return next.was_left; }));
  const auto late = static_cast<std::size_t>(handoff::LiveFailure::primary_timeout);
  CHECK(next.lane.counters.failures[late].get() == 1);
  CHECK(last.lane.counters.failures[late].get() == 0);
}

TEST_CASE("generation: addresses found before the switch are not lost") {
  FrontStage stage;
  Next next(stage);
  next.primary.answers(200, "new");
  auto nameless = next.generation();
  nameless.primary_addresses.clear();
  REQUIRE(stage.worker().prepare(std::move(nameless)));

  stage.worker().set_primary_addresses(2, {next.primary.address()});
  stage.worker().switch_over();

  CHECK(stage.client().get("/").body == "new");
}

TEST_CASE("generation: one that cannot be made leaves all as it is") {
  FrontStage stage;
  Next next(stage);
  stage.primary.answers(200, "old");
  auto bad = next.generation();
  config::Config config;
  config.routes.emplace_back();
  config.routes.back().path = "no pattern";
  bad.config = std::make_shared<const config::Config>(config);

  CHECK_FALSE(stage.worker().prepare(std::move(bad)));

  CHECK(stage.client().get("/").body == "old");
}

TEST_CASE("generation: another maximum of connections holds from the switch on") {
  FrontStage stage;
  Next next(stage);
  next.primary.answers(200, "new");
  CHECK(stage.client().get("/").status == 200);
  auto narrow = next.generation();
  narrow.max_connections = 1;

  REQUIRE(stage.worker().prepare(std::move(narrow)));
  stage.worker().switch_over();
  const auto second = stage.new_client();
  second->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  pump_a_little(stage.loop);

  CHECK(stage.worker().connections() == 1);
  CHECK(stage.client().get("/").body == "new");
  stage.client().leave();
  CHECK(second->reply().body == "new");
}

TEST_CASE("generation: a door that goes demands TLS until it is closed") {
  net::TlsTickets tickets{system_clock()};
  FrontStage stage;
  stage.listen();
  stage.serves_tls(tls_server(tickets));
  Next next(stage);
  next.primary.answers(200, "new");
  REQUIRE(stage.worker().prepare(next.generation()));
  stage.worker().switch_over();

  CHECK(stage.new_client()->get("/").status == 400);
  CHECK(next.primary.accepted() == 0);
  CHECK(stage.new_client({{}, tls_client(), {}})->get("/").body == "new");
}
