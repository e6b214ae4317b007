#include "understudy/base/clock.h"

#include <string>

#include <doctest/doctest.h>

using namespace understudy;
using namespace std::chrono_literals;

TEST_CASE("clock: times are written as RFC 3339 with six digits of fraction") {
  CHECK(to_rfc3339(WallTime(Duration(0))) == "1970-01-01T00:00:00.000000Z");
  CHECK(to_rfc3339(WallTime(Duration(1'767'225'600'000'001))) == "2026-01-01T00:00:00.000001Z");
  CHECK(to_rfc3339(WallTime(Duration(-1))) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("clock: times beyond the reach of nanoseconds are written and read, too") {
  for (const auto* text : {"0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"}) {
    const auto time = from_rfc3339(text);
    REQUIRE(time);
    CHECK(to_rfc3339(*time) == text);
  }
}

TEST_CASE("clock: a fake clock moves only when it is turned") {
  FakeClock clock;
  const auto before = clock.now();

  clock.advance(3s);

  CHECK(clock.now() - before == 3s);
  CHECK(to_rfc3339(clock.wall()) == "2026-01-01T00:00:04.000000Z");
}

TEST_CASE("clock: written times read back, with or without fraction, and nothing else does") {
  const WallTime time(Duration(1'767'225'600'000'042));
  CHECK(from_rfc3339(to_rfc3339(time)) == time);
  CHECK(from_rfc3339("2026-01-01T00:00:00Z") == WallTime(Duration(1'767'225'600'000'000)));
  CHECK(from_rfc3339("2026-01-01T00:00:00.5Z") == WallTime(Duration(1'767'225'600'500'000)));
  for (const auto* text : {"", "Z", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z",
                           "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00,5Z", "yesterday"}) {
    CHECK(!from_rfc3339(text));
  }
}

TEST_CASE("clock: the usual form is read like any other") {
  for (const std::string seconds :
       {"2026-02-28T23:59:59", "2024-02-29T12:34:56", "2026-02-31T00:00:00", "0000-01-01T00:00:00",
        "1969-12-31T23:59:59", "2026-12-31T23:59:60", "2026-01-00T00:00:00", "2026-00-01T00:00:00",
        "2026-01-01T24:00:00", "2026-01-01T00:60:00", "2026-01-32T00:00:00", "9999-12-31T00:00:00",
        "2026-01-01T00:00:0 ", "2026-01-01 00:00:00"}) {
    CAPTURE(seconds);
    CHECK(from_rfc3339(seconds + ".250000Z") == from_rfc3339(seconds + ".25Z"));
  }
}
