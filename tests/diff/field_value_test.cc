#include "diff/field_value.h"

#include <doctest/doctest.h>

using understudy::diff::say_the_same;

namespace {

using Lines = std::vector<std::string_view>;

bool same(std::string_view name, const Lines& a, const Lines& b) {
  return say_the_same(name, a, b);
}

}  // namespace

TEST_CASE("field value: sets are read over lines, in any order, without empty elements") {
  CHECK(same("Vary", {"A, b", "C"}, {"c,,a", " B ,a"}));
  CHECK_FALSE(same("Vary", {"a, b"}, {"a"}));
  CHECK_FALSE(same("Vary", {"*"}, {"a"}));
  CHECK(same("Allow", {"GET, PUT"}, {"PUT, GET"}));
  CHECK(same("Accept-Encoding", {"gzip, br;q=0.5"}, {"br;q=0.5", "GZIP"}));
  CHECK_FALSE(same("Accept-Encoding", {"gzip, br;q=0.5"}, {"gzip, br"}));
  CHECK(same("Accept-CH", {"Sec-CH-UA, DPR"}, {"dpr, sec-ch-ua"}));
  CHECK_FALSE(same("Allow", {"GET"}, {"get"}));  // methods are case-sensitive
  CHECK_FALSE(same("Allow", {}, {"GET"}));
}

