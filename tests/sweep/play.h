#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "flow/theatre.h"
#include "sweep/shim.h"

namespace understudy::sweep {

// What a request's answer is when nothing fails.
struct Expected {
  static constexpr int cut = 0;  // it begins and does not end
  int status = 200;
  std::optional<std::string> body;  // any, if there is none
  std::string_view method = "GET";
};

// A theatre in which one system call of the house may fail, and its judge: every answer is right,
// an honest error or a visible cut, and comes within bounded turns and bounded time.
//
// Owner: a sweep. Ends with the theatre's own proof, see there.
class Play {
 public:
  Play();

  support::Theatre& theatre() { return *theatre_; }
  support::ScriptedServer& primary() { return theatre_->primary; }
  support::ScriptedServer& shadow() { return theatre_->shadow; }
  std::unique_ptr<support::ScriptedClient> enter();
  // TLS on every leg; before the house opens.
  void speak_tls();

  // Waits for the next answer and judges it.
  void hear(support::ScriptedClient& client, const Expected& expected);
  void ask(support::ScriptedClient& client, std::string_view request, const Expected& expected);
  // What comes through a tunnel: these, or fewer and the end.
  void hear_bytes(support::ScriptedClient& client, std::string_view expected);
  // Turns until it holds, with the clock going on while nothing happens; false after too long.
  bool await(const std::function<bool()>& done);
  // Long enough for every wait of the house to end.
  void wait_for_all();
  // Whatever failed before: the house serves a new client.
  void prove_alive();
  // No request that must not be repeated was seen twice by the primary.
  void prove_once();
  void close() { theatre_->close(); }

  unsigned right() const { return right_; }
  unsigned honest() const { return honest_; }  // errors that say so, and visible cuts

 private:
  bool is_right(support::ScriptedClient& client, const support::Reply& reply,
                const Expected& expected);

  std::unique_ptr<support::Theatre> theatre_;
  std::shared_ptr<const net::TlsClient> client_tls_;
  unsigned right_ = 0;
  unsigned honest_ = 0;
};

}  // namespace understudy::sweep
