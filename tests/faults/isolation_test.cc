// Whatever a shadow does, the client gets the same bytes as without any shadow: status, every field
// and the body.
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "faults/server_faults.h"
#include "faults/table.h"
#include "flow/theatre.h"
#include "proxy/front_stage.h"

using namespace understudy;
using namespace understudy::faults;
using namespace understudy::support;

namespace {

constexpr std::size_t large = 300 * limits::kib;

// One live exchange: what the client says, and what the primary answers.
struct Exchange {
  const char* name;
  std::string request;
  std::string answer;
};

std::string chunks(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += "1000\r\n" + std::string(0x1000, 'c') + "\r\n";
  return all;
}

const Exchange exchanges[] = {
    {"GET", "GET /a?b=%20 HTTP/1.1\r\nHost: a\r\nX-Odd:  kept \r\n\r\n",
     "HTTP/1.1 200 Fine\r\nServer: s\r\nX-b: 2\r\nX-A: 1\r\nx-B: 3\r\nSet-Cookie: a=1\r\n"
     "Set-Cookie: b=2\r\nContent-Length: 4\r\n\r\nlive"},
    {"large chunked answer", "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + chunks(100) +
         "0\r\nX-Sum: 17\r\n\r\n"},
    {"HTTP/1.0", "GET /old HTTP/1.0\r\n\r\n",
     "HTTP/1.0 200 OK\r\nContent-Length: 300\r\n\r\n" + std::string(300, 'o')},
    {"upload",
     fmt::format("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}", large,
                 std::string(large, 'u')),
     "HTTP/1.1 201 Made\r\nLocation: /up/1\r\nContent-Length: 0\r\n\r\n"},
    {"upload in chunks",
     "PUT /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(100) +
         "0\r\nX-Sum: 17\r\n\r\n",
     "HTTP/1.1 204 Done\r\n\r\n"},
    {"upload that is expected",
     "POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"HEAD", "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 1234567\r\nETag: \"x\"\r\n\r\n"},
    {"304", "GET /a HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"x\"\r\n\r\n",
     "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 4\r\n\r\n"},
    {"error", "DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n",
     "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nContent-Length: 5\r\n\r\nlater"},
    {"broken answer", "GET /broken HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nX\r\n\r\n"},
    {"early hints", "GET /hints HTTP/1.1\r\nHost: a\r\n\r\n",
     "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
    {"pipeline",
     "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS /2 HTTP/1.1\r\nHost: a\r\n\r\n"
     "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
};
constexpr std::size_t broken_exchange = 9;  // the one that is counted as a failure

// All that the client got. Where a chunk ends is the kernel's whim, so chunks are put together.
struct Heard {
  std::vector<std::string> parts;
  bool operator==(const Heard&) const = default;
};

void listen(ScriptedClient& client, std::string_view method, Heard& heard) {
  while (const auto reply = client.reply_if_there(method)) {
    for (const auto& part : {reply->head, reply->body, reply->trailers})
      heard.parts.push_back(part);
    if (!reply->is_complete) return;
  }
}

// Hears until `expected` is there, and a little longer.
template <typename Stage>
Heard play_exchange(Stage& stage, const Exchange& exchange, const Heard* expected) {
  stage.primary.answers(exchange.answer);
  auto client = stage.new_client();
  client->send(exchange.request);
  const auto method = std::string_view(exchange.name) == "HEAD" ? "HEAD" : "GET";
  Heard heard;
  const auto is_enough = [&] {
    listen(*client, method, heard);
    return expected != nullptr && heard.parts.size() >= expected->parts.size();
  };
  for (int i = 0; i < 20 && !is_enough(); ++i) pump_a_little(stage.loop);
  stage.advance(2s);
  listen(*client, method, heard);
  heard.parts.push_back(client->unread());
  return heard;
}

const Heard& without_shadow(std::size_t exchange) {
  static Heard known[std::size(exchanges)];
  if (known[exchange].parts.empty()) {
    FrontStage stage;
    known[exchange] = play_exchange(stage, exchanges[exchange], nullptr);
    REQUIRE(known[exchange].parts.size() > 1);
  }
  return known[exchange];
}

void check_exchanges(Theatre& theatre) {
  for (std::size_t i = 0; i < std::size(exchanges); ++i) {
    CAPTURE(i);
    const auto& expected = without_shadow(i);
    CHECK((play_exchange(theatre, exchanges[i], &expected) == expected));
    CHECK(theatre.failures().size() == (i >= broken_exchange ? 1 : 0));
  }
  theatre.advance(limits::shadow_timeout);
  theatre.settle();
}

// Every exchange beside one broken shadow, of which most copies are still under way when the next
// exchange comes.
void play(const ServerFault& fault) {
  Theatre theatre;
  fault.play(theatre.shadow);
  check_exchanges(theatre);
}

const Table<server_faults, play> table([](const ServerFault& fault) {
  return fmt::format("isolation: a shadow that {} changes no byte of any answer", fault.name);
});

}  // namespace

TEST_CASE("isolation: a healthy shadow changes no byte of any answer") {
  Theatre theatre;
  theatre.shadow.answers(healthy_answer);
  check_exchanges(theatre);
}

TEST_CASE("isolation: sixteen shadows, each broken in another way, change no byte together") {
  Theatre theatre;
  server_faults[0].play(theatre.shadow);
  for (std::size_t i = 1; i < limits::max_shadows; ++i) {
    server_faults[i * 4 % std::size(server_faults)].play(
        theatre.add_shadow(fmt::format("broken-{}", i)));
  }
  check_exchanges(theatre);
}
