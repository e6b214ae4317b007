#pragma once

#include <memory>

#include "understudy/base/result.h"
#include "understudy/net/address.h"
#include "understudy/net/listen_socket.h"
#include "understudy/net/stream.h"

namespace understudy::net {

// Who takes what a listener accepted.
class ListenerEvents {
 public:
  virtual void on_accepted(std::unique_ptr<Stream> stream) = 0;

 protected:
  ~ListenerEvents() = default;
};

// A listening socket of one loop: takes connections by itself while it is not paused.
class Listener {
 public:
  // Opens a socket of its own. Errors: as ListenSocket::open().
  static Result<std::unique_ptr<Listener>> open(Loop& loop, const Address& address,
                                                ListenerEvents& events);
  static std::unique_ptr<Listener> watch(Loop& loop, ListenSocket socket, ListenerEvents& events);
  ~Listener();

  // With the port that the system chose for port 0.
  const Address& address() const;
  // While paused, connections wait in the kernel's queue.
  void pause();
  void resume();
  // Takes all that wait now, unless paused: before the end, which would reset them.
  void empty_queue();

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace understudy::net
