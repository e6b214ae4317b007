#include "understudy/base/suggest.h"

#include <doctest/doctest.h>

using namespace understudy;

TEST_CASE("suggest: a mistyped word finds what was meant") {
  const std::vector<std::string_view> keys = {"percent", "timeout", "max_inflight", "url"};

  CHECK(closest("prcent", keys) == "percent");
  CHECK(closest("tiemout", keys) == "timeout");
  CHECK(closest("MAX_INFLIGTH", keys) == "max_inflight");
  CHECK(closest("ulr", keys) == "url");
}

TEST_CASE("suggest: a word unlike all others finds nothing") {
  const std::vector<std::string_view> keys = {"percent", "timeout", "url"};

  CHECK(closest("colour", keys).empty());
  CHECK(closest("", keys).empty());
  CHECK(closest(std::string(100'000, 'p'), keys).empty());
  CHECK(did_you_mean("colour", keys).empty());
}
