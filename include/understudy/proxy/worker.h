#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/handoff/lane.h"
#include "understudy/handoff/tainted_sessions.h"
#include "understudy/net/address.h"
#include "understudy/net/listen_socket.h"
#include "understudy/net/loop.h"
#include "understudy/net/tls.h"

namespace understudy::proxy {

// The front stage on one loop: its listening sockets, its clients, its connections to the primary.
// Knows shadows only as rules for sampling and as a lane to put copies into.
//
// Owner:   the service. Thread: its loop's (create, use and destroy it there).
// Promise: nothing on the way of a live request waits for anything behind the lane.
class Worker {
 public:
  // What one configuration brings. Several may be alive: exchanges end in the one that they began
  // with.
  struct Generation {
    std::uint32_t number = 0;  // unique among those alive
    config::Snapshot config;
    handoff::Lane* lane = nullptr;                // outlives it
    std::vector<handoff::Budget*> budgets;        // one per shadow; outlive it
    handoff::TaintedSessions* tainted = nullptr;  // outlives it; null: there are no sessions
    std::vector<net::Address> primary_addresses;  // may be empty until the name is resolved
    std::size_t max_connections = 0;              // of clients; 0 = no cap
    std::size_t max_primary_connections = 0;      // beside primary.max_connections; 0 = no cap
    // One for each [[listen]] of the configuration; null: plain. None at all: all are plain.
    std::vector<std::shared_ptr<const net::TlsServer>> listen_tls;
    std::shared_ptr<const net::TlsClient> primary_tls;  // null: plain
    std::function<void()> on_left;                      // the worker holds nothing of it any more
  };
  // What stays for the life of the process.
  struct Setup {
    std::uint32_t index = 0;  // of this worker
    Generation first;
  };
  // Errors: bad_config for a route that cannot be compiled.
  static Result<std::unique_ptr<Worker>> create(net::Loop& loop, Setup setup);
  ~Worker();

  // Listens there too. Returns the address with the port that the system chose for port 0.
  Result<net::Address> listen(const net::Address& address);
  // Takes the connections of this socket, too. `name` is the address as [[listen]] has it.
  void listen(net::ListenSocket socket, std::string name);
  // Ends listening on every socket of that name, when it has taken what waits there.
  void close(const std::string& name);

  // Makes the next generation, which waits for switch_over() and is replaced by another prepare().
  // Errors: as create().
  Result<void> prepare(Generation generation);
  // New exchanges begin with what was prepared; connections stay. Requires: prepare() was good.
  void switch_over();
  // Forgets what was prepared, if anything.
  void forget_prepared();

  // Where new connections to the primary go from now on, in the generation of that number if it is
  // still alive, or prepared.
  void set_primary_addresses(std::uint32_t generation, const std::vector<net::Address>& addresses);

  // Takes what waits to be accepted and nothing after it, lets running exchanges finish until
  // `deadline`, ends the rest, then calls `done` once. Idle connections end after `idle_grace`; a
  // request that comes before is answered, with Connection: close.
  void drain(Duration deadline, Duration idle_grace, std::function<void()> done);

  std::size_t connections() const;

  struct State;

 private:
  explicit Worker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace understudy::proxy
