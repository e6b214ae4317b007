#include <optional>

#include <doctest/doctest.h>
#include <unistd.h>

#include "net/ends.h"
#include "support/certificates.h"
#include "support/pump.h"
#include "understudy/base/limits.h"
#include "understudy/net/listener.h"
#include "understudy/net/stream.h"
#include "understudy/net/tls.h"

using namespace understudy;
using support::End;
using support::Relay;

namespace {

using ServerTls = std::shared_ptr<const net::TlsServer>;
using ClientTls = std::shared_ptr<const net::TlsClient>;

// A listener with TLS and a client of it.
struct TlsPair final : net::ListenerEvents {
  TlsPair() {
    auto opened = net::Listener::open(loop, *net::Address::parse("127.0.0.1:0"), *this);
    REQUIRE(opened);
    listener = std::move(*opened);
    target = listener->address();
    server_tls = support::tls_server(tickets);
  }

  void on_accepted(std::unique_ptr<net::Stream> stream) override {
    server.stream = std::move(stream);
    server.stream->set_events(&server);
    if (server_tls != nullptr) server.stream->start_tls(server_tls, {});
  }

  void connect(ClientTls with = support::tls_client(), net::TlsSession session = {}) {
    client.stream =
        net::Stream::connect(loop, target, client, {prologue, std::move(with), std::move(session)});
  }
  // True when both ends stand.
  bool handshake(ClientTls with = support::tls_client(), net::TlsSession session = {}) {
    connect(std::move(with), std::move(session));
    const bool is_over = until([&] {
      return (client.is_connected && server.is_connected) || client.error || server.error;
    });
    REQUIRE(is_over);
    return client.is_connected && server.is_connected;
  }
  // As a man in the middle wants it.
  Relay& relay() {
    if (middle == nullptr) middle = std::make_unique<Relay>(loop, listener->address());
    target = middle->address();
    return *middle;
  }
  bool until(const std::function<bool()>& done) {
    return support::pump_until(loop, [&] {
      if (middle != nullptr) middle->pass();
      return done();
    });
  }
  void reset() {
    middle.reset();
    client = End();
    server = End();
    target = listener->address();
  }

  FakeClock clock;
  net::Loop loop{clock};
  net::TlsTickets tickets{clock};
  ServerTls server_tls;
  std::unique_ptr<net::Listener> listener;
  std::unique_ptr<Relay> middle;
  net::Address target;
  std::string prologue;
  End client, server;
};

// What a handshake comes to: nothing, or why the client gave up.
Error refused(const std::vector<std::string>& certificates, const ClientTls& client) {
  TlsPair pair;
  pair.server_tls = support::tls_server(pair.tickets, certificates);
  CHECK_FALSE(pair.handshake(client));
  REQUIRE(pair.until([&] { return pair.client.error.has_value(); }));
  CHECK_FALSE(pair.client.is_connected);
  return *pair.client.error;
}

}  // namespace

TEST_CASE("tls stream: bytes arrive in order, in both directions, until the clean end") {
  TlsPair pair;
  REQUIRE(pair.handshake());
  pair.server.stream->read();
  pair.client.stream->read();

  pair.client.stream->write({"one ", "two"});
  pair.client.stream->finish_writing();
  REQUIRE(pair.until([&] { return pair.server.has_ended; }));
  pair.server.stream->write("three");
  pair.server.stream->finish_writing();
  REQUIRE(pair.until([&] { return pair.client.has_ended; }));

  CHECK(pair.server.received == "one two");
  CHECK(pair.client.received == "three");
  CHECK(pair.client.has_finished);
  CHECK_FALSE(pair.client.error);
  CHECK_FALSE(pair.server.error);
}

TEST_CASE("tls stream: what is written before the handshake goes out after it") {
  TlsPair pair;
  pair.connect();

  pair.client.stream->write("early");
  pair.client.stream->finish_writing();
  REQUIRE(pair.until([&] { return pair.server.stream != nullptr; }));
  pair.server.stream->read();
  REQUIRE(pair.until([&] { return pair.server.has_ended; }));

  CHECK(pair.server.received == "early");
}

