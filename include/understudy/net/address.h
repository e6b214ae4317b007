#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "understudy/base/peer_set.h"
#include "understudy/base/result.h"

namespace understudy::net {

// Where a socket listens or connects to: IPv4, IPv6 or a Unix socket's path. Plain value, and a
// small one: each connection keeps several. Copies share a path, which is rare and four times as
// long.
class Address {
 public:
  // "127.0.0.1:80", "[::1]:80", "unix:/path"; a name is not an address. Errors: bad_config.
  static Result<Address> parse(std::string_view text);
  static Address from(const sockaddr* raw, socklen_t size);

  const sockaddr* raw() const {
    return unix_ != nullptr ? reinterpret_cast<const sockaddr*>(unix_.get()) : &ip_.any;
  }
  socklen_t raw_size() const { return size_; }
  bool is_unix() const { return unix_ != nullptr; }
  std::uint16_t port() const;     // 0 for Unix sockets
  std::string ip() const;         // without port; "unix" for Unix sockets
  std::string unix_path() const;  // Requires: is_unix()
  bool has_ip() const { return is_v4() || is_v6(); }
  std::string_view ip_bytes() const;  // 4 or 16, as they are sent; none without an IP
  bool is_in(const PeerSet& peers) const;
  std::string to_string() const;  // as parse() takes it
  bool operator==(const Address& other) const;

 private:
  union Ip {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  bool is_v4() const { return ip_.any.sa_family == AF_INET; }
  bool is_v6() const { return ip_.any.sa_family == AF_INET6; }

  Ip ip_{};  // without family when it is neither
  socklen_t size_ = 0;
  std::shared_ptr<const sockaddr_un> unix_;  // null unless it is one
};

// The addresses of a host and port, IPv4 first; a literal address and "unix:/path" need no look-up.
// Blocks. Errors: unresolved, naming host and reason.
Result<std::vector<Address>> resolve(std::string_view host, std::uint16_t port);

}  // namespace understudy::net
