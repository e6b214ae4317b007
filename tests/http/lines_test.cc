#include "http/lines.h"

#include <string>

#include <doctest/doctest.h>

#include "understudy/base/limits.h"

// Our own reading alone: in the parser llhttp would refuse many of these as well, and hide a hole.
namespace understudy::http {
namespace {

using namespace std::string_view_literals;

TEST_CASE("lines: every one ends with CR LF") {
  for (const std::string_view end : {"", "\n", "\r", "\n\r", "\r\r"}) {
    CHECK_FALSE(read_request_line("GET / HTTP/1.1" + std::string(end)).ok());
    CHECK_FALSE(read_status_line("HTTP/1.1 200 OK" + std::string(end)).ok());
    CHECK_FALSE(read_field_line("A: b" + std::string(end)).ok());
    CHECK_FALSE(read_chunk_line("5" + std::string(end)).ok());
  }
  CHECK_FALSE(read_status_line("HTTP/1.1 200 OK\r\r\n").ok());
  CHECK_FALSE(read_field_line("A: b\r\r\n").ok());
  CHECK_FALSE(read_chunk_line("5\r\r\n").ok());
}

TEST_CASE("lines: a field is a token, a colon and text") {
  const auto field = read_field_line("X-a!#$%&'*+-.^_`|~9:\t b\xff c \r\n");
  REQUIRE(field.ok());
  CHECK(field->name == "X-a!#$%&'*+-.^_`|~9");
  CHECK(field->value == "b\xff c");
  CHECK(read_field_line("A::b\r\n")->value == ":b");
  CHECK(read_field_line("A:\r\n")->value.empty());

  for (const std::string_view line :
       {":b\r\n"sv, "A\r\n"sv, " A: b\r\n"sv, "\tA: b\r\n"sv, "A : b\r\n"sv, "A\t: b\r\n"sv,
        "A\x7f: b\r\n"sv, "A\xe9: b\r\n"sv, "A\0: b\r\n"sv, "A: \0\r\n"sv, "A: \x7f\r\n"sv,
        "A: \x1f\r\n"sv, "A: b\rc\r\n"sv, "A: \v\r\n"sv, "A(: b\r\n"sv, "A/: b\r\n"sv}) {
    CAPTURE(line);
    CHECK_FALSE(read_field_line(line).ok());
  }
}

TEST_CASE("lines: a value may hold any byte but control characters, wherever it stands") {
  constexpr std::size_t size = 21;
  for (int c = 0; c < 256; ++c) {
    const bool is_control = (c < ' ' && c != '\t') || c == 0x7f;
    for (std::size_t at = 0; at < size; ++at) {
      CAPTURE(c);
      CAPTURE(at);
      std::string line = "A:" + std::string(size, '\xff') + "\r\n";
      line[2 + at] = static_cast<char>(c);
      CHECK(read_field_line(line).ok() != is_control);
      line[2 + (at + 1) % size] = '\t';
      CHECK(read_field_line(line).ok() != is_control);
    }
  }
}

TEST_CASE("lines: a request line has three parts and two spaces") {
  const auto line = read_request_line("X! /a HTTP/1.0\r\n");
  REQUIRE(line.ok());
  CHECK(line->method == "X!");
  CHECK(line->target == "/a");
  CHECK(line->version == Version::http_1_0);

  for (const std::string_view bad :
       {"\r\n"sv, "GET\r\n"sv, "GET /\r\n"sv, "GET  HTTP/1.1\r\n"sv, "GET / / HTTP/1.1\r\n"sv,
        "GET  / HTTP/1.1\r\n"sv, "GET /  HTTP/1.1\r\n"sv, " GET / HTTP/1.1\r\n"sv,
        "GET / HTTP/1.1 \r\n"sv, "GET /\x7f HTTP/1.1\r\n"sv, "GET /\xc3 HTTP/1.1\r\n"sv,
        "GET /\0 HTTP/1.1\r\n"sv, "GET /\t HTTP/1.1\r\n"sv, "GET / HTTP/1.10\r\n"sv,
        "GET / HTTP/2.0\r\n"sv, "GET / XTTP/1.1\r\n"sv, "G\rT / HTTP/1.1\r\n"sv}) {
    CAPTURE(bad);
    CHECK_FALSE(read_request_line(bad).ok());
  }
}

TEST_CASE("lines: a chunk size is hexadecimal, bounded and alone or followed by an extension") {
  CHECK(read_chunk_line("0\r\n")->size == 0);
  CHECK(read_chunk_line("fF\r\n")->size == 255);
  CHECK(read_chunk_line("4000000000000000\r\n")->size == limits::max_body_length);
  CHECK(read_chunk_line("000a;x=\"y z\"\r\n")->digits == "000a");

  for (const std::string_view bad :
       {"\r\n"sv, ";a\r\n"sv, "g\r\n"sv, "5 \r\n"sv, "5\t;a\r\n"sv, "5,\r\n"sv, "-5\r\n"sv,
        "0x5\r\n"sv, "4000000000000001\r\n"sv, "ffffffffffffffed\r\n"sv, "00000000000000005\r\n"sv,
        "5;\0\r\n"sv, "5;\x7f\r\n"sv, "5;a\rb\r\n"sv}) {
    CAPTURE(bad);
    CHECK_FALSE(read_chunk_line(bad).ok());
  }
}

}  // namespace
}  // namespace understudy::http
