#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proxy/request_key.h"
#include "proxy/sampler.h"
#include "understudy/config/config.h"
#include "understudy/handoff/lane.h"
#include "understudy/handoff/tainted_sessions.h"
#include "understudy/http/parser.h"
#include "understudy/net/deadline.h"
#include "understudy/net/loop.h"
#include "understudy/proxy/worker.h"
#include "understudy/upstream/upstream.h"

namespace understudy::proxy {

struct Context;

// What all sessions of one worker share, whatever the configuration says.
//
// Owner: the worker; outlives its sessions and contexts. Thread: its loop.
struct House {
  House(net::Loop& owner_loop, std::uint32_t index);
  ~House();

  net::Loop& loop;
  const std::uint32_t worker;
  std::unique_ptr<Context> current;  // what new exchanges begin with; never null
  // Left by the worker, but not yet by their last exchange.
  std::vector<std::unique_ptr<Context>> old;
  std::uint64_t copies = 0;                            // numbers the copies of this worker
  std::vector<std::unique_ptr<http::Parser>> parsers;  // at rest; a session that waits has none
  std::string body;    // scratch: what was read of a body together with its head
  std::string answer;  // scratch: what was read of an answer in one go and leaves in one write
  bool is_draining = false;  // the service stops: no answer promises to keep a connection
  Duration idle_grace{};     // what idle connections get then

  std::unique_ptr<http::Parser> take_parser(http::ParserEvents& reader);
  void give_parser(std::unique_ptr<http::Parser> parser);

  // `next` becomes the current one; the one before goes with its last exchange.
  void change_to(std::unique_ptr<Context> next);
  // That was the last exchange of `left`.
  void drop(Context& left);
};

// One configuration as one worker sees it: what an exchange works with from its beginning to its
// end. It goes at the end of the turn in which nobody needs it any more.
//
// Owner: the house. Thread: its worker's loop.
struct Context final : net::Retirable {
  // Errors: bad_config for a route or sample key that cannot be read.
  static Result<std::unique_ptr<Context>> create(House& house, Worker::Generation generation);
  Context(House& owner, Worker::Generation&& from, Sampler&& owned_sampler,
          RequestKey&& owned_session_key);

  // The session of a request that came from there; 0: it has none.
  handoff::SessionId session_of(const http::RequestHead& head, std::string_view client_ip) const;

  // An exchange begins and ends.
  void enter() { ++exchanges; }
  void leave() {
    if (--exchanges == 0 && house.current.get() != this) house.drop(*this);
  }

  // Frees some of what came home from the backstage. Later, if nothing else happens, the rest.
  void recycle();
  void on_recycling();

  // Tells the service that this worker has left the generation, when all else here is gone.
  struct Farewell {
    std::function<void()> call;
    ~Farewell() {
      if (call) call();
    }
  };

  Farewell farewell;  // the first, so it is destroyed last
  House& house;
  net::Loop& loop;
  const config::Snapshot snapshot;
  const config::Config& config;
  Sampler sampler;
  upstream::Upstream primary;
  handoff::Lane& lane;
  const std::vector<handoff::Budget*> budgets;
  handoff::TaintedSessions* const tainted;  // null: nobody asks for sessions
  const RequestKey session_key;
  const std::vector<std::string> doors;  // as config::listen_names() has them
  const std::vector<std::shared_ptr<const net::TlsServer>> listen_tls;
  const std::uint32_t generation;
  const std::size_t max_connections;
  net::Deadline recycling;
  std::size_t exchanges = 0;
};

}  // namespace understudy::proxy
