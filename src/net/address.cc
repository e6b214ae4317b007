#include "understudy/net/address.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

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
  address.size_ = size;
  if (size >= sizeof raw->sa_family && raw->sa_family == AF_UNIX) {
    auto path = std::make_shared<sockaddr_un>();
    assert(size <= sizeof *path);
    std::memcpy(path.get(), raw, size);
    address.unix_ = std::move(path);
  } else {
    assert(size <= sizeof address.ip_);
    std::memcpy(&address.ip_, raw, size);
  }
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
  if (is_v4()) return ntohs(ip_.v4.sin_port);
  return is_v6() ? ntohs(ip_.v6.sin6_port) : 0;
}

std::string Address::ip() const {
  char text[INET6_ADDRSTRLEN] = "unix";
  if (is_v4()) inet_ntop(AF_INET, &ip_.v4.sin_addr, text, sizeof text);
  if (is_v6()) inet_ntop(AF_INET6, &ip_.v6.sin6_addr, text, sizeof text);
  return text;
}

std::string Address::unix_path() const {
  assert(is_unix());
  const auto& path = unix_->sun_path;
  return {path, std::find(path, std::end(path), '\0')};
}

std::string_view Address::ip_bytes() const {
  if (is_v4()) return {reinterpret_cast<const char*>(&ip_.v4.sin_addr), sizeof(in_addr)};
  if (is_v6()) return {reinterpret_cast<const char*>(&ip_.v6.sin6_addr), sizeof(in6_addr)};
  return {};
}

bool Address::is_in(const PeerSet& peers) const {
  const auto bytes = ip_bytes();
  if (bytes.empty()) return is_unix() && peers.has_unix();
  IpBytes ip{};
  if (is_v4()) ip[10] = ip[11] = 0xff;
  std::memcpy(ip.data() + ip.size() - bytes.size(), bytes.data(), bytes.size());
  return peers.has(ip);
}

std::string Address::to_string() const {
  if (is_unix()) return fmt::format("{}{}", unix_prefix, unix_path());
  if (is_v6()) return fmt::format("[{}]:{}", ip(), port());
  return fmt::format("{}:{}", ip(), port());
}

bool Address::operator==(const Address& other) const {
  if (raw()->sa_family != other.raw()->sa_family) return false;
  if (is_unix()) return unix_path() == other.unix_path();
  return port() == other.port() && ip_bytes() == other.ip_bytes();
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
