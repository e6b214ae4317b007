#pragma once

#include <string>

#include "understudy/net/address.h"

namespace understudy::proxy {

// Who speaks on a client connection: the socket's other end, or whom a trusted peer told by PROXY
// protocol.
struct Client {
  explicit Client(const net::Address& from, bool speaks_tls = false)
      : address(from), ip(from.ip()), is_tls(speaks_tls) {}

  net::Address address;      // without family for Unix sockets
  net::Address destination;  // which of our addresses it called; without family when not known
  std::string ip;            // as text; "unix" for Unix sockets
  bool is_tls = false;
};

}  // namespace understudy::proxy
