#include "understudy/net/address.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <limits>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "understudy/base/ascii.h"

namespace understudy::net {

namespace {

constexpr std::string_view unix_prefix = "unix:";

Error bad_address(std::string_view text, std::string_view why) {
  return Error{Code::bad_config, Leg::self, fmt::format("address \"{}\" {}", text, why)};
}

Result<std::uint16_t> parse_port(std::string_view text, std::string_view whole) {
  const auto port = ascii::to_number(text);
  if (!port || *port > std::numeric_limits<std::uint16_t>::max()) {
    return bad_address(whole, "has no port between 0 and 65535");
  }
  return static_cast<std::uint16_t>(*port);
}

// Their family says which of the two it is.
const sockaddr_in& as_v4(const Address& address) {
  return *reinterpret_cast<const sockaddr_in*>(address.raw());
}
const sockaddr_in6& as_v6(const Address& address) {
  return *reinterpret_cast<const sockaddr_in6*>(address.raw());
}

template <typename T>
Address from_struct(const T& raw) {
  return Address::from(reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

Result<Address> parse_unix(std::string_view text) {
  sockaddr_un raw{};
  const auto path = text.substr(unix_prefix.size());
  if (path.empty() || path.size() >= sizeof raw.sun_path) {
    return bad_address(text, "needs a path of 1 to 107 bytes");
  }
  raw.sun_family = AF_UNIX;
  std::memcpy(raw.sun_path, path.data(), path.size());
  return from_struct(raw);
}

// A literal address; nothing when `host` is a name.
Result<Address> parse_literal(std::string_view host, std::uint16_t port, std::string_view whole) {
  const std::string text(host);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) return from_struct(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) return from_struct(v6);
  return bad_address(whole, "is not an IP address and port");
}

}  // namespace

Address Address::from(const sockaddr* raw, socklen_t size) {
  Address address;
  assert(size <= sizeof address.storage_);
  std::memcpy(&address.storage_, raw, size);
  address.size_ = size;
  return address;
}

Result<Address> Address::parse(std::string_view text) {
  if (text.find('\0') != text.npos) return bad_address(text, "holds a NUL");
  if (text.substr(0, unix_prefix.size()) == unix_prefix) return parse_unix(text);
  const auto colon = text.rfind(':');
  if (colon == text.npos) return bad_address(text, "has no port");
  const auto port = parse_port(text.substr(colon + 1), text);
  if (!port) return port.error();
  auto host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return parse_literal(host, *port, text);
}

std::uint16_t Address::port() const {
  if (storage_.ss_family == AF_INET) return ntohs(as_v4(*this).sin_port);
  if (storage_.ss_family == AF_INET6) return ntohs(as_v6(*this).sin6_port);
  return 0;
}

std::string Address::ip() const {
  char text[INET6_ADDRSTRLEN] = "unix";
  if (storage_.ss_family == AF_INET) {
    inet_ntop(AF_INET, &as_v4(*this).sin_addr, text, sizeof text);
  } else if (storage_.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &as_v6(*this).sin6_addr, text, sizeof text);
  }
  return text;
}

std::string Address::unix_path() const {
  assert(is_unix());
  const auto* path = reinterpret_cast<const sockaddr_un*>(raw())->sun_path;
  return std::string(path, strnlen(path, sizeof sockaddr_un{}.sun_path));
}

bool Address::is_in(const PeerSet& peers) const {
  IpBytes ip{};
  if (storage_.ss_family == AF_INET6) {
    std::memcpy(ip.data(), &as_v6(*this).sin6_addr, ip.size());
    return peers.has(ip);
  }
  if (storage_.ss_family != AF_INET) return is_unix() && peers.has_unix();
  const auto& v4 = as_v4(*this).sin_addr;
  ip[10] = ip[11] = 0xff;
  std::memcpy(ip.data() + ip.size() - sizeof v4, &v4, sizeof v4);
  return peers.has(ip);
}

std::string Address::to_string() const {
  if (is_unix()) return fmt::format("{}{}", unix_prefix, unix_path());
  if (storage_.ss_family == AF_INET6) return fmt::format("[{}]:{}", ip(), port());
  return fmt::format("{}:{}", ip(), port());
}

bool Address::operator==(const Address& other) const {
  if (storage_.ss_family != other.storage_.ss_family) return false;
  if (is_unix()) return unix_path() == other.unix_path();
  if (port() != other.port()) return false;
  if (storage_.ss_family == AF_INET) {
    return as_v4(*this).sin_addr.s_addr == as_v4(other).sin_addr.s_addr;
  }
  return std::memcmp(&as_v6(*this).sin6_addr, &as_v6(other).sin6_addr, sizeof(in6_addr)) == 0;
}

Result<std::vector<Address>> resolve(std::string_view host, std::uint16_t port) {
  if (host.substr(0, unix_prefix.size()) == unix_prefix) {
    const auto socket = parse_unix(host);
    if (!socket) return socket.error();
    return std::vector<Address>{*socket};
  }
  if (const auto literal = parse_literal(host, port, host)) return std::vector<Address>{*literal};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const std::string name(host);
  const int status = getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (status != 0) {
    return Error{Code::unresolved, Leg::self,
                 fmt::format("cannot resolve \"{}\": {}", host, gai_strerror(status))};
  }
  std::vector<Address> addresses;
  for (const auto* at = found; at != nullptr; at = at->ai_next) {
    auto address = Address::from(at->ai_addr, at->ai_addrlen);
    const auto literal = parse_literal(address.ip(), port, host);
    if (literal) addresses.push_back(*literal);
  }
  freeaddrinfo(found);
  std::stable_partition(addresses.begin(), addresses.end(),
                        [](const Address& a) { return a.raw()->sa_family == AF_INET; });
  if (addresses.empty()) {
    return Error{Code::unresolved, Leg::self, fmt::format("\"{}\" has no address", host)};
  }
  return addresses;
}

}  // namespace understudy::net
