#include "mirror/shadow_head.h"

#include <doctest/doctest.h>

using namespace understudy;

namespace {

http::RequestHead live_head() {
  http::RequestHead head{"POST", "/a?b=c", http::Version::http_1_1, {}};
  for (const auto& [name, value] : config::FieldList{{"Host", "live.test"},
                                                     {"X-One", "1"},
                                                     {"accept", "a"},
                                                     {"x-one", "2"},
                                                     {"Accept", "b"},
                                                     {"Content-Length", "3"}}) {
    head.fields.add(name, value);
  }
  return head;
}

http::RequestHead shadow_head(http::RequestHead head, const config::Shadow& shadow,
                              const config::Route* route) {
  mirror::change_for_shadow(head.fields, shadow, route);
  return head;
}

std::string lines(const http::RequestHead& head) {
  std::string text;
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    const auto field = head.fields[i];
    text.append(field.name).append("=").append(field.value).append(";");
  }
  return text;
}

config::Shadow plain_shadow() {
  config::Shadow shadow;
  shadow.url.authority = "shadow.test:81";
  shadow.set_headers.clear();
  return shadow;
}

}  // namespace

TEST_CASE("shadow head: by default only the mark is added") {
  config::Shadow shadow;

  const auto head = shadow_head(live_head(), shadow, nullptr);

  CHECK(head.method == "POST");
  CHECK(head.target == "/a?b=c");
  CHECK(lines(head) ==
        "Host=live.test;X-One=1;accept=a;x-one=2;Accept=b;Content-Length=3;Understudy-Shadow=1;");
}

TEST_CASE("shadow head: the host is preserved, the upstream's, or a literal, in its place") {
  auto shadow = plain_shadow();
  CHECK(shadow_head(live_head(), shadow, nullptr).fields.find("Host") == "live.test");

  shadow.host = "upstream";
  CHECK(lines(shadow_head(live_head(), shadow, nullptr)).rfind("Host=shadow.test:81;X-One", 0) ==
        0);

  shadow.host = "other.test";
  const auto head = shadow_head(live_head(), shadow, nullptr);
  CHECK(head.fields.find("Host") == "other.test");
  CHECK(head.fields.count("Host") == 1);
}

TEST_CASE("shadow head: a field that is set takes the place of all of that name") {
  auto shadow = plain_shadow();
  shadow.set_headers = {{"ACCEPT", "z"}, {"New", "n"}};

  CHECK(lines(shadow_head(live_head(), shadow, nullptr)) ==
        "Host=live.test;X-One=1;ACCEPT=z;x-one=2;Content-Length=3;New=n;");
}

TEST_CASE("shadow head: a field to remove goes in every spelling, unless it is set") {
  auto shadow = plain_shadow();
  shadow.remove_headers = {"X-ONE", "Accept"};
  shadow.set_headers = {{"Accept", "z"}};

  CHECK(lines(shadow_head(live_head(), shadow, nullptr)) ==
        "Host=live.test;Accept=z;Content-Length=3;");
}

TEST_CASE("shadow head: framing is not the configuration's to change") {
  auto shadow = plain_shadow();
  shadow.remove_headers = {"Content-Length", "X-One", "Accept"};
  shadow.set_headers = {{"Transfer-Encoding", "chunked"}, {"content-length", "9"}};

  CHECK(lines(shadow_head(live_head(), shadow, nullptr)) == "Host=live.test;Content-Length=3;");
}

TEST_CASE("shadow head: what a route names stands in for the shadow's own value") {
  auto shadow = plain_shadow();
  shadow.set_headers = {{"Own", "1"}};
  shadow.remove_headers = {"Accept"};
  config::Route route;
  route.override.has_set_headers = true;
  route.override.set_headers = {{"Route", "1"}};

  CHECK(lines(shadow_head(live_head(), shadow, &route)) ==
        "Host=live.test;X-One=1;x-one=2;Content-Length=3;Route=1;");
  route.override.has_remove_headers = true;
  CHECK(lines(shadow_head(live_head(), shadow, &route)) ==
        "Host=live.test;X-One=1;accept=a;x-one=2;Accept=b;Content-Length=3;Route=1;");
}

TEST_CASE("shadow head: fields that only the shadow gets come behind, in the configured order") {
  auto shadow = plain_shadow();
  shadow.set_headers = {{"New", "1"}, {"Accept", "z"}, {"new", "2"}};

  CHECK(lines(shadow_head(live_head(), shadow, nullptr)) ==
        "Host=live.test;X-One=1;Accept=z;x-one=2;Content-Length=3;New=1;new=2;");
}
