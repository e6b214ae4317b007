#include "http/second_reader.h"

#include <doctest/doctest.h>

namespace understudy::http {
namespace {

RequestHead head_with(std::initializer_list<Field> fields) {
  RequestHead head{"GET", "/a", Version::http_1_1, {}};
  for (const Field& field : fields) head.fields.add(field.name, field.value);
  return head;
}

bool agrees(std::string_view fields, const RequestHead& head) {
  SecondReader reader(true);
  return reader.agrees("GET /a HTTP/1.1\r\n" + std::string(fields) + "\r\n", head);
}

// Without LLHTTP_STRICT_MODE llhttp 8 takes the CR for the end of the line and skips the byte
// behind it. Our own reading refuses such a head anyway; this asks llhttp alone.
TEST_CASE("second reader: the llhttp in use does not end lines with a bare CR (CVE-2023-30589)") {
  const RequestHead smuggled = head_with({{"X", ""}, {"ontent-Length", "5"}});
  const RequestHead whole = head_with({{"X", ""}, {"Content-Length", "5"}});

  CHECK_FALSE(agrees("X:\rContent-Length: 5\r\n", smuggled));
  CHECK_FALSE(agrees("X:\rContent-Length: 5\r\n", whole));
  CHECK(agrees("X:\r\nContent-Length: 5\r\n", whole));
}

TEST_CASE("second reader: agrees on what is there, and on nothing else") {
  CHECK(agrees("A: 1 \r\nb:2\r\nA:\r\n", head_with({{"A", "1"}, {"b", "2"}, {"A", ""}})));
  CHECK(agrees("A:\r\nB: \r\nC:\t \r\nD: 1\r\n",
               head_with({{"A", ""}, {"B", ""}, {"C", ""}, {"D", "1"}})));
  CHECK(agrees("", head_with({})));

  CHECK_FALSE(agrees("A: 1\r\n", head_with({{"A", "2"}})));
  CHECK_FALSE(agrees("A: 1\r\n", head_with({{"a", "1"}})));
  CHECK_FALSE(agrees("A:\r\nB:\r\n", head_with({{"AB", ""}})));
  CHECK_FALSE(agrees("A: 1\r\n", head_with({})));
  CHECK_FALSE(agrees("A: 1\r\n", head_with({{"A", "1"}, {"B", "1"}})));
  CHECK_FALSE(agrees("A: 1\r\nB: 2\r\n", head_with({{"B", "2"}, {"A", "1"}})));
  CHECK_FALSE(agrees("A: 1\r\nB: 2\r\n", head_with({{"A", "2"}, {"B", "2"}})));
}

TEST_CASE("second reader: compares the request line and the status line") {
  RequestHead head = head_with({});
  head.method = "HEAD";
  CHECK_FALSE(agrees("", head));
  head = head_with({});
  head.target = "/b";
  CHECK_FALSE(agrees("", head));
  head = head_with({});
  head.version = Version::http_1_0;
  CHECK_FALSE(agrees("", head));

  SecondReader reader(false);
  ResponseHead answer{404, "any", Version::http_1_1, {}};
  CHECK(reader.agrees("HTTP/1.1 404 Not Found\r\n\r\n", answer));
  answer.status = 200;
  CHECK_FALSE(reader.agrees("HTTP/1.1 404 Not Found\r\n\r\n", answer));
}

TEST_CASE("second reader: compares the length of a body and the sizes of chunks") {
  constexpr std::string_view sized = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
  RequestHead head{"POST", "/", Version::http_1_1, {}};
  head.fields.add("Content-Length", "5");
  SecondReader reader(true);
  Framing framing;
  framing.body = BodyKind::length;
  framing.length = 5;
  CHECK(reader.agrees(sized, head));
  CHECK(reader.agrees_on_framing(framing));
  framing.length = 6;
  CHECK_FALSE(reader.agrees_on_framing(framing));
  framing.body = BodyKind::chunked;
  CHECK_FALSE(reader.agrees_on_framing(framing));

  RequestHead chunked{"POST", "/", Version::http_1_1, {}};
  chunked.fields.add("Transfer-Encoding", "chunked");
  CHECK(reader.agrees("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunked));
  CHECK(reader.agrees_on_framing(framing));
  CHECK(reader.agrees_on_chunk("5", 5));
  CHECK(reader.agrees_on_data("he"));
  CHECK(reader.agrees_on_data("llo"));
  CHECK(reader.agrees_on_data_end());
  CHECK_FALSE(reader.agrees_on_chunk("5", 6));
}

}  // namespace
}  // namespace understudy::http
