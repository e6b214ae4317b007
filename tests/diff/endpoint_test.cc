#include "understudy/diff/endpoint.h"

#include <doctest/doctest.h>

using namespace understudy;

namespace {

std::string named(std::string_view target, const std::vector<std::string>& templates = {}) {
  const auto namer = diff::EndpointNamer::create(templates);
  REQUIRE(namer.ok());
  return namer->name("GET", target);
}

}  // namespace

TEST_CASE("endpoint: identifiers in the path become {id}") {
  for (const auto* id : {"7",
                         "00042",
                         "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
                         "3F2504E0-4F89-11D3-9A0C-0305E82C3301",
                         "abcdefab-cdef-abcd-efab-cdefabcdefab",
                         "a1b2c3d",
                         "9fceb02d0ae598e95dc970b74767f19372d61af8",
                         "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                         "0ujtsYcgvSTl8PAuAdqWYSMnLOv",
                         "10.0.0.1",
                         "2001:db8::1",
                         "::",
                         "2024-01-31",
                         "2024-01-31T10:00:00Z",
                         "ord-123",
                         "prefix_123",
                         "cus_9s6XKzkNRiz8i3",
                         "1,2,3",
                         "bob@example.com",
                         "bob%40example.com"}) {
    CAPTURE(id);
    CHECK(named(std::string("/users/") + id) == "GET /users/{id}");
    CHECK(named(std::string("/users/") + id + "/orders") == "GET /users/{id}/orders");
  }
}

TEST_CASE("endpoint: words, versions, short names and files stay") {
  for (const auto* path : {"/",
                           "/users",
                           "/users/",
                           "/v1/users",
                           "/v2.1/x",
                           "/users/me",
                           "/defaced",
                           "/deadbeef",
                           "/articles/how-to-cook-rice",
                           "/a1b2",
                           "/1.2.3",
                           "/1.2.x.4",
                           "/1..2.3",
                           "/1,",
                           "/static/foo-1.2.js",
                           "/static/app.3f2a1b9c.js",
                           "/index.html",
                           "/404.html",
                           "//double",
                           "/x86_64",
                           "/.well-known/x"}) {
    CAPTURE(path);
    CHECK(named(path) == std::string("GET ") + path);
  }
}

TEST_CASE("endpoint: query and fragment are dropped, an absolute target is named by its path") {
  CHECK(named("/users/7?expand=/a/1") == "GET /users/{id}");
  CHECK(named("/users#7") == "GET /users");
  CHECK(named("http://example.com:80/users/7?x=1") == "GET /users/{id}");
  CHECK(named("http://example.com") == "GET /");
  CHECK(named("*") == "GET *");
}

TEST_CASE("endpoint: the first template that fits wins, with its method") {
  const std::vector<std::string> templates = {"POST /users/{user}", "/users/{name}/x", "/files/**",
                                              "GET /users/*"};
  CHECK(named("/users/bob", templates) == "GET /users/*");
  CHECK(named("/users/bob/x?y", templates) == "GET /users/{name}/x");
  CHECK(named("/files/a/7/c", templates) == "GET /files/**");
  CHECK(named("/other/7", templates) == "GET /other/{id}");
}

TEST_CASE("endpoint: a template that is no path is a configuration error") {
  for (const auto* bad : {"users", "GET users", "/a{b}", ""}) {
    CAPTURE(bad);
    const auto namer = diff::EndpointNamer::create({bad});
    REQUIRE_FALSE(namer.ok());
    CHECK(namer.error().code == Code::bad_config);
  }
}
