#include "understudy/http/head.h"

#include <doctest/doctest.h>

namespace understudy::http {
namespace {

Fields sample() {
  Fields fields;
  fields.add("Accept", "a");
  fields.add("X-Empty", "");
  fields.add("accept", "b, c");
  fields.add("Host", "h");
  return fields;
}

TEST_CASE("fields: keep order, case and duplicates") {
  const Fields fields = sample();

  CHECK(fields.size() == 4);
  CHECK(fields[0].name == "Accept");
  CHECK(fields[1].value == "");
  CHECK(fields[2].name == "accept");
  CHECK(fields[3].value == "h");
  CHECK(fields.bytes() == 29);
}

TEST_CASE("fields: are found in any case, the first one first") {
  const Fields fields = sample();

  CHECK(fields.find("ACCEPT") == "a");
  CHECK(fields.find("x-empty").data() != nullptr);
  CHECK(fields.find("nothing").data() == nullptr);
  CHECK(fields.has("X-EMPTY"));
  CHECK_FALSE(fields.has("X-Empt"));
  CHECK(fields.count("accept") == 2);
  CHECK(fields.joined("accept") == "a, b, c");
  CHECK(fields.joined("nothing") == "");
  CHECK(fields.list_has("Accept", "C"));
  CHECK_FALSE(fields.list_has("Accept", "b, c"));
}

TEST_CASE("fields: removing takes every one of a name and its bytes") {
  Fields fields = sample();

  CHECK(fields.remove("ACCEPT") == 2);
  CHECK(fields.remove("ACCEPT") == 0);

  CHECK(fields.size() == 2);
  CHECK(fields[0].name == "X-Empty");
  CHECK(fields[1].value == "h");
  CHECK(fields.bytes() == 12);
}

TEST_CASE("fields: a copy has all, and neither changes with the other") {
  Fields fields = sample();

  Fields copy = fields;
  copy.add("X-New", "n");
  fields.remove("accept");

  CHECK(copy.size() == 5);
  CHECK(copy[2].value == "b, c");
  CHECK(copy[4].name == "X-New");
  CHECK(copy.bytes() == 35);
  CHECK(fields.size() == 2);
  copy = fields;
  CHECK(copy.lines() == "X-Empty: \r\nHost: h\r\n");
}

TEST_CASE("fields: what was moved away is empty and can be filled again") {
  Fields fields = sample();

  const Fields taken = std::move(fields);
  CHECK(taken.size() == 4);
  CHECK(fields.empty());
  CHECK(fields.bytes() == 0);
  fields.add("A", "1");

  CHECK(fields.lines() == "A: 1\r\n");
}

TEST_CASE("fields: are kept as they are written") {
  const Fields fields = sample();

  CHECK(fields.lines() == "Accept: a\r\nX-Empty: \r\naccept: b, c\r\nHost: h\r\n");
  CHECK(fields.line(1) == "X-Empty: \r\n");
  Fields some;
  some.add(fields, 3);
  some.add(fields, 1);
  CHECK(some.lines() == "Host: h\r\nX-Empty: \r\n");
  CHECK(some.has(FieldId::host));
}

TEST_CASE("fields: grow past what was reserved") {
  constexpr std::size_t many = 300;
  Fields fields;
  fields.reserve(2, 10);

  for (std::size_t i = 0; i < many; ++i) fields.add("N", std::string(i, 'v'));

  REQUIRE(fields.size() == many);
  for (std::size_t i = 0; i < many; ++i) CHECK(fields[i].value.size() == i);
  CHECK(fields.bytes() == many + many * (many - 1) / 2);
}

TEST_CASE("fields: know what a name says, in any case") {
  Fields fields;
  for (const auto name : {"content-LENGTH", "Content-Language", "te", "X-Forwarded-Port",
                          "If-Match", "Content", "X-Te", "Content-"}) {
    fields.add(name, "1");
  }

  CHECK(fields.id(0) == FieldId::content_length);
  CHECK(fields.id(1) == FieldId::other_content);
  CHECK(fields.id(2) == FieldId::te);
  CHECK(fields.id(3) == FieldId::other_x_forwarded);
  CHECK(fields.id(4) == FieldId::other_if);
  CHECK(fields.id(5) == FieldId::other);
  CHECK(fields.id(6) == FieldId::other);
  CHECK(fields.id(7) == FieldId::other_content);
  CHECK(field_id("") == FieldId::other);
  CHECK(fields.find(FieldId::content_length) == "1");
  CHECK_FALSE(fields.has(FieldId::host));
  CHECK_FALSE(fields.has("Content-Type"));
  CHECK_FALSE(fields.has("Content-Lang"));
  CHECK(fields.has("CONTENT-LANGUAGE"));
}

TEST_CASE("fields: an empty list knows nothing") {
  const Fields fields;

  CHECK(fields.empty());
  CHECK(fields.find("a").data() == nullptr);
  CHECK(fields.joined("a").empty());
}

TEST_CASE("methods: safe and idempotent ones are known") {
  CHECK(is_safe("GET"));
  CHECK(is_safe("OPTIONS"));
  CHECK_FALSE(is_safe("PUT"));
  CHECK_FALSE(is_safe("get"));
  CHECK(is_idempotent("DELETE"));
  CHECK(is_idempotent("HEAD"));
  CHECK_FALSE(is_idempotent("POST"));
  CHECK_FALSE(is_idempotent("PATCH"));
}

}  // namespace
}  // namespace understudy::http