TEST_CASE("tls stream: a reader that does not read congests the writer, reading drains it") {
  TlsPair pair;
  REQUIRE(pair.handshake());
  const std::string block(1 * limits::mib, 'x');
  std::size_t written = 0;

  while (!pair.client.stream->is_congested()) {
    pair.client.stream->write(block);
    written += block.size();
    pair.loop.turn(false);
  }
  CHECK(pair.client.stream->queued_bytes() > limits::high_water_bytes);
  pair.server.stream->read();
  REQUIRE(pair.until(
      [&] { return pair.client.drained != 0 && pair.server.received.size() == written; }));

  CHECK(pair.client.drained == 1);
  CHECK_FALSE(pair.client.stream->is_congested());
  CHECK(pair.server.received == std::string(written, 'x'));
}

TEST_CASE("tls stream: after a pause nothing more is opened than the record at hand") {
  TlsPair pair;
  REQUIRE(pair.handshake());
  const std::string block(200 * limits::kib, 'y');
  pair.server.pauses_after_data = true;
  pair.server.stream->read();

  pair.client.stream->write(block);
  REQUIRE(pair.until([&] { return !pair.server.received.empty(); }));
  support::pump_a_little(pair.loop);
  CHECK(pair.server.received.size() <= limits::tls_record_bytes);
  const auto pieces = 1 + block.size() / limits::tls_record_bytes;
  for (std::size_t i = 0; i < 2 * pieces && pair.server.received.size() < block.size(); ++i) {
    pair.server.stream->read();
    support::pump_a_little(pair.loop);
  }

  CHECK(pair.server.received == block);
  CHECK(pair.server.largest_piece <= limits::tls_record_bytes);
}

TEST_CASE("tls stream: bytes that come one by one make the same conversation") {
  TlsPair pair;
  pair.relay().passes_single_bytes();
  REQUIRE(pair.handshake());
  pair.server.stream->read();
  pair.client.stream->read();

  pair.client.stream->write("question");
  pair.client.stream->finish_writing();
  REQUIRE(pair.until([&] { return pair.server.has_ended; }));
  pair.server.stream->write("answer");
  pair.server.stream->finish_writing();
  REQUIRE(pair.until([&] { return pair.client.has_ended; }));

  CHECK(pair.server.received == "question");
  CHECK(pair.client.received == "answer");
}

TEST_CASE("tls stream: an end at any byte but the last is a failure, not an end") {
  const auto client = support::tls_client();
  TlsPair pair;
  const auto converse = [&](std::size_t cut) {
    pair.reset();
    if (cut != 0) pair.relay().cuts_answer_at(cut);
    if (cut == 0) pair.relay();
    pair.connect(client);
    REQUIRE(pair.until([&] {
      const bool is_ready = pair.server.stream != nullptr && pair.server.is_connected;
      return is_ready || pair.client.error;
    }));
    pair.client.stream->read();
    pair.server.stream->write("answer");
    pair.server.stream->finish_writing();
    REQUIRE(pair.until([&] { return pair.client.has_ended || pair.client.error; }));
  };
  converse(0);
  REQUIRE(pair.client.has_ended);
  const auto whole = pair.middle->answered_bytes();

  // The handshake of every connection is as long as that of the first, up to a byte or two of the
  // signature.
  for (std::size_t cut = 1; cut + 4 < whole; cut += cut < whole - 80 ? 61 : 1) {
    INFO("cut after ", cut, " of ", whole);
    converse(cut);
    CHECK_FALSE(pair.client.has_ended);
    REQUIRE(pair.client.error);
    const auto code = pair.client.error->code;
    CHECK((code == Code::closed_early || code == Code::tls));
    CHECK((code == Code::closed_early) == pair.client.is_connected);
  }
}

TEST_CASE("tls stream: what a server says in the clear before the handshake is no data") {
  TlsPair pair;
  pair.server_tls = nullptr;
  pair.connect();
  REQUIRE(pair.until([&] { return pair.server.stream != nullptr; }));
  pair.client.stream->read();

  pair.server.stream->write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(pair.until([&] { return pair.client.error.has_value(); }));

  CHECK(pair.client.received.empty());
  CHECK_FALSE(pair.client.is_connected);
  CHECK(pair.client.error->code == Code::tls);
  CHECK(pair.client.error->detail.find("does not speak TLS") != std::string::npos);
}

TEST_CASE("tls stream: abort() lets the peer see a reset, not an end") {
  TlsPair pair;
  REQUIRE(pair.handshake());
  pair.client.stream->read();

  pair.server.stream->abort();
  pair.server.stream.reset();
  REQUIRE(pair.until([&] { return pair.client.error || pair.client.has_ended; }));

  CHECK_FALSE(pair.client.has_ended);
  CHECK(pair.client.error->code == Code::reset);
}

