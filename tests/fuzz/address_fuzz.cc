// Addresses and sets of peers as people write them: one a line. Promises: what is accepted is
// written so that it reads back the same; a set of one address holds exactly that address; nothing
// is read up to a NUL only.

#include <string>

#include "fuzz.h"
#include "understudy/base/peer_set.h"
#include "understudy/net/address.h"

namespace {

using namespace understudy;
using fuzz::must;

void check_address(std::string_view text) {
  const auto address = net::Address::parse(text);
  if (!address) return must(!address.error().detail.empty(), "a refusal says why");
  must(text.find('\0') == text.npos, "an address has no NUL");
  const auto again = net::Address::parse(address->to_string());
  must(again.ok(), "an address is written as it is read");
  must(again->to_string() == address->to_string(), "an address reads back the same");
  must(again->port() == address->port(), "a port reads back the same");
  if (!address->has_ip()) return must(address->is_unix(), "an address is IP or Unix");
  PeerSet itself;
  must(itself.add(address->ip()).ok(), "an IP address is a set of peers");
  must(address->is_in(itself), "an address is in the set of itself");
  PeerSet all;
  must(all.add("::/0").ok() && all.add("0.0.0.0/0").ok(), "everybody is a set of peers");
  must(address->is_in(all), "an address is in the set of all");
  must(!address->is_in({}), "an address is not in the empty set");
}

void check_peers(std::string_view text) {
  PeerSet peers;
  const auto added = peers.add(text);
  if (!added) return must(!added.error().detail.empty(), "a refusal says what was expected");
  must(text.find('\0') == text.npos, "a set of peers has no NUL");
  must(peers.texts().size() == 1 && peers.texts()[0] == text, "a set keeps what was written");
  PeerSet again;
  must(again.add(peers.texts()[0]).ok(), "what was written is accepted again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  while (!rest.empty()) {
    const auto line = fuzz::take_line(rest);
    check_address(line);
    check_peers(line);
  }
  return 0;
}
