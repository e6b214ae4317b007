#include "understudy/net/proxy_header.h"

#include <string>

#include <doctest/doctest.h>

#include "understudy/base/limits.h"

using namespace understudy;
using Kind = net::ProxyHeader::Kind;

namespace {

constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string v2(unsigned char command, unsigned char family, const std::string& body) {
  std::string out(signature);
  out += static_cast<char>(command);
  out += static_cast<char>(family);
  out += static_cast<char>(body.size() >> 8);
  out += static_cast<char>(body.size() & 0xff);
  return out + body;
}

const std::string tcp4_body("\x0a\x01\x02\x03\x7f\x00\x00\x01\x12\x34\x01\xbb", 12);

// Each beginning of it wants more; the whole is a header of exactly that size, whatever follows.
net::ProxyHeader whole(const std::string& header) {
  for (std::size_t size = 0; size < header.size(); ++size) {
    const auto part = net::read_proxy_header(std::string_view(header).substr(0, size));
    REQUIRE(part);
    REQUIRE((*part).kind == Kind::more);
  }
  const auto read = net::read_proxy_header(header + "GET / HTTP/1.1\r\n");
  REQUIRE(read);
  CHECK((*read).size == header.size());
  return *read;
}

}  // namespace

TEST_CASE("proxy header: version 1 tells both ends") {
  const auto v4 = whole("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n");
  CHECK(v4.kind == Kind::found);
  CHECK(v4.endpoints.source.to_string() == "192.0.2.1:56324");
  CHECK(v4.endpoints.destination.to_string() == "10.0.0.1:443");

  const auto v6 = whole("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n");
  CHECK(v6.endpoints.source.to_string() == "[2001:db8::1]:1");
  CHECK(v6.endpoints.destination.to_string() == "[::1]:65535");

  CHECK(whole("PROXY UNKNOWN\r\n").kind == Kind::local);
  CHECK(whole("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n").kind == Kind::local);
}

TEST_CASE("proxy header: version 2 tells both ends, whatever stands behind them") {
  const auto plain = whole(v2(0x21, 0x11, tcp4_body));
  CHECK(plain.kind == Kind::found);
  CHECK(plain.endpoints.source.to_string() == "10.1.2.3:4660");
  CHECK(plain.endpoints.destination.to_string() == "127.0.0.1:443");
  CHECK(whole(v2(0x21, 0x11, tcp4_body + std::string("\x03\x00\x04xxxx", 7)))
            .endpoints.source.port() == 4660);

  std::string v6_body(36, '\0');
  v6_body[15] = '\x01';
  v6_body[31] = '\x02';
  v6_body[33] = '\x50';
  CHECK(whole(v2(0x21, 0x21, v6_body)).endpoints.source.to_string() == "[::1]:80");

  CHECK(whole(v2(0x20, 0x00, "")).kind == Kind::local);
  CHECK(whole(v2(0x20, 0x11, tcp4_body)).kind == Kind::local);
  CHECK(whole(v2(0x21, 0x00, "")).kind == Kind::local);
  CHECK(whole(v2(0x21, 0x31, std::string(216, '/'))).kind == Kind::local);
}

TEST_CASE("proxy header: what does not begin like one is none") {
  for (const char* text : {"GET / HTTP/1.1\r\n", "PROPFIND / HTTP/1.1", "\r\nGET / HTTP/1.1",
                           "proxy TCP4", "\x16\x03\x01", " PROXY TCP4", "PROXYTCP4"}) {
    CAPTURE(text);
    const auto read = net::read_proxy_header(text);
    REQUIRE(read);
    CHECK((*read).kind == Kind::absent);
  }
}

TEST_CASE("proxy header: what begins like one and is none is refused") {
  const std::string bad[] = {
      "PROXY \r\n",
      "PROXY TCP4\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.1 1\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 \r\n",
      "PROXY TCP4  192.0.2.1 10.0.0.1 1 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.1 01 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.1 65536 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.1 -1 2\r\n",
      "PROXY TCP4 192.0.2.256 10.0.0.1 1 2\r\n",
      "PROXY TCP4 ::1 ::1 1 2\r\n",
      "PROXY TCP6 192.0.2.1 10.0.0.1 1 2\r\n",
      "PROXY TCP5 192.0.2.1 10.0.0.1 1 2\r\n",
      "PROXY UNKNOWNX\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n",
      "PROXY UNKNOWN x\ny\r\n",
      "PROXY UNKNOWN x\ry\r\n",
      std::string("PROXY TCP4 192.0.2.1\0.9 10.0.0.1 1 2\r\n", 39),
      "PROXY UNKNOWN " + std::string(limits::max_proxy_line_bytes, 'x') + "\r\n",
      v2(0x11, 0x11, tcp4_body),
      v2(0x22, 0x11, tcp4_body),
      v2(0x21, 0x12, tcp4_body),
      v2(0x21, 0x22, tcp4_body),
      v2(0x21, 0x41, tcp4_body),
      v2(0x21, 0x11, tcp4_body.substr(1)),
      v2(0x21, 0x21, tcp4_body),
      v2(0x21, 0x11, std::string(limits::max_proxy_header_bytes, 'x')),
  };
  for (const auto& header : bad) {
    CAPTURE(header);
    const auto read = net::read_proxy_header(header);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Code::bad_request);
  }
}

TEST_CASE("proxy header: the longest line has 107 bytes, and not one more") {
  const std::string longest = "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n";
  REQUIRE(longest.size() == limits::max_proxy_line_bytes);
  CHECK(whole(longest).kind == Kind::local);
  CHECK_FALSE(net::read_proxy_header("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"));
}

TEST_CASE("proxy header: what is written is read again") {
  const auto at = [](const char* text) { return *net::Address::parse(text); };
  for (const int version : {1, 2}) {
    CAPTURE(version);
    const auto v4 = whole(net::proxy_header(version, {at("192.0.2.1:1234"), at("10.0.0.1:80")}));
    CHECK(v4.endpoints.source.to_string() == "192.0.2.1:1234");
    CHECK(v4.endpoints.destination.to_string() == "10.0.0.1:80");
    const auto v6 = whole(net::proxy_header(version, {at("[2001:db8::1]:1"), at("[::1]:80")}));
    CHECK(v6.endpoints.source.to_string() == "[2001:db8::1]:1");
    CHECK(whole(net::proxy_header(version, {at("192.0.2.1:1"), at("[::1]:80")})).kind ==
          Kind::local);
    CHECK(whole(net::proxy_header(version, {})).kind == Kind::local);
    CHECK(whole(net::proxy_header(version, {at("unix:/a"), at("unix:/b")})).kind == Kind::local);
  }
}
