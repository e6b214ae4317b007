#include "target.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "understudy/base/ascii.h"
#include "understudy/http/framing.h"

namespace understudy::http {
namespace {

constexpr std::string_view plain_scheme = "http://";
constexpr std::string_view tls_scheme = "https://";

bool has_prefix(std::string_view text, std::string_view prefix) {
  return ascii::iequals(text.substr(0, prefix.size()), prefix);
}

// Behind the scheme of an absolute-form target; empty when it has none that is ours.
std::string_view without_scheme(std::string_view target) {
  if (has_prefix(target, plain_scheme)) return target.substr(plain_scheme.size());
  if (has_prefix(target, tls_scheme)) return target.substr(tls_scheme.size());
  return {};
}

enum : std::uint8_t { path_char = 1, query_char = 2, host_char = 4 };

// What each byte may be part of. In paths and queries: visible ASCII without what no sender leaves
// unencoded: `#` (CVE-2023-45539), quotes and angles. The grammar of RFC 3986 is narrower, but
// browsers send the marks that are let through here, as they do in the WHATWG URL standard's path
// and query; a proxy that refused them would break live traffic.
constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = '!'; c < 0x7f; ++c) {
    const char as_char = static_cast<char>(c);
    const auto is_one_of = [as_char](std::string_view marks) {
      return marks.find(as_char) != marks.npos;
    };
    const bool is_plain = ascii::is_alpha(as_char) || ascii::is_digit(as_char);
    if (!is_one_of("\"#<>\\`{}?")) classes[c] |= path_char;
    if (!is_one_of("\"#<>")) classes[c] |= query_char;
    if (is_plain || is_one_of("-._~%!$&'()*+,;=")) classes[c] |= host_char;
  }
  return classes;
}

constexpr auto classes = make_classes();

bool are_all(std::string_view text, std::uint8_t wanted) {
  return std::all_of(text.begin(), text.end(), [wanted](char c) {
    return (classes[static_cast<unsigned char>(c)] & wanted) != 0;
  });
}

bool is_path_and_query(std::string_view text) {
  const auto mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  const std::string_view query = mark == text.npos ? std::string_view{} : text.substr(mark + 1);
  return are_all(path, path_char) && are_all(query, query_char);
}

bool is_port(std::string_view text) {
  constexpr std::uint64_t highest_port = 65535;
  constexpr std::size_t port_digits = 5;
  if (text.empty()) return true;
  const auto port = ascii::to_number(text);
  return text.size() <= port_digits && port && *port <= highest_port;
}

bool is_address_char(char c) {
  return ascii::is_hex(c) || c == ':' || c == '.';
}

// "host:port" in two; an address in brackets keeps its colons.
struct Authority {
  std::string_view host, port;
};

Authority split_authority(std::string_view text) {
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == text.npos ? 0 : bracket);
  if (colon == text.npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Error refuse(std::string detail) {
  return {Code::bad_request, Leg::client, std::move(detail)};
}

}  // namespace

std::string_view target_authority(std::string_view target) {
  const std::string_view rest = without_scheme(target);
  return rest.substr(0, rest.find_first_of("/?"));
}

bool is_authority(std::string_view text) {
  const auto [host, port] = split_authority(text);
  if (host.empty() || !is_port(port)) return false;
  if (host.front() != '[') return are_all(host, host_char);
  if (host.size() <= 2 || host.back() != ']') return false;
  return std::all_of(host.begin() + 1, host.end() - 1, is_address_char);
}

bool same_authority(std::string_view target, std::string_view a, std::string_view b) {
  const std::string_view usual = has_prefix(target, tls_scheme) ? "443" : "80";
  auto [host_a, port_a] = split_authority(a);
  auto [host_b, port_b] = split_authority(b);
  if (port_a.empty()) port_a = usual;
  if (port_b.empty()) port_b = usual;
  return ascii::iequals(host_a, host_b) && port_a == port_b;
}

Result<void> check_target(std::string_view method, std::string_view target) {
  if (method == "CONNECT") {
    return Error{Code::unsupported, Leg::client, "the method is not supported"};
  }
  if (target == "*") {
    if (method == "OPTIONS") return {};
    return refuse("the target * is for OPTIONS only");
  }
  std::string_view rest = target;
  if (!target.starts_with('/')) {
    const std::string_view authority = target_authority(target);
    if (!is_authority(authority)) return refuse("the target is no path and no http URL");
    rest = without_scheme(target).substr(authority.size());
  }
  if (!is_path_and_query(rest)) return refuse("the target holds characters that must be encoded");
  return {};
}

}  // namespace understudy::http
