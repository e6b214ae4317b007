#pragma once

#include <memory>
#include <string>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/net/address.h"
#include "understudy/net/listen_socket.h"
#include "understudy/net/resolver.h"

namespace understudy::cli {

// The whole proxy in one object: threads, workers, backstage, log. The only place that knows both
// stages.
//
// Owner:  the verb that runs it, or a test. Thread: its owner's.
class Service {
 public:
  // Binds and starts everything; sockets that another process handed over are used where an address
  // fits. Names are looked up by `look_up`, or as usual when there is none. Errors: bad_config or
  // io, for people; nothing is left running.
  static Result<std::unique_ptr<Service>> start(config::Config config,
                                                std::vector<net::ListenSocket> inherited = {},
                                                net::LookUp look_up = {});
  // stop(), if that was not done.
  ~Service();

  // Where it listens, with the ports that the system chose.
  std::vector<net::Address> addresses() const;
  // What is in force.
  const config::Config& config() const;

  // Puts another configuration in force for all requests from now on, whole or not at all:
  // connections, unchanged listeners and running exchanges stay. Returns what changed, for people.
  // Errors: as start(); over_limit when too many older configurations still have exchanges.
  Result<std::string> reload(config::Config config);

  // The log goes on in new segments.
  void reopen_log();

  // All sockets it listens on, to be handed over; they stay the service's.
  std::vector<const net::ListenSocket*> sockets() const;

  // The files of these Unix sockets, which were handed over, go with the service from now on; those
  // that it does not use go at once.
  void own_files(const std::vector<std::string>& paths);

  // Whether another process has taken over: then idle connections are kept for a while, so that
  // their next request is answered rather than met by a closed connection, and the files of Unix
  // sockets stay.
  enum class Ending { over, replaced };
  // Stops accepting, finishes what runs within server.drain_timeout, writes the final windows and
  // flushes the log. Blocks until then.
  void stop(Ending ending = Ending::over);

 private:
  struct State;
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace understudy::cli
