#pragma once

#include <memory>

#include "understudy/base/result.h"
#include "understudy/net/address.h"
#include "understudy/net/stream.h"

namespace understudy::net {

// Who takes what a listener accepted.
class ListenerEvents {
 public:
  virtual void on_accepted(std::unique_ptr<Stream> stream) = 0;

 protected:
  ~ListenerEvents() = default;
};

// A listening socket of one loop. TCP sockets are opened with SO_REUSEPORT, so each worker has its
// own and the kernel spreads the connections. The file of a Unix socket goes with its listener.
class Listener {
 public:
  // Errors: bad_config, naming address and reason ("address already in use ...").
  static Result<std::unique_ptr<Listener>> open(Loop& loop, const Address& address,
                                                ListenerEvents& events);
  // SO_REUSEPORT would let a second process of the same user listen beside the first, silently:
  // this asks without it. Removes the file of a Unix socket that nobody listens on any more.
  // Errors: bad_config, as open().
  static Result<void> check_free(const Address& address);
  ~Listener();

  // With the port that the system chose for port 0.
  const Address& address() const;
  // While paused, connections wait in the kernel's queue.
  void pause();
  void resume();

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace understudy::net
