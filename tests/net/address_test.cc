#include "understudy/net/address.h"

#include <doctest/doctest.h>

using namespace understudy;

TEST_CASE("address: what parse() takes, to_string() gives back") {
  for (const auto* text : {"127.0.0.1:80", "[::1]:8080", "0.0.0.0:0", "unix:/run/x.sock"}) {
    CAPTURE(text);
    const auto address = net::Address::parse(text);
    REQUIRE(address);
    CHECK(address->to_string() == text);
    CHECK(*address == *net::Address::parse(text));
  }
}

TEST_CASE("address: two are the same when they lead to the same place, copied or not") {
  const std::string_view texts[] = {"127.0.0.1:80", "127.0.0.1:81", "127.0.0.2:80", "[::1]:80",
                                    "[::1]:81",     "[::2]:80",     "unix:/a",      "unix:/b"};
  for (const auto left : texts) {
    auto address = *net::Address::parse(left);
    const auto copy = address;
    address = *net::Address::parse("127.0.0.3:1");
    CHECK(copy.to_string() == left);
    for (const auto right : texts) {
      CAPTURE(left);
      CAPTURE(right);
      CHECK((copy == *net::Address::parse(right)) == (left == right));
    }
  }
  CHECK_FALSE(net::Address() == *net::Address::parse("unix:/a"));
}

TEST_CASE("address: names, missing and impossible ports are refused with a reason") {
  for (const auto* text : {"localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "1.2.3:80",
                           "[::1]", "unix:", ""}) {
    CAPTURE(text);
    const auto address = net::Address::parse(text);
    REQUIRE_FALSE(address);
    CHECK(address.error().detail.find(text) != std::string::npos);
  }
}

TEST_CASE("address: what C would read up to a NUL only is refused") {
  using namespace std::string_view_literals;
  for (const auto text : {"127.0.0.1\0:80"sv, "unix:/a\0b"sv, "[::1\0]:80"sv}) {
    CHECK_FALSE(net::Address::parse(text));
  }
}

TEST_CASE("address: localhost resolves to a loopback address, IPv4 first") {
  const auto addresses = net::resolve("localhost", 80);

  REQUIRE(addresses);
  CHECK(addresses->front().to_string() == "127.0.0.1:80");
}

TEST_CASE("address: a name that does not exist is an error that names it") {
  const auto addresses = net::resolve("no-such-host.invalid", 80);

  REQUIRE_FALSE(addresses);
  CHECK(addresses.error().detail.find("no-such-host.invalid") != std::string::npos);
}

TEST_CASE("address: it is in a set of peers, mapped or not; nobody knows who has none") {
  PeerSet peers;
  REQUIRE(peers.add("10.0.0.0/8"));
  REQUIRE(peers.add("2001:db8::/32"));

  CHECK(net::Address::parse("10.1.2.3:80")->is_in(peers));
  CHECK(net::Address::parse("[::ffff:10.1.2.3]:80")->is_in(peers));
  CHECK(net::Address::parse("[2001:db8::1]:80")->is_in(peers));
  CHECK_FALSE(net::Address::parse("11.1.2.3:80")->is_in(peers));
  CHECK_FALSE(net::Address().is_in(peers));
  REQUIRE(peers.add("unix"));
  CHECK_FALSE(net::Address().is_in(peers));
  CHECK(net::Address::parse("unix:/run/x.sock")->is_in(peers));
}
