// The PROXY protocol in front of the front stage and behind it.
#include "front_stage.h"
#include "support/certificates.h"
#include "understudy/net/proxy_header.h"

using namespace understudy;
using namespace understudy::support;
using handoff::LiveFailure;

namespace {

constexpr const char* header = "PROXY TCP4 192.0.2.7 203.0.113.1 4711 443\r\n";
constexpr const char* request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

// Clients are proxies, trusted unless a test says otherwise.
struct ProxiedStage {
  explicit ProxiedStage(const std::string& mode, bool trusts = true) {
    stage.listen().proxy_protocol = mode;
    auto& trusted = stage.config().server.trusted_proxies;
    trusted = PeerSet();
    if (trusts) REQUIRE(trusted.add("127.0.0.0/8"));
  }
  std::string told_client(const std::string& bytes) {
    const auto client = stage.new_client();
    client->send(bytes);
    const auto reply = client->reply();
    if (reply.status != 200) return std::to_string(reply.status);
    return stage.primary.requests().back()->field("X-Forwarded-For");
  }

  FrontStage stage;
};

}  // namespace

TEST_CASE("proxy protocol: the told client is the one that upstreams hear of") {
  for (const char* mode : {"accept", "require"}) {
    ProxiedStage proxied(mode);
    CHECK(proxied.told_client(std::string(header) + request) == "192.0.2.7");
    const auto at = [](const char* text) { return *net::Address::parse(text); };
    const auto v2 = net::proxy_header(2, {at("[2001:db8::5]:9"), at("[::1]:443")});
    CHECK(proxied.told_client(v2 + request) == "2001:db8::5");
    CHECK(proxied.told_client(std::string("PROXY UNKNOWN\r\n") + request) == "127.0.0.1");
  }
}

TEST_CASE("proxy protocol: a header may come byte by byte") {
  ProxiedStage proxied("require");
  const auto client = proxied.stage.new_client();

  for (const char c : std::string(header) + request) {
    client->send({&c, 1});
    pump_a_little(proxied.stage.loop);
  }

  CHECK(client->reply().status == 200);
  CHECK(proxied.stage.primary.requests()[0]->field("X-Forwarded-For") == "192.0.2.7");
}

TEST_CASE("proxy protocol: behind its header a connection may wait as long as any other") {
  ProxiedStage proxied("require");
  proxied.stage.config().server.header_timeout = 3 * limits::handshake_timeout;
  const auto client = proxied.stage.new_client();
  client->send(header);
  pump_a_little(proxied.stage.loop);

  proxied.stage.advance(2 * limits::handshake_timeout);

  CHECK(client->get("/").status == 200);
}

TEST_CASE("proxy protocol: without a header, accept goes on and require ends") {
  ProxiedStage accepting("accept");
  CHECK(accepting.told_client(request) == "127.0.0.1");
  CHECK(accepting.stage.failures(LiveFailure::client_proxy) == 0);

  ProxiedStage requiring("require");
  const auto client = requiring.stage.new_client();
  client->send(request);
  CHECK(client->sees_end());
  CHECK(requiring.stage.failures(LiveFailure::client_proxy) == 1);
  CHECK(requiring.stage.primary.accepted() == 0);
}

TEST_CASE("proxy protocol: strangers tell nothing") {
  ProxiedStage accepting("accept", false);
  CHECK(accepting.told_client(std::string(header) + request) == "400");
  CHECK(accepting.told_client(request) == "127.0.0.1");

  ProxiedStage requiring("require", false);
  const auto client = requiring.stage.new_client();
  client->send(std::string(header) + request);
  CHECK(client->sees_end());
  CHECK(requiring.stage.failures(LiveFailure::client_proxy) == 1);
  CHECK(requiring.stage.worker().connections() == 0);
}

