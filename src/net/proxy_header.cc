#include "understudy/net/proxy_header.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"

namespace understudy::net {

namespace {

using Kind = ProxyHeader::Kind;

constexpr std::string_view v1_begin = "PROXY ";
constexpr std::string_view v2_signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t v2_fixed_bytes = 16;  // signature, version and command, family, length
constexpr std::string_view line_end = "\r\n";

enum Family : unsigned char { unspecified = 0x00, tcp4 = 0x11, tcp6 = 0x21, unix_stream = 0x31 };
enum Command : unsigned char { local = 0x20, proxy = 0x21 };

Error bad_header(std::string_view why) {
  return Error{Code::bad_request, Leg::client, fmt::format("the PROXY header {}", why)};
}

template <typename T>
Address from_struct(const T& raw) {
  return Address::from(reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

Address ipv4(const void* ip, std::uint16_t port) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(port);
  std::memcpy(&raw.sin_addr, ip, sizeof raw.sin_addr);
  return from_struct(raw);
}

Address ipv6(const void* ip, std::uint16_t port) {
  sockaddr_in6 raw{};
  raw.sin6_family = AF_INET6;
  raw.sin6_port = htons(port);
  std::memcpy(&raw.sin6_addr, ip, sizeof raw.sin6_addr);
  return from_struct(raw);
}

// --- version 1: one line of text ---

// Decimal, without leading zeros.
std::optional<std::uint16_t> port_of(std::string_view text) {
  constexpr std::size_t max_digits = 5;
  if (text.size() > max_digits || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  const auto number = ascii::to_number(text);
  if (!number || *number > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::optional<Address> address_of(int family, std::string_view ip, std::string_view port) {
  std::array<unsigned char, sizeof(in6_addr)> raw{};
  const auto number = port_of(port);
  if (!number || inet_pton(family, std::string(ip).c_str(), raw.data()) != 1) return std::nullopt;
  return family == AF_INET ? ipv4(raw.data(), *number) : ipv6(raw.data(), *number);
}

// `line` is what stands between "PROXY " and the line's end.
Result<Endpoints> endpoints_of(std::string_view line) {
  constexpr std::size_t words_of_line = 5;
  std::array<std::string_view, words_of_line> words;
  for (auto& word : words) {
    word = line.substr(0, line.find(' '));
    const bool is_last = &word == &words.back();
    if (is_last != (word.size() == line.size())) return bad_header("has not five words");
    line.remove_prefix(word.size() + (is_last ? 0 : 1));
  }
  const int family = words[0] == "TCP4" ? AF_INET : words[0] == "TCP6" ? AF_INET6 : AF_UNSPEC;
  if (family == AF_UNSPEC) return bad_header("names no protocol that it knows");
  const auto source = address_of(family, words[1], words[3]);
  const auto destination = address_of(family, words[2], words[4]);
  if (!source || !destination) return bad_header("has a bad address or port");
  return Endpoints{*source, *destination};
}

Result<ProxyHeader> read_line(std::string_view bytes) {
  const auto room = bytes.substr(0, limits::max_proxy_line_bytes);
  const auto size = room.find('\n') + 1;
  if (size == 0) {
    if (room.size() == limits::max_proxy_line_bytes) return bad_header("has no end of line");
    return ProxyHeader{};
  }
  if (room[size - 2] != '\r') return bad_header("ends its line without CR");
  const auto line = room.substr(v1_begin.size(), size - line_end.size() - v1_begin.size());
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  if (std::any_of(line.begin(), line.end(), is_control)) {
    return bad_header("holds control characters");
  }
  if (line == "UNKNOWN" || line.substr(0, 8) == "UNKNOWN ")
    return ProxyHeader{Kind::local, size, {}};
  const auto endpoints = endpoints_of(line);
  if (!endpoints) return endpoints.error();
  return ProxyHeader{Kind::found, size, *endpoints};
}

// --- version 2: binary ---

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  const auto high = static_cast<unsigned char>(bytes[at]);
  const auto low = static_cast<unsigned char>(bytes[at + 1]);
  return static_cast<std::uint16_t>(high << 8 | low);
}

// Two addresses of `ip_bytes`, then two ports.
Result<ProxyHeader> read_addresses(std::string_view body, std::size_t ip_bytes, std::size_t size) {
  if (body.size() < 2 * ip_bytes + 4) return bad_header("is too short for its addresses");
  const auto make = ip_bytes == sizeof(in_addr) ? ipv4 : ipv6;
  return ProxyHeader{Kind::found,
                     size,
                     {make(body.data(), number_at(body, 2 * ip_bytes)),
                      make(body.data() + ip_bytes, number_at(body, 2 * ip_bytes + 2))}};
}

Result<ProxyHeader> read_binary(std::string_view bytes) {
  if (bytes.size() < v2_fixed_bytes) return ProxyHeader{};
  const auto command = static_cast<unsigned char>(bytes[12]);
  const auto family = static_cast<unsigned char>(bytes[13]);
  const std::size_t size = v2_fixed_bytes + number_at(bytes, 14);
  if (command != local && command != proxy) return bad_header("has an unknown version or command");
  if (size > limits::max_proxy_header_bytes) return bad_header("is too long");
  if (bytes.size() < size) return ProxyHeader{};
  if (command == local) return ProxyHeader{Kind::local, size, {}};
  const auto body = bytes.substr(v2_fixed_bytes, size - v2_fixed_bytes);
  switch (family) {
    case unspecified:
    case unix_stream:
      return ProxyHeader{Kind::local, size, {}};
    case tcp4:
      return read_addresses(body, sizeof(in_addr), size);
    case tcp6:
      return read_addresses(body, sizeof(in6_addr), size);
    default:
      return bad_header("is about something else than TCP");
  }
}

bool begins_as(std::string_view bytes, std::string_view what) {
  const auto size = std::min(bytes.size(), what.size());
  return bytes.substr(0, size) == what.substr(0, size);
}

int common_family(const Endpoints& endpoints) {
  const int family = endpoints.source.raw()->sa_family;
  const bool is_known = family == AF_INET || family == AF_INET6;
  return is_known && endpoints.destination.raw()->sa_family == family ? family : AF_UNSPEC;
}

void append_number(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8);
  out += static_cast<char>(number & 0xff);
}

std::string line_of(const Endpoints& endpoints, int family) {
  if (family == AF_UNSPEC) return "PROXY UNKNOWN\r\n";
  return fmt::format("PROXY {} {} {} {} {}\r\n", family == AF_INET ? "TCP4" : "TCP6",
                     endpoints.source.ip(), endpoints.destination.ip(), endpoints.source.port(),
                     endpoints.destination.port());
}

std::string binary_of(const Endpoints& endpoints, int family) {
  std::string body;
  if (family != AF_UNSPEC) {
    body += endpoints.source.ip_bytes();
    body += endpoints.destination.ip_bytes();
    append_number(body, endpoints.source.port());
    append_number(body, endpoints.destination.port());
  }
  std::string out(v2_signature);
  out += static_cast<char>(proxy);
  out += static_cast<char>(family == AF_INET ? tcp4 : family == AF_INET6 ? tcp6 : unspecified);
  append_number(out, body.size());
  return out + body;
}

}  // namespace

Result<ProxyHeader> read_proxy_header(std::string_view bytes) {
  const auto begin = begins_as(bytes, v1_begin) ? v1_begin : v2_signature;
  if (!begins_as(bytes, begin)) return ProxyHeader{Kind::absent, 0, {}};
  if (bytes.size() < begin.size()) return ProxyHeader{};
  return begin == v1_begin ? read_line(bytes) : read_binary(bytes);
}

std::string proxy_header(int version, const Endpoints& endpoints) {
  const int family = common_family(endpoints);
  return version == 1 ? line_of(endpoints, family) : binary_of(endpoints, family);
}

}  // namespace understudy::net
