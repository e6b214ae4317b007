#include "understudy/base/peer_set.h"

#include <algorithm>
#include <optional>

#include <arpa/inet.h>

#include "understudy/base/ascii.h"

namespace understudy {
namespace {

constexpr unsigned ip_bits = 128;
constexpr unsigned mapped_bits = 96;  // of ::ffff:0:0/96, where IPv4 lives

constexpr std::string_view private_networks[] = {
    "127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
    "169.254.0.0/16", "::1",        "fc00::/7",      "fe80::/10",
};

Error expected(const char* form) {
  return {Code::bad_config, Leg::self, form};
}

std::optional<IpBytes> parse_ip(std::string_view text) {
  IpBytes ip{};
  if (text.find('\0') != text.npos) return std::nullopt;  // C would read up to there only
  const std::string terminated(text);
  if (inet_pton(AF_INET6, terminated.c_str(), ip.data()) == 1) return ip;
  ip[10] = ip[11] = 0xff;
  if (inet_pton(AF_INET, terminated.c_str(), ip.data() + mapped_bits / 8) == 1) return ip;
  return std::nullopt;
}

bool is_mapped(const IpBytes& ip) {
  return std::all_of(ip.begin(), ip.begin() + 10, [](auto byte) { return byte == 0; }) &&
         ip[10] == 0xff && ip[11] == 0xff;
}

bool bit_of(const IpBytes& ip, unsigned index) {
  return ((ip[index / 8] >> (7 - index % 8)) & 1) != 0;
}

bool starts_as(const IpBytes& ip, const IpBytes& first, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(ip.begin(), ip.begin() + whole, first.begin())) return false;
  for (unsigned i = whole * 8; i < bits; ++i) {
    if (bit_of(ip, i) != bit_of(first, i)) return false;
  }
  return true;
}

}  // namespace

Result<PeerSet::Network> PeerSet::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto ip = parse_ip(text.substr(0, slash));
  if (!ip) {
    return expected("an address, a network such as \"10.0.0.0/8\", \"unix\" or \"private\"");
  }
  Network network{*ip, ip_bits};
  if (slash == text.npos) return network;
  const bool is_v4 = text.find(':') == text.npos;
  const auto bits = ascii::to_number(text.substr(slash + 1));
  if (!bits || *bits > (is_v4 ? ip_bits - mapped_bits : ip_bits)) {
    return expected("a network with as many bits as its addresses have at most");
  }
  network.bits = static_cast<unsigned>(*bits) + (is_v4 ? mapped_bits : 0);
  // "10.1.2.3/8" may mean one address or sixteen million; who is trusted must not be a guess.
  for (unsigned i = network.bits; i < ip_bits; ++i) {
    if (bit_of(*ip, i)) return expected("a network whose bits behind the prefix are all zero");
  }
  return network;
}

Result<void> PeerSet::add(std::string_view text) {
  if (text == "private") {
    for (const auto each : private_networks) networks_.push_back(*parse(each));
  } else if (text != "unix") {
    const auto network = parse(text);
    if (!network) return network.error();
    networks_.push_back(*network);
  }
  has_unix_ |= text == "private" || text == "unix";
  texts_.emplace_back(text);
  return {};
}

bool PeerSet::has(const IpBytes& ip) const {
  const bool is_v4 = is_mapped(ip);
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    if (is_v4 && network.bits < mapped_bits) return false;  // "::/0" means IPv6
    return starts_as(ip, network.first, network.bits);
  });
}

}  // namespace understudy