TEST_CASE("proxy protocol: a bad or a late header ends the connection") {
  ProxiedStage proxied("accept");
  const auto bad = proxied.stage.new_client();
  bad->send("PROXY TCP4 1.2.3.4\r\n");
  CHECK(bad->sees_end());
  CHECK(proxied.stage.failures(LiveFailure::client_proxy) == 1);

  ProxiedStage requiring("require");
  const auto late = requiring.stage.new_client();
  late->send("PROXY TCP4 ");
  pump_a_little(requiring.stage.loop);
  requiring.stage.advance(limits::handshake_timeout);
  CHECK(late->sees_end());
  CHECK(requiring.stage.failures(LiveFailure::client_proxy) == 1);
}

TEST_CASE("proxy protocol: what sampling by client address sees is the told client") {
  ProxiedStage proxied("require");
  auto& shadow = proxied.stage.add_shadow();
  shadow.percent = 50;
  shadow.sample_key = "client_ip";
  const auto mirrored = [&] { return proxied.stage.counters().shadows[0].mirrored.get(); };
  std::string client = header;
  CHECK(proxied.told_client(client + request) == "192.0.2.7");
  const bool is_mirrored = mirrored() == 1;

  // Same client, same decision; some other client of the same proxy, another one.
  for (int i = 0; i < 5; ++i) proxied.told_client(client + request);
  CHECK(mirrored() == (is_mirrored ? 6 : 0));
  for (int i = 0; i < 20; ++i) {
    proxied.told_client("PROXY TCP4 192.0.2." + std::to_string(i) + " 203.0.113.1 1 2\r\n" +
                        request);
  }
  CHECK(mirrored() > (is_mirrored ? 6 : 0));
  CHECK(mirrored() < 26);
}

TEST_CASE("proxy protocol: header, then TLS, then HTTP") {
  net::TlsTickets tickets{system_clock()};
  ProxiedStage proxied("require");
  proxied.stage.serves_tls(tls_server(tickets));
  const auto client = proxied.stage.new_client({header, tls_client(), {}});

  CHECK(client->get("/").status == 200);

  const auto& seen = *proxied.stage.primary.requests()[0];
  CHECK(seen.field("X-Forwarded-For") == "192.0.2.7");
  CHECK(seen.field("X-Forwarded-Proto") == "https");
}

TEST_CASE("proxy protocol: the primary is told the client, one connection for each") {
  ProxiedStage proxied("accept");
  proxied.stage.config().primary.proxy_protocol = "v1";
  const auto first = proxied.stage.new_client();
  first->send(std::string(header) + request);
  CHECK(first->reply().status == 200);
  CHECK(first->get("/again").status == 200);
  const auto second = proxied.stage.new_client();
  second->send(std::string("PROXY TCP4 192.0.2.8 203.0.113.1 1 443\r\n") + request);
  CHECK(second->reply().status == 200);

  const auto& requests = proxied.stage.primary.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0]->line() + "\r\n" == header);
  CHECK(requests[1]->line() == "GET /again HTTP/1.1");
  CHECK(requests[2]->line() == "PROXY TCP4 192.0.2.8 203.0.113.1 1 443");
  CHECK(proxied.stage.primary.accepted() == 2);
}

TEST_CASE("proxy protocol: without one in front, the primary is told both ends of the connection") {
  FrontStage stage;
  stage.config().primary.proxy_protocol = "v1";

  CHECK(stage.client().get("/").status == 200);

  const auto line = stage.primary.requests()[0]->line();
  CHECK(line.substr(0, 31) == "PROXY TCP4 127.0.0.1 127.0.0.1 ");
}

TEST_CASE("proxy protocol: a copy carries what its shadow is to be told") {
  FrontStage stage;
  stage.add_shadow("one").proxy_protocol = "v2";
  stage.add_shadow("two");

  CHECK(stage.client().get("/").status == 200);

  const auto begins = stage.handed<handoff::Begin>();
  REQUIRE(begins.size() == 2);
  const auto read = net::read_proxy_header(begins[0]->prologue);
  REQUIRE(read);
  CHECK((*read).endpoints.source.ip() == "127.0.0.1");
  CHECK(begins[1]->prologue.empty());
}
