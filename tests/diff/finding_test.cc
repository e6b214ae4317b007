#include "understudy/diff/finding.h"

#include <doctest/doctest.h>

using namespace understudy;
using diff::Kind;

TEST_CASE("finding: indices and ids in a place become *, lines lose their number") {
  CHECK(diff::generalized_place("/items/3/price") == "/items/*/price");
  CHECK(diff::generalized_place("/3f2504e0-4f89-11d3-9a0c-0305e82c3301/x") == "/*/x");
  CHECK(diff::generalized_place("/by_day/2024-01-31") == "/by_day/*");
  CHECK(diff::generalized_place("/by_mail/~0email:0123abcd") == "/by_mail/*");
  CHECK(diff::generalized_place("/address_1/line-2") == "/address_1/line-2");
  CHECK(diff::generalized_place("/") == "/");
  CHECK(diff::generalized_place("line:12") == "line");
  CHECK(diff::generalized_place("line:12 retries") == "line retries");
  CHECK(diff::generalized_place("line:7 column 4") == "line column 4");
  CHECK(diff::generalized_place("header:ETag") == "header:ETag");
  CHECK(diff::generalized_place("status") == "status");
}

TEST_CASE("finding: a signature is the set of places and kinds at an endpoint") {
  const std::vector<diff::Difference> one = {{"/a/1", Kind::value, {}, {}},
                                             {"/b", Kind::type, {}, {}}};
  const std::vector<diff::Difference> same = {
      {"/b", Kind::type, {"x"}, {}}, {"/a/7", Kind::value, {}, {}}, {"/a/8", Kind::value, {}, {}}};
  const std::vector<diff::Difference> other = {{"/a/1", Kind::missing, {}, {}},
                                               {"/b", Kind::type, {}, {}}};

  CHECK(diff::signature("GET /", one) == diff::signature("GET /", same));
  CHECK(diff::signature("GET /", one) != diff::signature("GET /", other));
  CHECK(diff::signature("GET /", one) != diff::signature("GET /x", one));
  CHECK(diff::signature("GET /", one).size() == 12);
  CHECK(diff::signature("GET /", {}).empty());
}
