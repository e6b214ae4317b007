#include "understudy/base/peer_set.h"

#include <doctest/doctest.h>

namespace understudy {
namespace {

PeerSet set_of(std::initializer_list<const char*> texts) {
  PeerSet set;
  for (const auto* text : texts) REQUIRE(set.add(text));
  return set;
}

IpBytes v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d};
}

constexpr IpBytes loopback_v6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

TEST_CASE("peer set: a network holds its addresses and no others, to the bit") {
  const auto set = set_of({"10.64.0.0/10"});

  CHECK(set.has(v4(10, 64, 0, 0)));
  CHECK(set.has(v4(10, 127, 255, 255)));
  CHECK_FALSE(set.has(v4(10, 128, 0, 0)));
  CHECK_FALSE(set.has(v4(10, 63, 255, 255)));
  CHECK_FALSE(set.has_unix());
}

TEST_CASE("peer set: a single address is a network of one") {
  CHECK(set_of({"192.0.2.1"}).has(v4(192, 0, 2, 1)));
  CHECK_FALSE(set_of({"192.0.2.1"}).has(v4(192, 0, 2, 2)));
  CHECK(set_of({"::1"}).has(loopback_v6));
}

TEST_CASE("peer set: IPv4 is the same when IPv6 maps it, but no part of ::/0") {
  CHECK(set_of({"::ffff:10.0.0.0/104"}).has(v4(10, 1, 2, 3)));
  CHECK(set_of({"0.0.0.0/0"}).has(v4(10, 1, 2, 3)));
  CHECK_FALSE(set_of({"0.0.0.0/0"}).has(loopback_v6));
  CHECK(set_of({"::/0"}).has(loopback_v6));
  CHECK_FALSE(set_of({"::/0"}).has(v4(10, 1, 2, 3)));
}

TEST_CASE("peer set: private is what no packet from the Internet can claim") {
  const auto set = set_of({"private"});

  CHECK(set.has(v4(127, 0, 0, 1)));
  CHECK(set.has(v4(10, 255, 0, 1)));
  CHECK(set.has(v4(172, 31, 0, 1)));
  CHECK_FALSE(set.has(v4(172, 32, 0, 1)));
  CHECK(set.has(v4(192, 168, 9, 9)));
  CHECK_FALSE(set.has(v4(203, 0, 113, 1)));
  CHECK(set.has(loopback_v6));
  CHECK(set.has_unix());
}

TEST_CASE("peer set: nobody is in an empty one, and unix is Unix sockets only") {
  CHECK_FALSE(PeerSet().has(v4(127, 0, 0, 1)));
  CHECK_FALSE(PeerSet().has_unix());
  CHECK(set_of({"unix"}).has_unix());
  CHECK_FALSE(set_of({"unix"}).has(v4(127, 0, 0, 1)));
}

TEST_CASE("peer set: what could be meant in two ways is refused") {
  for (const auto* text : {"", "10.1.2.3/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129",
                           "localhost", "10.0.0", "10.0.0.0/8/8", "fe80::1/10", "Private"}) {
    CAPTURE(text);
    PeerSet set;
    CHECK_FALSE(set.add(text));
    CHECK(set.texts().empty());
  }
}

TEST_CASE("peer set: what C would read up to a NUL only is refused") {
  using namespace std::string_view_literals;
  PeerSet set;

  CHECK_FALSE(set.add("10.0.0.1\0.evil"sv));
  CHECK_FALSE(set.add("10.0.0.0\0/8"sv));
}

TEST_CASE("peer set: what was added can be read again") {
  CHECK(set_of({"private", "10.0.0.0/8"}).texts() ==
        std::vector<std::string>{"private", "10.0.0.0/8"});
}

}  // namespace
}  // namespace understudy
