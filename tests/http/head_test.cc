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