TEST_CASE("tls stream: one that is given up between messages says so") {
  TlsPair pair;
  REQUIRE(pair.handshake());
  pair.client.stream->read();

  pair.server.stream.reset();
  REQUIRE(pair.until([&] { return pair.client.error || pair.client.has_ended; }));

  CHECK(pair.client.has_ended);
}

TEST_CASE("tls stream: certificates that a client must not accept are named by their fault") {
  const auto client = support::tls_client();

  const auto expired = refused({"expired"}, client);
  CHECK(expired.code == Code::tls_expired);
  CHECK(expired.detail.find("localhost (127.0.0.1:") != std::string::npos);
  CHECK(expired.detail.find("has expired") != std::string::npos);

  const auto foreign = refused({"foreign"}, client);
  CHECK(foreign.code == Code::tls_unknown_issuer);
  CHECK(foreign.detail.find("unknown issuer") != std::string::npos);

  const auto named = refused({"named"}, client);
  CHECK(named.code == Code::tls_wrong_name);
  CHECK(named.detail.find("another name") != std::string::npos);
}

TEST_CASE("tls stream: a client that does not verify takes any certificate") {
  net::TlsClient::Options options;
  options.server_name = "localhost";
  options.verify = false;
  TlsPair pair;
  pair.server_tls = support::tls_server(pair.tickets, {"expired"});

  CHECK(pair.handshake(*net::TlsClient::create(options)));
}

TEST_CASE("tls stream: a server that is called by address is verified by address") {
  TlsPair pair;
  REQUIRE(pair.handshake(support::tls_client("127.0.0.1")));
  CHECK(refused({"server"}, support::tls_client("127.0.0.2")).code == Code::tls_wrong_name);
}

TEST_CASE("tls stream: the system's authorities are asked when no other is given") {
  net::TlsClient::Options options;
  options.server_name = "localhost";
  CHECK(refused({"server"}, *net::TlsClient::create(options)).code == Code::tls_unknown_issuer);
}

TEST_CASE("tls stream: the certificate is chosen by the name that the client asks for") {
  const std::vector<std::string> all = {"server", "wild", "named"};
  TlsPair pair;
  for (const char* name : {"localhost", "only.test", "any.wild.test"}) {
    pair.reset();
    pair.server_tls = support::tls_server(pair.tickets, all);
    CHECK_MESSAGE(pair.handshake(support::tls_client(name)), name);
  }
  // Nobody's name gets the first.
  CHECK(refused(all, support::tls_client("nobody.test")).code == Code::tls_wrong_name);
  CHECK(refused(all, support::tls_client("a.b.wild.test")).code == Code::tls_wrong_name);
  // Two kinds of keys for one name stand side by side.
  pair.reset();
  pair.server_tls = support::tls_server(pair.tickets, {"server-rsa", "server"});
  CHECK(pair.handshake());
}

TEST_CASE("tls stream: a server that wants to see certificates") {
  TlsPair pair;
  const auto wanting = support::tls_server(pair.tickets, {"server"}, "ca");
  pair.server_tls = wanting;

  SUBCASE("takes a client that has one") {
    CHECK(pair.handshake(support::tls_client("localhost", "client")));
  }
  SUBCASE("refuses a client without, and the client learns why") {
    pair.connect();
    REQUIRE(pair.until([&] { return pair.client.is_connected; }));
    pair.client.stream->read();
    REQUIRE(pair.until([&] { return pair.client.error && pair.server.error; }));
    CHECK(pair.client.error->code == Code::tls_client_certificate);
    CHECK(pair.client.error->detail.find("refuses our certificate") != std::string::npos);
    CHECK(pair.server.error->code == Code::tls_client_certificate);
    CHECK(pair.server.error->detail.find("shows no certificate") != std::string::npos);
  }
  SUBCASE("refuses a certificate from elsewhere") {
    pair.connect(support::tls_client("localhost", "foreign"));
    REQUIRE(pair.until([&] { return pair.server.error.has_value(); }));
    CHECK(pair.server.error->code == Code::tls_unknown_issuer);
  }
}

