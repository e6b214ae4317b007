#include "understudy/http/framing.h"

#include <doctest/doctest.h>

namespace understudy::http {
namespace {

bool allows(std::string_view target, std::string_view method = "GET") {
  return check_target(method, target).ok();
}

TEST_CASE("target: paths, URLs and the asterisk of OPTIONS are allowed") {
  for (const std::string_view target :
       {"/", "/a/b;c=d/e,f", "/%e2%82%ac", "/100%", "//double", "/?", "/?a?b/c", "/a:b@c",
        "http://a", "http://a/", "HTTP://a:80/b", "https://[::1]:8443/b?c", "http://a?b"}) {
    CAPTURE(target);
    CHECK(allows(target));
  }
  CHECK(allows("*", "OPTIONS"));
  CHECK(allows("/", "OPTIONS"));
}

TEST_CASE("target: what browsers leave unencoded passes, though RFC 3986 is narrower") {
  CHECK(allows("/a|b^c[0]'"));
  CHECK(allows("/?filter={a|b}&c[]=d^e`f\\g"));
}

TEST_CASE("target: anything else is refused") {
  for (const std::string_view target : {"",
                                        "a",
                                        "*",
                                        "**",
                                        "*/x",
                                        "?a",
                                        "/a b",
                                        "/a\tb",
                                        "/a#b",
                                        "/?#",
                                        "/<",
                                        "/>",
                                        "/\"",
                                        "/{",
                                        "/}",
                                        "/\\",
                                        "/`",
                                        "/?<",
                                        "/?\"",
                                        "/\x7f",
                                        "/\xff",
                                        "http:/a",
                                        "http://",
                                        "http:///a",
                                        "http://u@a/",
                                        "http://u:p@a/",
                                        "http://a:b/",
                                        "http://a:99999/",
                                        "http://a#b",
                                        "ftp://a/",
                                        "http://[::1/",
                                        "http://a b/",
                                        "a:80",
                                        "https:a"}) {
    CAPTURE(target);
    CHECK_FALSE(allows(target));
  }
  CHECK_FALSE(allows("*x", "OPTIONS"));
  CHECK(check_target("CONNECT", "a:443").error().code == Code::unsupported);
}

Result<Framing> framed(std::string_view target, std::string_view host) {
  RequestHead head{"GET", std::string(target), Version::http_1_1, {}};
  head.fields.add("Host", host);
  return frame_request(head);
}

TEST_CASE("host: names, addresses and ports are allowed") {
  for (const std::string_view host : {"a", "a.b:80", "a_b", "127.0.0.1:8080", "[::1]",
                                      "[2001:db8::1]:443", "a:", "xn--nxasmq6b", "a%20b"}) {
    CAPTURE(host);
    CHECK(framed("/", host).ok());
  }
}

TEST_CASE("host: what could be read as another host is refused") {
  for (const std::string_view host :
       {"",        "a/b",   "a b", "a@b",      "a?b",   "a#b",      "a\\b",
        "a:b",     "a:1:2", "::1", "[::1",     "[]",    "[g]",      "[::1]x",
        "a:65536", "a:+80", ":80", "http://a", "\"a\"", "a\xc3\xa4"}) {
    CAPTURE(host);
    CHECK_FALSE(framed("/", host).ok());
  }
}

TEST_CASE("host: must be that of an absolute target, whose default port may be left out") {
  CHECK(framed("http://a/", "A").ok());
  CHECK(framed("http://a:80/", "a").ok());
  CHECK(framed("https://a/", "a:443").ok());
  CHECK_FALSE(framed("http://a/", "a:443").ok());
  CHECK_FALSE(framed("http://a/", "b").ok());
  CHECK_FALSE(framed("http://a:81/", "a").ok());
}

TEST_CASE("framing: a refusal says what is wrong") {
  RequestHead head{"GET", "/", Version::http_1_1, {}};
  CHECK(frame_request(head).error().detail == "Host is missing");

  head.fields.add("Host", "a");
  head.fields.add("Content-Length", "1");
  head.fields.add("Content-Length", "1");
  CHECK(frame_request(head).error().detail == "Content-Length is given more than once");

  const ResponseHead answer{200, "", Version::http_1_1, head.fields};
  CHECK(frame_response(answer, "GET").error().code == Code::bad_answer);
  CHECK(frame_response(answer, "GET").error().leg == Leg::primary);
}

}  // namespace
}  // namespace understudy::http
