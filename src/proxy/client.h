#pragma once

#include <memory>
#include <string>

#include "understudy/net/address.h"

namespace understudy::proxy {

// Who speaks on a client connection: the socket's other end, or whom a trusted peer told by PROXY
// protocol.
struct Client {
  explicit Client(const net::Address& from, bool speaks_tls = false)
      : address(from), ip(from.ip()), is_tls(speaks_tls) {}

  net::Address address;  // without family for Unix sockets
  std::string ip;        // as text; "unix" for Unix sockets
  // Whom it called, as it was told by PROXY protocol; null: the socket's own end. Few have one, and
  // each idle connection pays for what is here.
  std::unique_ptr<const net::Address> destination;
  bool is_tls = false;
};

}  // namespace understudy::proxy
