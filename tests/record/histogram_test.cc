#include "understudy/record/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "understudy/base/limits.h"

using namespace understudy;
using record::Histogram;

namespace {

// Values of every size, without a random source: the powers of 1.01.
std::vector<std::int64_t> many_values() {
  std::vector<std::int64_t> values;
  for (double value = 1; value < 1e9; value *= 1.01) {
    values.push_back(static_cast<std::int64_t>(value));
  }
  return values;
}

}  // namespace

TEST_CASE("histogram: buckets follow each other without a gap") {
  for (std::uint32_t index = 0; index < 1000; ++index) {
    const auto lowest = Histogram::lowest_us(index);
    CHECK(Histogram::index_of(lowest) == index);
    CHECK(Histogram::index_of(Histogram::lowest_us(index + 1) - 1) == index);
  }
}

TEST_CASE("histogram: each value is known to within 3.2 percent") {
  for (const auto value : many_values()) {
    Histogram histogram;
    histogram.add(value);
    const auto error = std::abs(static_cast<double>(histogram.quantile_us(0.5) - value));
    CHECK(error <= 0.032 * static_cast<double>(value));
  }
}

TEST_CASE("histogram: quantiles of merged parts are those of the whole") {
  auto values = many_values();
  Histogram whole, left, right;
  for (std::size_t i = 0; i < values.size(); ++i) {
    whole.add(values[i]);
    (i % 3 == 0 ? left : right).add(values[i]);
  }

  left.merge(right);

  CHECK(left.count() == values.size());
  for (const double q : {0.0, 0.5, 0.95, 0.99, 1.0}) {
    CHECK(left.quantile_us(q) == whole.quantile_us(q));
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
    const auto exact = static_cast<double>(values[std::max<std::size_t>(rank, 1) - 1]);
    CHECK(std::abs(static_cast<double>(left.quantile_us(q)) - exact) <= 0.032 * exact);
  }
}

TEST_CASE("histogram: buckets stand in order, each once, however they come") {
  Histogram histogram;
  for (const std::uint32_t index : {7u, 3u, 9u, 3u, 8u, 9u}) histogram.add_bucket(index, 2);
  histogram.add_bucket(1, 0);

  CHECK(histogram.buckets() == Histogram::Buckets{{3, 4}, {7, 2}, {8, 2}, {9, 4}});
  CHECK(histogram.count() == 12);
}

TEST_CASE("histogram: nothing, negative and enormous values do no harm") {
  Histogram histogram;
  CHECK(histogram.quantile_us(0.99) == 0);

  histogram.add(-5);
  histogram.add(std::numeric_limits<std::int64_t>::max());

  CHECK(histogram.quantile_us(0.0) == 0);
  const auto longest = limits::longest_latency.count();
  CHECK(histogram.quantile_us(1.0) > longest / 32 * 31);
  CHECK(histogram.quantile_us(1.0) < longest / 32 * 33);
}
