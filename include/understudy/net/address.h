#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "understudy/base/peer_set.h"
#include "understudy/base/result.h"

namespace understudy::net {

// Where a socket listens or connects to: IPv4, IPv6 or a Unix socket's path. Plain value.
class Address {
 public:
  // "127.0.0.1:80", "[::1]:80", "unix:/path"; a name is not an address. Errors: bad_config.
  static Result<Address> parse(std::string_view text);
  static Address from(const sockaddr* raw, socklen_t size);

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t raw_size() const { return size_; }
  bool is_unix() const { return storage_.ss_family == AF_UNIX; }
  std::uint16_t port() const;     // 0 for Unix sockets
  std::string ip() const;         // without port; "unix" for Unix sockets
  std::string unix_path() const;  // Requires: is_unix()
  bool has_ip() const { return storage_.ss_family == AF_INET || storage_.ss_family == AF_INET6; }
  bool is_in(const PeerSet& peers) const;
  std::string to_string() const;  // as parse() takes it
  bool operator==(const Address& other) const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// The addresses of a host and port, IPv4 first; a literal address and "unix:/path" need no look-up.
// Blocks. Errors: unresolved, naming host and reason.
Result<std::vector<Address>> resolve(std::string_view host, std::uint16_t port);

}  // namespace understudy::net
