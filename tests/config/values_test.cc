#include "understudy/config/values.h"

#include <doctest/doctest.h>

#include "config/checks.h"

using namespace understudy;
using namespace understudy::config;
using namespace std::chrono_literals;

TEST_CASE("duration: every unit is read and printed") {
  CHECK(*parse_duration("500us") == 500us);
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("10s") == 10s);
  CHECK(*parse_duration("5m") == 5min);
  CHECK(*parse_duration("1h") == 1h);
  for (const char* text : {"0s", "500us", "250ms", "60s", "90s", "5m", "1h", "24h"}) {
    CHECK(print_duration(*parse_duration(text)) == text);
  }
}

TEST_CASE("duration: what is none is refused") {
  for (const char* text : {"", "10", "s", "-1s", "1.5s", "1d", "10S", "9223372036854775807h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("size: every unit is read and printed") {
  CHECK(*parse_size("512B") == 512);
  CHECK(*parse_size("64KiB") == 65536);
  CHECK(*parse_size("10MB") == 10'000'000);
  CHECK(*parse_size("4GiB") == std::size_t{4} << 30);
  for (const char* text : {"0B", "1B", "1000B", "1KiB", "64MiB", "4GiB"}) {
    CHECK(print_size(*parse_size(text)) == text);
  }
  CHECK_FALSE(parse_size("1.5MiB"));
  CHECK_FALSE(parse_size("1mib"));
  CHECK_FALSE(parse_size("99999999999999999999B"));
}

TEST_CASE("url: host, port and authority are taken apart") {
  const auto plain = parse_url("http://api.example.com");
  CHECK(plain->host == "api.example.com");
  CHECK(plain->port == 80);
  CHECK(plain->authority == "api.example.com");

  const auto v6 = parse_url("http://[::1]:8080/");
  CHECK(v6->host == "::1");
  CHECK(v6->port == 8080);
  CHECK(v6->authority == "[::1]:8080");
  CHECK(v6->text == "http://[::1]:8080/");
}

TEST_CASE("url: https has a port of its own") {
  const auto secure = parse_url("https://api.example.com");
  CHECK(secure->is_https);
  CHECK(secure->port == 443);
  CHECK(secure->authority == "api.example.com");
  CHECK(parse_url("HTTPS://a:80")->authority == "a:80");
  CHECK(parse_url("http://a:443")->authority == "a:443");
  CHECK_FALSE(parse_url("http://a")->is_https);
}

TEST_CASE("url: what an upstream cannot be is refused") {
  for (const char* text :
       {"", "http://", "http://:80", "http://a:", "http://a:b", "http://a:65536", "http://[::1",
        "http://[::1]x:80", "http://a b", "http://a/x", "http://a?x", "http://u@a", "//a",
        "http://a:80:80", "ftp://a", "http://unix:/x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
  }
}

TEST_CASE("number: it is printed so that TOML reads it as a number with a fraction") {
  CHECK(print_number(100) == "100.0");
  CHECK(print_number(0.01) == "0.01");
  CHECK(print_number(1e300) == "1e+300");
}

TEST_CASE("checks: hosts, places and patterns") {
  CHECK(check_host("preserve"));
  CHECK(check_host("api.example.com:8443"));
  CHECK(check_host("[::1]:80"));
  CHECK_FALSE(check_host("::1"));
  CHECK_FALSE(check_host("a:b"));
  CHECK(check_place("header:ETag"));
  CHECK(check_place("/items/*/a~1b"));
  CHECK_FALSE(check_place("header:"));
  CHECK_FALSE(check_place("/a~"));
  CHECK_FALSE(check_place("heder:ETag"));
  CHECK(check_endpoint("GET /users/{id}"));
  CHECK_FALSE(check_endpoint("GET  /users"));
  CHECK_FALSE(check_pattern("/users/x{id}"));
}