TEST_CASE("field value: quoted strings hold separators and escapes") {
  CHECK(
      same("Cache-Control", {R"(private="a, b", max-age=1)"}, {R"(max-age="1", private="a, b")"}));
  CHECK_FALSE(same("Cache-Control", {R"(private="a, b")"}, {R"(private="a", b)"}));
  CHECK(same("Content-Type", {R"(text/x; a="q\"; z")"}, {R"(TEXT/x ;A="\q\"\; z")"}));
  CHECK_FALSE(same("Vary", {R"(a, "b\)"}, {"a"}));
  CHECK_FALSE(same("Cache-Control", {"max-age=0, max-age=600"}, {"max-age=600, max-age=0"}));
  CHECK_FALSE(same("Content-Type", {R"(text/x; a="b)"}, {R"(text/x; a=b)"}));
  CHECK_FALSE(same("Content-Type", {"text/x; boundary=A"}, {"text/x; boundary=a"}));
}

TEST_CASE("field value: an instant is the same in each of its formats") {
  const std::string_view at = "Sun, 06 Nov 1994 08:49:37 GMT";
  CHECK(same("Expires", {at}, {"Sunday, 06-Nov-94 08:49:37 GMT"}));
  CHECK(same("Expires", {at}, {"Sun Nov  6 08:49:37 1994"}));
  CHECK_FALSE(same("Expires", {at}, {"Sun, 06 Nov 1994 08:49:38 GMT"}));
  CHECK_FALSE(same("Expires", {at}, {"Sun, 06 Nov 1994 08:49:37 CET"}));
  CHECK_FALSE(same("Expires", {"0"}, {"-1"}));
  CHECK_FALSE(same("Retry-After", {"784111777"}, {at}));
  CHECK_FALSE(
      same("Expires", {"Wed, 02 Mar 1994 08:49:37 GMT"}, {"Wed, 30 Feb 1994 08:49:37 GMT"}));
  CHECK(same("Retry-After", {"120"}, {"120"}));
}

TEST_CASE("field value: URLs are the same after RFC 3986's normalization, and no further") {
  CHECK(same("Location", {"HTTPS://A.test:443?x"}, {"https://a.test/?x"}));
  CHECK(same("Location", {"/%7Ea%2f"}, {"/~a%2F"}));
  CHECK_FALSE(same("Location", {"/a"}, {"/A"}));
  CHECK_FALSE(same("Location", {"/a%2Fb"}, {"/a/b"}));
  CHECK_FALSE(same("Location", {"http://a.test:443/"}, {"http://a.test/"}));
  CHECK_FALSE(same("Location", {"/a?u=HTTP://B.test"}, {"/a?u=http://b.test"}));
  CHECK(same("Location", {"http://Me:Pw@A.test/"}, {"http://Me:Pw@a.test/"}));
  CHECK_FALSE(same("Location", {"http://Me:Pw@a.test/"}, {"http://me:pw@a.test/"}));
  CHECK(same("Location", {"%"}, {"%"}));
  CHECK_FALSE(same("Location", {"%4"}, {"%5"}));
}

TEST_CASE("field value: links are a set, with parameters in any order") {
  CHECK(same("Link", {R"(<a,b>; rel=x, <c>; rel="y")"}, {R"(<c>;REL=y)", R"(<a,b> ; rel="x")"}));
  CHECK_FALSE(same("Link", {"<a>; rel=x"}, {"<b>; rel=x"}));
  CHECK_FALSE(same("Link", {"<a>; rel=x"}, {"<a>; rel=y"}));
  CHECK_FALSE(same("Link", {R"(<a>; rel="x;title=y")"}, {"<a>; rel=x; title=y"}));
}

TEST_CASE("field value: of cookies, names and attributes count") {
  CHECK(same("Set-Cookie", {"a=1; Path=/; Secure", "b=2"}, {"b=3", "a=4;secure ;path=/"}));
  CHECK(same("Set-Cookie", {"a=1; Domain=.A.test; SameSite=Lax"},
             {"a=2; samesite=lax; domain=a.test"}));
  CHECK(same("Set-Cookie", {"a=1; Expires=Sun, 06 Nov 2044 08:49:37 GMT"},
             {"a=1; Expires=Sun, 06 Nov 2044 08:49:39 GMT"}));
  CHECK_FALSE(same("Set-Cookie", {"a=1"}, {"b=1"}));
  CHECK_FALSE(same("Set-Cookie", {"a=1"}, {"a="}));
  CHECK_FALSE(same("Set-Cookie", {"a=1"}, {"a=1", "b=1"}));
  CHECK_FALSE(same("Set-Cookie", {"a=1; Secure"}, {"a=1"}));
  CHECK_FALSE(same("Set-Cookie", {"a=1; Path=/a"}, {"a=1; Path=/A"}));
  CHECK_FALSE(same("Set-Cookie", {"a=1; Max-Age=1"}, {"a=1; Max-Age=2"}));
  const std::string_view later = "a=1; Expires=Sun, 06 Nov 2044 08:49:37 GMT";
  CHECK_FALSE(same("Set-Cookie", {later}, {"a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}));
  CHECK_FALSE(same("Set-Cookie", {later}, {"a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT"}));
  CHECK_FALSE(same("Set-Cookie", {later}, {"a=1; Expires=Sun, 06 Nov 2044 07:49:37 GMT"}));
  CHECK_FALSE(same("Set-Cookie", {later}, {"a=1; Expires=banana"}));
  CHECK_FALSE(same("Set-Cookie", {later}, {"a=1"}));
  CHECK(same("Set-Cookie", {later}, {"a=1; Expires=Sun, 06-Nov-2044 08:49:38 GMT"}));
  // Quotes and brackets mean nothing, and of two of one name the last one counts.
  CHECK_FALSE(same("Set-Cookie", {"s=<x; Secure"}, {"s=<x"}));
  CHECK_FALSE(same("Set-Cookie", {"s=x\"y; Secure"}, {"s=x\"z"}));
  CHECK_FALSE(same("Set-Cookie", {"a=1; Path=\"/a\""}, {"a=1; Path=/a"}));
  CHECK_FALSE(same("Set-Cookie", {"s=; Max-Age=0", "s=x"}, {"s=x", "s=; Max-Age=0"}));
}

TEST_CASE("field value: others are what they are, and odd ones do no harm") {
  CHECK(same("X-A", {"a", "b"}, {"a", "b"}));
  CHECK_FALSE(same("X-A", {"a", "b"}, {"b", "a"}));
  for (const std::string_view name :
       {"Vary", "Content-Type", "Link", "Location", "Set-Cookie", "Expires", "Cache-Control"}) {
    for (const std::string_view odd :
         {"", ";", ",", "\"", "\"\\", "<", "=", "; =", "<>", "://", "%"}) {
      CAPTURE(name);
      CAPTURE(odd);
      CHECK(same(name, {odd}, {odd}));
    }
  }
}
