// TLS on the legs of the front stage.
#include "front_stage.h"
#include "support/certificates.h"

using namespace understudy;
using namespace understudy::support;
using handoff::LiveFailure;

namespace {

// A front stage whose clients come with TLS.
struct SecureStage {
  SecureStage() {
    stage.listen();
    stage.serves_tls(tls_server(tickets));
  }
  std::unique_ptr<ScriptedClient> client(net::TlsSession session = {}) {
    return stage.new_client({{}, tls_client(), std::move(session)});
  }

  net::TlsTickets tickets{system_clock()};
  FrontStage stage;
};

// The primary's certificate is `name`; what the client gets, and what was counted.
void check_refused(const std::string& name, LiveFailure reason, const std::string& words) {
  net::TlsTickets tickets{system_clock()};
  FrontStage stage;
  stage.primary.speaks_tls(tls_server(tickets, {name}));
  stage.calls_primary_with(tls_client());

  const auto reply = stage.client().get("/");

  CHECK(reply.status == 502);
  CHECK(reply.body.find("localhost (127.0.0.1:") != std::string::npos);
  CHECK(reply.body.find(words) != std::string::npos);
  CHECK(stage.failures(reason) == 1);
  CHECK(stage.failures(LiveFailure::primary_failed) == 0);
  CHECK(stage.primary.requests().empty());
}

}  // namespace

TEST_CASE("secure: requests and answers pass through TLS on the client's side") {
  SecureStage secure;
  const std::string large(3 * limits::high_water_bytes, 'z');
  secure.stage.primary.answers(200, large);
  const auto client = secure.client();

  client->send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(large.size()) +
               "\r\n\r\n" + large);
  const auto reply = client->reply();

  CHECK(reply.status == 200);
  CHECK(reply.body == large);
  CHECK(client->get("/b").body == large);
  REQUIRE(secure.stage.primary.requests().size() == 2);
  CHECK(secure.stage.primary.requests()[0]->body == large);
  CHECK(secure.stage.primary.requests()[1]->field("X-Forwarded-Proto") == "https");
  CHECK(secure.stage.primary.accepted() == 1);
}

TEST_CASE("secure: plain HTTP is told in plain words that this port speaks TLS") {
  SecureStage secure;
  const auto client = secure.stage.new_client();

  const auto reply = client->get("/");

  CHECK(reply.status == 400);
  CHECK(reply.body.find("https://") != std::string::npos);
  CHECK(client->sees_end());
  CHECK_FALSE(client->was_reset());
  CHECK(secure.stage.failures(LiveFailure::bad_request) == 1);
  CHECK(secure.stage.primary.accepted() == 0);
}

TEST_CASE("secure: a handshake that does not come to its end has a deadline") {
  SecureStage secure;
  const auto silent = secure.stage.new_client();
  const auto slow = secure.stage.new_client();
  slow->send("\x16\x03\x01");
  pump_a_little(secure.stage.loop);
  CHECK(secure.stage.worker().connections() == 2);

  secure.stage.advance(limits::handshake_timeout);

  CHECK(silent->sees_end());
  CHECK(slow->sees_end());
  CHECK(secure.stage.failures(LiveFailure::client_tls) == 1);
  CHECK(secure.stage.worker().connections() == 0);
}

TEST_CASE("secure: what begins like TLS and is none ends, and is counted") {
  SecureStage secure;
  const auto client = secure.stage.new_client();

  client->send("\x16 this is no handshake at all, however long it may go on");

  CHECK(client->sees_end());
  CHECK(secure.stage.failures(LiveFailure::client_tls) == 1);
}

TEST_CASE("secure: a client that must show a certificate and has none reaches nobody") {
  SecureStage secure;
  secure.stage.serves_tls(tls_server(secure.tickets, {"server"}, "ca"));

  const auto refused = secure.client();
  CHECK_FALSE(refused->get("/").is_complete);
  CHECK(secure.stage.failures(LiveFailure::client_tls) == 1);
  const auto welcome = secure.stage.new_client({{}, tls_client("localhost", "client"), {}});
  CHECK(welcome->get("/").status == 200);
}

