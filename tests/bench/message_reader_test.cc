#include "bench/message_reader.h"

#include <doctest/doctest.h>

namespace understudy::bench {

using Step = MessageReader::Step;

namespace {

// What the reader makes of these bytes: h for a head, m for a message, b for broken.
std::string steps(MessageReader& reader, std::string_view bytes) {
  std::string seen;
  for (;;) {
    const auto step = reader.read(bytes);
    if (step == Step::more) return seen;
    seen += step == Step::head ? 'h' : step == Step::message ? 'm' : 'b';
    if (step == Step::broken) return seen;
  }
}

std::string steps(std::string_view bytes) {
  MessageReader reader;
  return steps(reader, bytes);
}

}  // namespace

TEST_CASE("message reader: a request without a body ends with its head") {
  CHECK(steps("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == "hm");
}

TEST_CASE("message reader: a body is as long as it says, in any case of letters") {
  CHECK(steps("POST / HTTP/1.1\r\ncontent-LENGTH: 5\r\n\r\n1234") == "h");
  CHECK(steps("POST / HTTP/1.1\r\ncontent-LENGTH: 5\r\n\r\n12345") == "hm");
}

TEST_CASE("message reader: pipelined messages are told apart") {
  CHECK(steps("GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET / HTTP/1.1"
              "\r\n\r\n") == "hmhmhm");
}

TEST_CASE("message reader: pieces of any size make the same messages") {
  const std::string_view all =
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 No\r\n\r\n";
  for (std::size_t size = 1; size <= all.size(); ++size) {
    MessageReader reader;
    std::string seen;
    for (std::size_t at = 0; at < all.size(); at += size) {
      seen += steps(reader, all.substr(at, size));
    }
    CHECK(seen == "hmhm");
    CHECK(reader.status() == 404);
  }
}

TEST_CASE("message reader: an answer's status is known with its head") {
  MessageReader reader;
  std::string_view bytes = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9\r\n\r\n";

  CHECK(reader.read(bytes) == Step::head);
  CHECK(reader.status() == 502);
}

TEST_CASE("message reader: who will close says so, or speaks HTTP/1.0") {
  const auto is_last = [](std::string_view bytes) {
    MessageReader reader;
    reader.read(bytes);
    return reader.is_last();
  };

  CHECK(is_last("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"));
  CHECK(is_last("GET / HTTP/1.0\r\n\r\n"));
  CHECK_FALSE(is_last("GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"));
  CHECK_FALSE(is_last("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST_CASE("message reader: what it cannot find the end of is broken") {
  CHECK(steps("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") == "b");
  CHECK(steps("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n") == "b");
  CHECK(steps("HTTP/1.1 ok\r\n\r\n") == "b");
  CHECK(steps("hello\r\n\r\n") == "b");
  CHECK(steps("GET / HTTP/1.1\r\nX: " + std::string(20000, 'x')) == "b");
}

}  // namespace understudy::bench
