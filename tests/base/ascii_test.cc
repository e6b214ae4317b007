#include "understudy/base/ascii.h"

#include <doctest/doctest.h>

using namespace understudy;

TEST_CASE("ascii: names compare in any case, bytes beyond ASCII do not") {
  CHECK(ascii::iequals("Content-Length", "content-LENGTH"));
  CHECK_FALSE(ascii::iequals("a", "ab"));
  CHECK_FALSE(ascii::iequals("\xc3\x84", "\xc3\xa4"));
}

TEST_CASE("ascii: a number is decimal digits and nothing else") {
  CHECK(ascii::to_number("18446744073709551615") == 18446744073709551615u);
  for (const auto* bad : {"", "+3", "-3", "0x3", "3 ", " 3", "3,3", "18446744073709551616"}) {
    CAPTURE(bad);
    CHECK_FALSE(ascii::to_number(bad).has_value());
  }
}

TEST_CASE("ascii: a list token is found between commas and white space only") {
  CHECK(ascii::list_has("keep-alive, Close", "close"));
  CHECK(ascii::list_has(" close\t", "close"));
  CHECK_FALSE(ascii::list_has("closed", "close"));
  CHECK_FALSE(ascii::list_has("", "close"));
}