TEST_CASE("secure: a client that is cut off in its request is no client that has finished") {
  SecureStage secure;
  const auto client = secure.client();
  client->send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  CHECK(pump_until(secure.stage.loop, [&] { return !secure.stage.primary.requests().empty(); }));

  client->leave();

  CHECK(pump_until(secure.stage.loop,
                   [&] { return secure.stage.failures(LiveFailure::client_aborted) == 1; }));
  CHECK_FALSE(secure.stage.primary.requests()[0]->is_complete);
}

TEST_CASE("secure: the service drains while a handshake is under way") {
  SecureStage secure;
  const auto client = secure.client();
  const auto half = secure.stage.new_client();
  half->send("\x16");
  CHECK(client->get("/").status == 200);
  CHECK(secure.stage.worker().connections() == 2);
}  // ~FrontStage waits for the end

TEST_CASE("secure: the primary is spoken to with TLS, and its connection is kept") {
  net::TlsTickets tickets{system_clock()};
  FrontStage stage;
  stage.primary.speaks_tls(tls_server(tickets));
  stage.calls_primary_with(tls_client());
  stage.primary.answers(200, "private");

  CHECK(stage.client().get("/a").body == "private");
  CHECK(stage.client().get("/b").body == "private");

  CHECK(stage.primary.accepted() == 1);
}

TEST_CASE("secure: the next connection to the primary resumes the session of the last") {
  net::TlsTickets tickets{system_clock()};
  FrontStage stage;
  stage.primary.speaks_tls(tls_server(tickets));
  stage.calls_primary_with(tls_client());
  stage.primary.answers(200, "x", "Connection: close\r\n");

  for (int i = 0; i < 4; ++i) {
    CHECK(stage.client().get("/").status == 200);
  }

  CHECK(stage.primary.accepted() == 4);
  CHECK(stage.primary.resumed() == 3);
}

TEST_CASE("secure: a primary whose certificate is no good is a 502 that names host and fault") {
  check_refused("expired", LiveFailure::primary_tls_expired, "has expired");
  check_refused("foreign", LiveFailure::primary_tls_unknown_issuer, "unknown issuer");
  check_refused("named", LiveFailure::primary_tls_wrong_name, "another name");
}

TEST_CASE("secure: a primary that refuses our certificate is a 502 that says so") {
  net::TlsTickets tickets{system_clock()};
  FrontStage stage;
  stage.primary.speaks_tls(tls_server(tickets, {"server"}, "ca"));
  stage.calls_primary_with(tls_client());

  const auto reply = stage.client().get("/");

  CHECK(reply.status == 502);
  CHECK(reply.body.find("refuses our certificate") != std::string::npos);
  CHECK(stage.failures(LiveFailure::primary_tls_client_certificate) == 1);
}

TEST_CASE("secure: a primary that speaks no TLS is a 502, its words are no answer") {
  FrontStage stage;
  stage.calls_primary_with(tls_client());
  stage.primary.answers_at_head("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");

  SUBCASE("it waits for a request that never comes") {
    stage.client().send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    pump_a_little(stage.loop);
    stage.advance(limits::connect_timeout);
    const auto reply = stage.client().reply();
    CHECK(reply.status == 504);
    CHECK(reply.body.find("did not finish the TLS handshake in time") != std::string::npos);
  }
  SUBCASE("it closes") {
    stage.client().send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(pump_until(stage.loop, [&] { return stage.primary.open_connections() == 1; }));
    pump_a_little(stage.loop);
    stage.primary.closes_connections();
    const auto reply = stage.client().reply();
    CHECK(reply.status == 502);
    CHECK(reply.body.find("in the handshake") != std::string::npos);
    CHECK(stage.failures(LiveFailure::primary_tls) == 1);
  }
}

TEST_CASE("secure: an answer until close needs TLS's own end to be whole") {
  net::TlsTickets tickets{system_clock()};
  FrontStage stage;
  stage.primary.speaks_tls(tls_server(tickets));
  stage.calls_primary_with(tls_client());
  stage.primary.closes_after("HTTP/1.1 200 OK\r\n\r\nwhole");

  const auto reply = stage.client().get("/");

  CHECK(reply.is_complete);
  CHECK(reply.body == "whole");
}
