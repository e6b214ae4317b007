#include "sweep/play.h"

#include <map>

#include "support/certificates.h"

namespace understudy::sweep {

using namespace support;

namespace {

using namespace std::chrono_literals;

// One round is far more turns than any step between two neighbours on one machine needs.
constexpr int turns_per_round = 40;
constexpr Duration round_time = 100ms;
constexpr int most_rounds = 200;
// Shorter than most_rounds * round_time together, so that a wait without end shows.
constexpr Duration wait = 2s;

void shorten_waits(config::Config& config) {
  config.server.header_timeout = wait;
  config.server.body_timeout = wait;
  config.primary.connect_timeout = wait;
  config.primary.timeout = wait;
  config.primary.idle_timeout = wait;
  config.shadows.front().timeout = wait;
}

bool is_honest(int status) {
  constexpr int bad_gateway = 502, unavailable = 503, gateway_timeout = 504, timeout = 408;
  return status == bad_gateway || status == unavailable || status == gateway_timeout ||
         status == timeout;
}

bool may_be_repeated(std::string_view line) {
  return line.starts_with("GET ") || line.starts_with("HEAD ");
}

}  // namespace

Play::Play() {
  const PeerScope peers;
  theatre_ = std::make_unique<Theatre>();
  shorten_waits(theatre_->config());
}

std::unique_ptr<ScriptedClient> Play::enter() {
  const PeerScope peers;
  return theatre_->new_client({{}, client_tls_, {}});
}

void Play::speak_tls() {
  static net::TlsTickets tickets(system_clock());
  theatre_->speaks_tls({tls_server(tickets), tls_client(), tls_client()});
  const PeerScope peers;
  client_tls_ = tls_client();
  primary().speaks_tls(tls_server(tickets));
  shadow().speaks_tls(tls_server(tickets));
}

bool Play::await(const std::function<bool()>& done) {
  for (int round = 0; round < most_rounds; ++round) {
    for (int turn = 0; turn < turns_per_round; ++turn) {
      if (done()) return true;
      theatre_->loop.deadlines().sweep();
      theatre_->loop.turn(false);
    }
    theatre_->clock.advance(round_time);
  }
  // What the kernel holds back (small pieces, without TCP_NODELAY) follows the real clock.
  const auto patience = std::chrono::steady_clock::now() + 1s;
  while (!done() && std::chrono::steady_clock::now() < patience) theatre_->advance({});
  return done();
}

void Play::wait_for_all() {
  for (auto waited = Duration::zero(); waited < 3 * wait; waited += wait / 4) {
    theatre_->advance(wait / 4);
  }
}

void Play::ask(ScriptedClient& client, std::string_view request, const Expected& expected) {
  client.send(request);
  hear(client, expected);
}

void Play::hear(ScriptedClient& client, const Expected& expected) {
  constexpr int final_status = 200, switching = 101;
  std::optional<Reply> reply;
  const bool is_in_time = await([&] {
    reply = client.reply_if_there(expected.method);
    if (!reply || !reply->is_complete) return reply.has_value();
    return reply->status >= final_status || reply->status == switching;
  });
  CHECK_MESSAGE(is_in_time, "no answer and no end");
  if (!is_in_time) return;
  if (is_right(client, *reply, expected)) {
    ++right_;
    return;
  }
  ++honest_;
  const bool is_cut = !reply->is_complete || client.was_reset();
  CHECK_MESSAGE((is_cut || is_honest(reply->status)), "a wrong answer: ", reply->head, "\n",
                reply->body.substr(0, 200));
}

void Play::hear_bytes(ScriptedClient& client, std::string_view expected) {
  const auto& heard = client.unread();
  CHECK_MESSAGE(await([&] { return heard.size() >= expected.size() || client.has_ended(); }),
                "the tunnel is stuck");
  CHECK_MESSAGE(expected.starts_with(heard), "wrong bytes: ", heard);
}

bool Play::is_right(ScriptedClient& client, const Reply& reply, const Expected& expected) {
  if (expected.status == Expected::cut) return !reply.is_complete;
  if (!reply.is_complete || reply.status != expected.status) return false;
  // What ends with the connection is whole only if it ended cleanly.
  const bool is_framed = !reply.field("Content-Length").empty() ||
                         !reply.field("Transfer-Encoding").empty() || reply.body.empty();
  return (is_framed || !client.was_reset()) && reply.body == expected.body.value_or(reply.body);
}

void Play::prove_alive() {
  const auto before = right_;
  primary().answers(200, "alive");
  shadow().answers(200, "alive");
  // The fault may strike just now: only once.
  for (int attempt = 0; attempt < 2 && right_ == before; ++attempt) {
    const auto client = enter();
    ask(*client, "GET /alive HTTP/1.1\r\nHost: a\r\n\r\n", {200, "alive"});
  }
  CHECK_MESSAGE(right_ == before + 1, "the house does not serve any more");
}

void Play::prove_once() {
  std::map<std::string, int> seen;
  for (const auto& request : primary().requests()) {
    const auto line = request->line();
    const int times = ++seen[line];
    CHECK_MESSAGE(times <= (may_be_repeated(line) ? 2 : 1), "sent again: ", line);
  }
}

}  // namespace understudy::sweep
