// Plays that nobody wrote: random servers, clients and clocks from a fixed list of seeds. Whatever
// happens, every play ends with the theatre's proof: loops closed clean, books balanced, budgets at
// zero.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "flow/theatre.h"
#include "support/dice.h"

using namespace understudy;
using namespace understudy::support;

namespace {

constexpr std::uint64_t plays = 300;
constexpr int steps_per_play = 40;
constexpr std::size_t most_clients = 4;

std::string some_body(Dice& dice) {
  constexpr std::array<std::size_t, 8> sizes{0, 1, 9, 100, 5'000, 20'000, 70'000, 700'000};
  return std::string(dice.one_of(sizes), static_cast<char>('a' + dice.below(3)));
}

std::string in_chunks(Dice& dice, std::string_view body) {
  std::string result;
  while (!body.empty()) {
    const auto piece = body.substr(0, 1 + dice.below(body.size()));
    result += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    body.remove_prefix(piece.size());
  }
  return result + (dice.one_in(3) ? "0\r\nX-T: t\r\n\r\n" : "0\r\n\r\n");
}

// --- servers ---

std::string some_answer(Dice& dice) {
  const auto body = some_body(dice);
  switch (dice.below(10)) {
    case 0:
      return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + in_chunks(dice, body);
    case 1:
      return "HTTP/1.1 204 None\r\n\r\n";
    case 2:
      return "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n";
    case 3:
      return "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 103 Hint\r\nX: y\r\n\r\n" +
             ScriptedServer::message(200, body);
    case 4:
      return fmt::format("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
    case 5:
      return ScriptedServer::message(500, body, "Connection: close\r\n");
    default:
      return ScriptedServer::message(200, body);
  }
}

std::string some_wrong_answer(Dice& dice) {
  switch (dice.below(6)) {
    case 0:
      return "garbage\r\n\r\n";
    case 1:
      return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab";
    case 2:
      return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdeXX";
    case 3:
      return "HTTP/1.1 101 Switch\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nearly";
    case 4:
      return ScriptedServer::message(200, "ok") + "bytes that nobody asked for";
    default:
      return "HTTP/1.1 200 OK\r\nContent-Le";
  }
}

std::string some_end(Dice& dice) {
  if (dice.one_in(2)) return some_wrong_answer(dice);
  return "HTTP/1.1 200 OK\r\n\r\n" + some_body(dice);
}

void script(ScriptedServer& server, Dice& dice) {
  switch (dice.below(28)) {
    case 0:
    case 1:
      return server.answers(some_wrong_answer(dice));
    case 2:
    case 3:
      return server.answers_at_head(some_answer(dice));
    case 4:
      return server.answers_at_head(some_wrong_answer(dice));
    case 5:
    case 6:
      return server.stays_silent();
    case 7:
      return server.stops_reading();
    case 8:
    case 9:
      return server.resets();
    case 10:
    case 11:
      return server.closes_after(some_end(dice));
    case 12:
      return server.trickles("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Duration(1000));
    case 13:
      return server.closes_connections();
    case 14:
      return server.closes_next_request();
    case 15:
      if (dice.one_in(4)) return server.floods();
      return server.answers(some_answer(dice));
    case 16:
      if (dice.one_in(4)) return server.stops_listening();
      return server.answers(some_answer(dice));
    default:
      return server.answers(some_answer(dice));
  }
}

// --- clients ---

std::string some_request(Dice& dice) {
  constexpr std::array methods{"GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS"};
  constexpr std::array versions{"1.1", "1.1", "1.1", "1.0"};
  constexpr std::array extras{"",
                              "",
                              "",
                              "Connection: close\r\n",
                              "Connection: keep-alive\r\n",
                              "Understudy-Shadow: 1\r\n"};
  const bool is_old = dice.one_in(5);
  auto head = fmt::format("{} /{} HTTP/{}\r\nHost: a\r\n{}", dice.one_of(methods), dice.below(9),
                          is_old ? "1.0" : dice.one_of(versions), dice.one_of(extras));
  if (dice.one_in(20)) return head + "Connection: Upgrade\r\nUpgrade: x\r\n\r\nraw bytes";
  if (dice.one_in(8)) head += "Expect: 100-continue\r\n";
  if (dice.one_in(2)) return head + "\r\n";
  const auto body = some_body(dice);
  if (dice.one_in(2)) return head + fmt::format("Content-Length: {}\r\n\r\n", body.size()) + body;
  return head + "Transfer-Encoding: chunked\r\n\r\n" + in_chunks(dice, body);
}

// One client and what it has not said yet.
struct Guest {
  std::unique_ptr<ScriptedClient> client;
  std::string unsaid;
  bool has_finished = false;

  void say(Dice& dice) {
    if (has_finished) return;
    if (unsaid.empty()) {
      for (auto count = dice.one_in(4) ? 1 + dice.below(6) : 1; count > 0; --count) {
        unsaid += some_request(dice);
      }
      if (dice.one_in(30)) unsaid += "neither HTTP nor anything\r\n\r\n";
    }
    const auto now = dice.one_in(2) ? unsaid.size() : 1 + dice.below(unsaid.size());
    client->send(unsaid.substr(0, now));
    unsaid.erase(0, now);
  }
};

// --- the play ---

class Play {
 public:
  explicit Play(std::uint64_t seed) : dice_(seed) { configure(); }

  void run() {
    for (int step = 0; step < steps_per_play; ++step) {
      act();
      for (auto turns = dice_.below(12); turns > 0; --turns) {
        theatre_.loop.deadlines().sweep();
        theatre_.loop.turn(false);
      }
    }
    if (dice_.one_in(2)) guests_.clear();
    if (dice_.one_in(2)) theatre_.advance(std::chrono::seconds(80));
    theatre_.close();
  }

  void note_outcomes(std::map<std::string, std::uint64_t>& seen) {
    for (const auto* outcome :
         {"same", "different", "shadow_failed:timed_out", "shadow_failed:reset",
          "shadow_failed:refused", "shadow_failed:closed_early", "shadow_failed:bad_answer",
          "shadow_failed:shadow_lagging", "not_compared:max_memory", "not_compared:shutdown",
          "not_compared:primary_failed", "not_compared:primary_timed_out",
          "not_compared:client_aborted", "not_compared:early_answer"}) {
      if (const auto count = theatre_.outcomes(outcome); count != 0) seen[outcome] += count;
    }
    for (const auto* decision :
         {"mirrored", "not_mirrored:percent", "not_mirrored:loop", "not_mirrored:upgrade",
          "not_mirrored:max_inflight", "not_mirrored:max_memory", "not_mirrored:client_aborted",
          "not_mirrored:early_answer", "not_mirrored:shutdown"}) {
      if (const auto count = theatre_.decisions(decision); count != 0) seen[decision] += count;
    }
  }

 private:
  void configure() {
    auto& config = theatre_.config();
    auto& shadow = theatre_.shadow_config();
    shadow.max_body_bytes =
        dice_.one_of(std::array{8 * limits::kib, 64 * limits::kib, limits::mib});
    shadow.max_memory_bytes = dice_.one_of(
        std::array{6 * limits::kib, 40 * limits::kib, 800 * limits::kib, 64 * limits::mib});
    shadow.max_inflight = dice_.one_of(std::array{1u, 3u, 256u});
    shadow.percent = dice_.one_of(std::array{100.0, 100.0, 50.0});
    config.diff.max_body_bytes = dice_.one_of(std::array{4 * limits::kib, limits::mib});
    config.primary.max_connections = dice_.one_of(std::array{0u, 0u, 0u, 1u, 2u});
    if (dice_.one_in(3)) second_ = &theatre_.add_shadow("v3");
  }

  void act() {
    switch (dice_.below(16)) {
      case 0:
        return script(theatre_.primary, dice_);
      case 1:
        return script(theatre_.shadow, dice_);
      case 2:
        if (second_ != nullptr) script(*second_, dice_);
        return;
      case 3:
        return theatre_.advance(dice_.one_of(std::array<Duration, 6>{
            std::chrono::milliseconds(1), std::chrono::milliseconds(900), limits::connect_timeout,
            limits::shadow_timeout, limits::body_timeout, limits::keepalive_timeout}));
      case 4:
        return enter();
      default:
        return act(guest());
    }
  }

  void act(Guest& guest) {
    switch (dice_.below(16)) {
      case 0:
        guest.client->finish_writing();
        guest.has_finished = true;
        return;
      case 1:
        guests_.erase(guests_.begin() + (&guest - guests_.data()));
        return;
      case 2:
      case 3:
        return guest.client->stop_reading();
      case 4:
      case 5:
        return guest.client->read_again();
      default:
        return guest.say(dice_);
    }
  }

  void enter() {
    if (guests_.size() < most_clients) guests_.push_back({theatre_.new_client(), {}});
  }
  Guest& guest() {
    if (guests_.empty()) enter();
    return guests_[dice_.below(guests_.size())];
  }

  Theatre theatre_;
  Dice dice_;
  ScriptedServer* second_ = nullptr;
  std::vector<Guest> guests_;
};

}  // namespace

TEST_CASE("chaos: every random play ends clean, with balanced books") {
  // Other plays than the usual ones: UNDERSTUDY_CHAOS_PLAYS="first last".
  std::uint64_t first = 1;
  std::uint64_t last = plays;
  if (const char* const wanted = std::getenv("UNDERSTUDY_CHAOS_PLAYS")) {
    std::istringstream(wanted) >> first >> last;
  }
  std::map<std::string, std::uint64_t> seen;
  for (auto seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    Play play(seed);
    play.run();
    play.note_outcomes(seen);
  }
  MESSAGE(fmt::format("{}", seen));
  if (last - first + 1 == plays) CHECK(seen.size() > 15);  // these plays are no monologues
}
