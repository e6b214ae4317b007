#pragma once

#include <utility>

#include "understudy/base/result.h"
#include "understudy/net/address.h"

namespace understudy::net {

// A socket that listens, whether or not a loop watches it: it can be shared with further loops and
// handed over to another process. It closes, and what waits in its queue is reset, when the last
// one that shares it is gone. TCP sockets have SO_REUSEPORT: each of several gets its own share of
// the connections.
//
// Owner: the service (all of them), listeners (shares). Thread: its owner's.
class ListenSocket {
 public:
  // Errors: bad_config, naming address and reason ("address already in use ...").
  static Result<ListenSocket> open(const Address& address);
  // SO_REUSEPORT would let a second process of the same user listen beside the first, silently:
  // this asks without it. Removes the file of a Unix socket that nobody listens on any more.
  // Errors: bad_config, as open().
  static Result<void> check_free(const Address& address);
  // Takes over the descriptor of a socket that listens already. Errors: bad_config, and the
  // descriptor is left alone.
  static Result<ListenSocket> inherit(int descriptor);

  ~ListenSocket();
  ListenSocket(ListenSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        address_(std::move(other.address_)),
        owns_file_(std::exchange(other.owns_file_, false)) {}
  ListenSocket& operator=(ListenSocket&& other) noexcept;

  // The same socket once more. Errors: io.
  Result<ListenSocket> share() const;

  int descriptor() const { return descriptor_; }
  // With the port that the system chose for port 0.
  const Address& address() const { return address_; }

  // Whether the file of a Unix socket goes with this object. So it is after open().
  bool owns_file() const { return owns_file_; }
  void own_file(bool owns) { owns_file_ = owns && address_.is_unix(); }

 private:
  ListenSocket(int descriptor, const Address& address)
      : descriptor_(descriptor), address_(address) {}

  int descriptor_;
  Address address_;
  bool owns_file_ = false;
};

}  // namespace understudy::net
