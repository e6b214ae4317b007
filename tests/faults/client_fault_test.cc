// Every way in which a client fails: what it sees and how soon, what is counted, and that nothing
// is left behind.
#include <functional>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "faults/table.h"
#include "flow/theatre.h"

using namespace understudy;
using namespace understudy::faults;
using namespace understudy::support;
using namespace std::chrono_literals;

namespace {

constexpr const char* get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* by_length = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n";
constexpr const char* in_chunks =
    "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
// More than the kernel takes for one connection.
constexpr std::size_t large = 16 * limits::mib;
// What one client may cost, whatever it does: queues, a head, a copy and an answer's capture.
constexpr std::size_t most_bytes = 8 * limits::mib;

// What one second brings.
using Tick = void (*)(ScriptedClient& client);

// One way in which a client fails, and what comes of it.
struct ClientFault {
  std::string name;  // "a client that ..."
  std::string said;  // sent at once, after which it waits or ...
  enum class Then { waits, resets, half_closes, leaves } then = Then::waits;
  Tick tick = nullptr;
  int status = 0;         // of the answer it gets before its connection ends; 0: none
  Duration after{};       // from then on
  std::string failure{};  // counted on the live path
  std::string books{};    // where its request ended: a decision or an outcome; empty: there is none
  enum class Primary { healthy, silent, large_answer } primary = Primary::healthy;
};
using Then = ClientFault::Then;
using Primary = ClientFault::Primary;

constexpr auto aborted = "client_aborted";
constexpr auto late = "client_timeout";
constexpr auto bad = "bad_request";
constexpr auto not_mirrored = "not_mirrored:client_aborted";

ClientFault stops(std::string name, std::string said) {
  return {"stops in " + name,   said, Then::waits, nullptr, 408,
          limits::body_timeout, late, not_mirrored};
}
ClientFault resets(std::string name, std::string said) {
  return {"resets in " + name, said, Then::resets, nullptr, 0, {}, aborted, not_mirrored};
}
ClientFault closes(std::string name, std::string said) {
  return {
      "closes its side in " + name, said, Then::half_closes, nullptr, 0, {}, aborted, not_mirrored};
}
// Refused before anybody else hears of it.
ClientFault refused(std::string name, std::string said, int status) {
  return {std::move(name), std::move(said), Then::waits, nullptr, status, {}, bad, ""};
}
// Refused when a part of it is under way.
ClientFault refused_later(std::string name, std::string said, int status) {
  return {std::move(name), std::move(said), Then::waits, nullptr, status, {}, bad, not_mirrored};
}

std::string many(std::string_view piece, std::size_t bytes = limits::mib) {
  std::string all;
  while (all.size() < bytes) all.append(piece);
  return all;
}

const ClientFault client_faults[] = {
    // It says nothing, or nothing more.
    {"connects and says nothing", "", Then::waits, nullptr, 0, limits::header_timeout, "", ""},
    {"stops in its head", "GET /x HT", Then::waits, nullptr, 408, limits::header_timeout, late, ""},
    stops("a body by length", std::string(by_length) + "half"),
    stops("the size of a chunk", std::string(in_chunks) + "1"),
    stops("a chunk", std::string(in_chunks) + "9\r\nhalf"),
    stops("its trailers", std::string(in_chunks) + "4\r\nhalf\r\n0\r\nX-T"),
    {"says nothing more after its answer", get, Then::waits, nullptr, 200,
     limits::keepalive_timeout, "", "same"},

    // It trickles, a byte or little more a second.
    {"trickles its head", "G", Then::waits, [](ScriptedClient& client) { client.send("E"); }, 408,
     limits::header_timeout, late, ""},
    {"trickles a body by length", by_length, Then::waits,
     [](ScriptedClient& client) { client.send("x"); }, 408, limits::body_timeout, late,
     not_mirrored},
    {"trickles chunks", in_chunks, Then::waits,
     [](ScriptedClient& client) { client.send("1\r\nx\r\n"); }, 408, limits::body_timeout, late,
     not_mirrored},
    {"trickles trailers", std::string(in_chunks) + "0\r\n", Then::waits,
     [](ScriptedClient& client) { client.send("X: y\r\n"); }, 408, limits::body_timeout, late,
     not_mirrored},

    // It resets.
    {"resets at once", "", Then::resets},
    {"resets in its head", "GET /x HT", Then::resets},
    {"resets while its answer is made",
     get,
     Then::resets,
     nullptr,
     0,
     {},
     aborted,
     "not_compared:client_aborted",
     Primary::silent},
    {"resets while its answer comes",
     get,
     Then::leaves,
     nullptr,
     0,
     {},
     aborted,
     "not_compared:client_aborted",
     Primary::large_answer},
    resets("a body by length", std::string(by_length) + "half"),
    resets("the size of a chunk", std::string(in_chunks) + "1"),
    resets("a chunk", std::string(in_chunks) + "9\r\nhalf"),
    resets("its trailers", std::string(in_chunks) + "4\r\nhalf\r\n0\r\nX-T"),

    // It closes its side cleanly, but too early.
    {"closes its side at once", "", Then::half_closes},
    {"closes its side in its head", "GET /x HT", Then::half_closes},
    {"closes its side behind its request", get, Then::half_closes, nullptr, 200, {}, "", "same"},
    closes("a body by length", std::string(by_length) + "half"),
    closes("the size of a chunk", std::string(in_chunks) + "1"),
    closes("a chunk", std::string(in_chunks) + "9\r\nhalf"),
    closes("its trailers", std::string(in_chunks) + "4\r\nhalf\r\n0\r\nX-T"),

    // It floods.
    refused("floods with a target", "GET /" + many("x"), 414),
    refused("floods with one field", "GET / HTTP/1.1\r\nX: " + many("x"), 431),
    refused("floods with fields", "GET / HTTP/1.1\r\n" + many("X: y\r\n"), 431),
    refused("floods with empty lines", many("\r\n"), 400),
    refused_later("floods with a chunk extension", in_chunks + std::string("4;") + many("x=y;"),
                  400),
    refused_later("floods with digits of a chunk size", in_chunks + many("0"), 400),
    refused_later("floods with trailers", in_chunks + std::string("0\r\n") + many("X: y\r\n"), 431),

    // It lies about its length.
    {"sends more than it promised",
     std::string(get) + "and more\r\n\r\n",
     Then::waits,
     nullptr,
     200,
     {},
     bad,
     "same"},
    refused("states two lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nlive",
            400),
    refused("states a length and chunks",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\n",
            400),
    refused("states a length below zero",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\nlive", 400),
    refused("states a length that no number holds",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
    refused_later("sends a chunk longer than its size",
                  std::string(in_chunks) + "2\r\nlive\r\n0\r\n\r\n", 400),
    refused_later("states a chunk size that no number holds",
                  std::string(in_chunks) + "10000000000000000\r\nlive\r\n", 400),

    // It sends garbage.
    refused("sends a poem", "Roses are red\r\n\r\n", 400),
    refused("sends zeros", std::string(1000, '\0'), 400),
    refused("speaks TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400),
    refused("speaks HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    refused("puts a NUL into a field", std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 28),
            400),
    refused_later("puts garbage where a chunk belongs",
                  std::string(in_chunks) + "4\r\nhalf\r\nwhat?\r\n", 400),
};

void prepare(Theatre& theatre, Primary primary) {
  theatre.primary.answers(200, "live");
  theatre.shadow.answers(200, "live");
  if (primary == Primary::silent) theatre.primary.stays_silent();
  if (primary == Primary::large_answer) theatre.primary.answers(200, std::string(large, 'x'));
}

void settle_down(Theatre& theatre) {
  for (int i = 0; i < 4; ++i) pump_a_little(theatre.loop);
}

// A second after the other, up to a microsecond before the end of `time`.
void wait(Theatre& theatre, ScriptedClient& client, const ClientFault& fault) {
  for (auto left = fault.after - Duration(1); left > Duration::zero(); left -= 1s) {
    theatre.advance(std::min<Duration>(left, 1s));
    if (fault.tick != nullptr) fault.tick(client);
  }
  pump_a_little(theatre.loop);
}

void check_sight(Theatre& theatre, ScriptedClient& client, const ClientFault& fault) {
  if (fault.status != 0) {
    const auto reply = client.reply();
    CHECK(reply.is_complete);
    CHECK(reply.status == fault.status);
  }
  pump_a_little(theatre.loop);
  if (fault.then == Then::waits && fault.failure != bad) CHECK(client.sees_end());
  if (fault.failure != bad) CHECK(client.unread().empty());
}

// Where the request ended, of which there is one at most.
void check_books(Theatre& theatre, const ClientFault& fault) {
  std::map<std::string, std::uint64_t> expected;
  if (!fault.failure.empty()) expected.emplace(fault.failure, 1);
  CHECK(theatre.failures() == expected);
  const std::uint64_t requests = fault.books.empty() ? 0 : 1;
  CHECK(theatre.decisions("received") == requests);
  if (requests == 0) return;
  CHECK(theatre.decisions(fault.books) + theatre.outcomes(fault.books) == 1);
}

void play(const ClientFault& fault) {
  leaves_nothing([&] {
    Theatre theatre;
    prepare(theatre, fault.primary);
    auto client = theatre.new_client();
    if (fault.then == Then::leaves) client->stop_reading();
    client->send(fault.said);
    settle_down(theatre);
    if (fault.then == Then::resets) client->reset();
    if (fault.then == Then::leaves) client->leave();
    if (fault.then == Then::half_closes) client->finish_writing();
    settle_down(theatre);
    if (fault.after != Duration::zero()) {
      wait(theatre, *client, fault);
      CHECK(theatre.connections() == 1);
      theatre.advance(Duration(1));
      if (fault.tick != nullptr) fault.tick(*client);
    }

    check_sight(theatre, *client, fault);
    client.reset();
    theatre.settle();
    CHECK(pump_until(theatre.loop, [&] { return theatre.connections() == 0; }));
    theatre.close();
    check_books(theatre, fault);
  });
}

std::string moment(Duration after) {
  if (after == Duration::zero()) return "at once";
  return fmt::format("after {} s", std::chrono::duration_cast<std::chrono::seconds>(after).count());
}

std::string sight(const ClientFault& fault) {
  if (fault.status != 0) return fmt::format("gets a {}", fault.status);
  return fault.then == Then::waits ? "is closed without a word" : "is forgotten";
}

const Table<client_faults, play> table([](const ClientFault& fault) {
  return fmt::format("client: one that {} {} {}", fault.name, sight(fault), moment(fault.after));
});

// A client that takes `step` bytes whenever it is told to, with as little kernel memory as allowed.
class SlowReader {
 public:
  explicit SlowReader(const net::Address& server) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const int smallest = 1;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
    REQUIRE(connect(socket_, server.raw(), server.raw_size()) == 0);
  }
  ~SlowReader() { close(socket_); }
  void send(std::string_view bytes) {
    REQUIRE(::send(socket_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }
  // False when the connection is reset.
  bool take(std::size_t step) {
    std::string bytes(step, '\0');
    return recv(socket_, bytes.data(), step, MSG_DONTWAIT) >= 0 || errno == EAGAIN;
  }

 private:
  const int socket_;
};

}  // namespace

TEST_CASE("client: one that never reads its answer is cut after body_timeout") {
  leaves_nothing([] {
    Theatre theatre;
    prepare(theatre, Primary::large_answer);
    auto client = theatre.new_client();
    client->stop_reading();
    client->send(get);
    settle_down(theatre);
    take_peak_bytes();

    theatre.advance(limits::body_timeout - Duration(1));
    CHECK(theatre.connections() == 1);
    theatre.advance(Duration(1));

    CHECK(theatre.connections() == 0);
    CHECK(theatre.failures() == std::map<std::string, std::uint64_t>{{late, 1}});
    client->read_again();
    CHECK(client->sees_end());
    CHECK_FALSE(client->reply().is_complete);
    theatre.close();
    CHECK(theatre.outcomes("not_compared:client_aborted") == 1);
  });
}

TEST_CASE("client: one that reads more slowly than min_body_rate is cut within two periods") {
  leaves_nothing([] {
    Theatre theatre;
    theatre.config().server.min_body_rate = 16 * limits::kib;
    prepare(theatre, Primary::large_answer);
    SlowReader client(theatre.address());
    pump_a_little(theatre.loop);
    client.send(get);
    settle_down(theatre);

    auto waited = 0s;
    while (theatre.connections() == 1 && waited < 600s) {
      client.take(4 * limits::kib);
      theatre.advance(1s);
      ++waited;
    }

    CHECK(waited <= 2 * limits::body_timeout);
    CHECK(theatre.failures() == std::map<std::string, std::uint64_t>{{late, 1}});
  });
}

TEST_CASE("client: one that reads slowly, but faster than min_body_rate, gets everything") {
  Theatre theatre;
  prepare(theatre, Primary::large_answer);
  auto client = theatre.new_client();
  client->send(get);

  for (int i = 0; i < 600 && client->total_received() < large; ++i) {
    client->read_again();
    theatre.loop.turn(false);
    client->stop_reading();
    theatre.advance(1s);
  }

  CHECK(client->reply().is_complete);
  CHECK(theatre.failures().empty());
}

TEST_CASE("client: an upload slower than body_timeout as a whole arrives, if it is fast enough") {
  Theatre theatre;
  prepare(theatre, Primary::healthy);
  auto client = theatre.new_client();
  constexpr int seconds = 300;
  client->send(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
                           seconds * limits::min_body_rate));
  for (int i = 0; i < seconds; ++i) {
    theatre.advance(1s);
    client->send(std::string(limits::min_body_rate, 'x'));
  }

  CHECK(client->reply().status == 200);
  CHECK(theatre.failures().empty());
}

TEST_CASE("client: with min_body_rate 0 an upload may take for ever") {
  Theatre theatre;
  theatre.config().server.min_body_rate = 0;
  prepare(theatre, Primary::healthy);
  auto client = theatre.new_client();
  client->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n");
  for (int i = 0; i < 200; ++i) {
    theatre.advance(1s);
    client->send("x");
  }

  CHECK(client->reply().status == 200);
}

TEST_CASE("client: the time in which the primary takes nothing is not held against an upload") {
  Theatre theatre;
  theatre.config().primary.idle_timeout = 1000s;
  theatre.primary.stops_reading();
  auto client = theatre.new_client();
  client->send(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", large));
  client->send(std::string(large, 'x'));
  settle_down(theatre);

  for (int i = 0; i < 300; ++i) theatre.advance(1s);

  CHECK(theatre.connections() == 1);
  CHECK(theatre.failures().empty());
}

TEST_CASE("client: one that pipelines and does not read costs a bounded amount of memory") {
  Theatre theatre;
  prepare(theatre, Primary::healthy);
  theatre.primary.answers(200, std::string(4000, 'x'));
  auto client = theatre.new_client();
  client->stop_reading();
  settle_down(theatre);
  take_peak_bytes();
  const auto before = Belongings::now().bytes;

  const auto requests = many(get, 64 * limits::kib);
  for (int i = 0; i < 100; ++i) {
    if (client->queued_bytes() < limits::mib) client->send(requests);
    for (int turn = 0; turn < 200; ++turn) theatre.loop.turn(false);
  }

  CHECK(take_peak_bytes() - before < most_bytes);
  theatre.advance(limits::body_timeout);
  CHECK(theatre.connections() == 0);
}

TEST_CASE("client: one that pipelines and reads late gets every answer in order") {
  Theatre theatre;
  prepare(theatre, Primary::healthy);
  theatre.primary.answers_with([](const ScriptedServer::Request& request) {
    return ScriptedServer::message(200, request.line() + std::string(4000, 'x'));
  });
  auto client = theatre.new_client();
  client->stop_reading();
  constexpr int requests = 3000;
  for (int i = 0; i < requests; ++i) {
    client->send(fmt::format("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", i));
  }
  for (int i = 0; i < 100; ++i) pump_a_little(theatre.loop);
  client->read_again();

  for (int i = 0; i < requests; ++i) {
    const auto reply = client->reply();
    REQUIRE(reply.is_complete);
    REQUIRE(reply.body.rfind(fmt::format("GET /{} ", i), 0) == 0);
  }
}
