#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"

namespace understudy {

// An address as IPv6 writes it; IPv4 is ::ffff:a.b.c.d, so that both ways of meeting an IPv4 peer
// are one.
using IpBytes = std::array<std::uint8_t, 16>;

// A set of peers: networks in CIDR notation, single addresses, Unix sockets. Plain value.
class PeerSet {
 public:
  // "10.0.0.0/8", "2001:db8::/32", "192.0.2.1"; "unix" for everybody on a Unix socket; "private"
  // for loopback, link-local and private networks (RFC 1918, 3927, 4193) and Unix sockets.
  // Errors: bad_config; `detail` follows "must be", as those of config/values.h.
  Result<void> add(std::string_view text);

  bool has(const IpBytes& ip) const;
  bool has_unix() const { return has_unix_; }

  // What was added, as it was written.
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  struct Network {
    IpBytes first{};
    unsigned bits = 0;  // of `first` that count
  };
  static Result<Network> parse(std::string_view text);

  std::vector<Network> networks_;
  bool has_unix_ = false;
  std::vector<std::string> texts_;
};

}  // namespace understudy
