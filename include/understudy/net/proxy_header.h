#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "understudy/base/result.h"
#include "understudy/net/address.h"

// The header by which a proxy tells whom it speaks for: PROXY protocol, versions 1 and 2, as
// HAProxy's proxy-protocol.txt has them.
namespace understudy::net {

// Both ends of a connection; without family where nobody knows them.
struct Endpoints {
  Address source;
  Address destination;
};

// What the beginning of a connection turned out to be.
struct ProxyHeader {
  enum class Kind {
    more,    // could become a header: read on
    absent,  // is none, and never will be
    found,   // `size` bytes; the connection is for `endpoints`
    local,   // `size` bytes; the proxy speaks for itself, or does not know for whom
  } kind = Kind::more;
  std::size_t size = 0;
  Endpoints endpoints;
};

// `bytes` is everything that came so far. Errors: bad_request for what begins like a header and is
// none, is too long, or is about something else than TCP.
Result<ProxyHeader> read_proxy_header(std::string_view bytes);

// The header of that version (1 or 2). Ends that are unknown or of two kinds are told as such.
std::string proxy_header(int version, const Endpoints& endpoints);

}  // namespace understudy::net
