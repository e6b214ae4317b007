#include "bench/latencies.h"

#include <doctest/doctest.h>

namespace understudy::bench {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST_CASE("latencies: a share is the smallest value that so many do not exceed") {
  Latencies latencies(1000);
  for (int us = 1000; us >= 1; --us) latencies.add(microseconds(us));

  latencies.sort();

  CHECK(latencies.at(0.5) == 500);
  CHECK(latencies.at(0.99) == 990);
  CHECK(latencies.at(0.999) == 999);
  CHECK(latencies.at(1) == 1000);
}

TEST_CASE("latencies: of a single one every share is that one") {
  Latencies latencies(1);
  latencies.add(microseconds(7));

  latencies.sort();

  CHECK(latencies.at(0.5) == 7);
  CHECK(latencies.at(0.999) == 7);
}

TEST_CASE("latencies: of none every share is 0") {
  Latencies latencies(0);

  latencies.sort();

  CHECK(latencies.at(0.5) == 0);
  CHECK(latencies.at(1) == 0);
}

TEST_CASE("latencies: they are rounded to microseconds, and kept within 71 minutes") {
  Latencies latencies(3);
  latencies.add(nanoseconds(1501));
  latencies.add(nanoseconds(-1));
  latencies.add(std::chrono::hours(2));

  latencies.sort();

  CHECK(latencies.at(0.3) == 0);
  CHECK(latencies.at(0.6) == 2);
  CHECK(latencies.at(1) == 4294967295);
}

}  // namespace understudy::bench