namespace {

// Talks once, so that the tickets arrive, and leaves with the session.
net::TlsSession session_from(TlsPair& pair, const ClientTls& client) {
  pair.reset();
  REQUIRE(pair.handshake(client));
  pair.client.stream->read();
  pair.server.stream->write("x");
  REQUIRE(pair.until([&] { return !pair.client.received.empty(); }));
  return pair.client.stream->take_tls_session();
}

bool resumes(TlsPair& pair, const ClientTls& client, net::TlsSession session) {
  pair.reset();
  REQUIRE(pair.handshake(client, std::move(session)));
  CHECK(pair.client.stream->is_tls_resumed() == pair.server.stream->is_tls_resumed());
  return pair.server.stream->is_tls_resumed();
}

}  // namespace

TEST_CASE("tls stream: a session is resumed, also by a server with new settings") {
  const auto client = support::tls_client();
  TlsPair pair;

  auto session = session_from(pair, client);
  REQUIRE(session);
  pair.server_tls = support::tls_server(pair.tickets, {"server-rsa"});

  CHECK(resumes(pair, client, std::move(session)));
  CHECK_FALSE(resumes(pair, client, {}));
}

TEST_CASE("tls stream: tickets open for two periods of their key") {
  const auto client = support::tls_client();
  TlsPair pair;

  auto first = session_from(pair, client);
  auto second = session_from(pair, client);
  pair.clock.advance(limits::ticket_key_period);
  CHECK(resumes(pair, client, std::move(first)));
  pair.clock.advance(limits::ticket_key_period);

  CHECK_FALSE(resumes(pair, client, std::move(second)));
}

TEST_CASE("tls stream: a ticket is no way around a client's certificate") {
  const auto client = support::tls_client();
  TlsPair pair;
  auto session = session_from(pair, client);
  pair.server_tls = support::tls_server(pair.tickets, {"server"}, "ca");

  pair.reset();
  pair.connect(client, std::move(session));
  REQUIRE(pair.until([&] { return pair.server.error.has_value(); }));

  CHECK(pair.server.error->code == Code::tls_client_certificate);
}

TEST_CASE("tls stream: bytes put back are told first, in a later turn") {
  TlsPair pair;
  pair.server_tls = nullptr;
  pair.connect(nullptr);
  REQUIRE(pair.until([&] { return pair.server.stream != nullptr; }));

  pair.server.stream->put_back("early ");
  pair.client.stream->write("late");
  pair.server.stream->read();
  CHECK(pair.server.received.empty());
  REQUIRE(pair.until([&] { return pair.server.received.size() == 10; }));

  CHECK(pair.server.received == "early late");
}

TEST_CASE("tls stream: a prologue goes before the handshake, in the clear") {
  TlsPair pair;
  pair.server_tls = nullptr;
  pair.prologue = "PROXY UNKNOWN\r\n";
  pair.connect();
  REQUIRE(pair.until([&] { return pair.server.stream != nullptr; }));
  pair.server.stream->read();
  REQUIRE(pair.until([&] { return pair.server.received.size() > 20; }));

  CHECK(pair.server.received.substr(0, 15) == pair.prologue);
  CHECK(pair.server.received[15] == '\x16');
  pair.server.stream->pause();
  const auto early = pair.server.received.substr(15);
  pair.server.stream->start_tls(support::tls_server(pair.tickets), early);
  CHECK(pair.until([&] { return pair.client.is_connected && pair.server.is_connected; }));
}

TEST_CASE("tls settings: files that are no good are named with what is wrong with them") {
  const auto key_of = [](const std::string& name) { return support::certificate(name).key; };
  const auto pem_of = [](const std::string& name) {
    return support::certificate(name).certificate;
  };

  const auto missing = net::check_tls_certificate("/nowhere/cert.pem");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().detail == "/nowhere/cert.pem: No such file or directory");
  const auto swapped = net::check_tls_certificate(key_of("server"));
  REQUIRE_FALSE(swapped);
  CHECK(swapped.error().detail.find("holds no certificate") != std::string::npos);
  const auto foreign = net::check_tls_key({pem_of("server"), key_of("client")});
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().detail.find("is not the key of the certificate") != std::string::npos);
  const auto no_ca = net::check_tls_authorities(key_of("ca"));
  REQUIRE_FALSE(no_ca);
  CHECK(no_ca.error().detail.find("holds no certificates") != std::string::npos);
  CHECK(net::check_tls_key(support::certificate("server")));
  CHECK(net::check_tls_authorities(pem_of("ca")));
}
