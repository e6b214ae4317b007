#include "report/sample.h"

#include <cmath>
#include <random>

#include <doctest/doctest.h>

using namespace understudy;
using namespace understudy::report;

namespace {

record::Histogram histogram_of(std::initializer_list<std::int64_t> values_us) {
  record::Histogram histogram;
  for (const auto value : values_us) histogram.add(value);
  return histogram;
}

// Each value once; below 32 us every value has its own bucket.
record::Histogram up_to(std::int64_t most_us) {
  record::Histogram histogram;
  for (std::int64_t value = 1; value <= most_us; ++value) histogram.add(value);
  return histogram;
}

Sample differences_of(std::initializer_list<std::int64_t> differences_us) {
  record::Latencies latencies;
  for (const auto difference : differences_us) latencies.add(100, 100 + difference);
  return Sample::differences(latencies);
}

}  // namespace

TEST_CASE("sample: a quantile is the histogram's") {
  const auto histogram = histogram_of({5, 7, 9, 1000, 50'000});
  const Sample sample(histogram);
  for (const double q : {0.01, 0.5, 0.95, 0.99, 1.0}) {
    CHECK(sample.quantile_us(q) == histogram.quantile_us(q));
  }
  CHECK(Sample(record::Histogram{}).quantile_us(0.5) == 0);
}

// Ranks that tables of the binomial distribution give: of 10 values the median lies between the
// second and the ninth with 97.9 %, of 25 between the eighth and the eighteenth with 95.7 %.
TEST_CASE("sample: the limits of a median are the ranks in the tables") {
  const auto ten = Sample(up_to(10)).quantile(0.5);
  CHECK(ten.low_us == 2);
  CHECK(ten.high_us == 9);
  const auto more = Sample(up_to(25)).quantile(0.5);
  CHECK(more.low_us == 8);
  CHECK(more.high_us == 18);
}

TEST_CASE("sample: a limit needs enough values, the more the rarer what lies beyond") {
  CHECK_FALSE(Sample(up_to(5)).quantile(0.5).low_us);
  CHECK(Sample(up_to(6)).quantile(0.5).low_us == 1);  // 2^-6 is below 2.5 %
  // 0.95^n falls to 2.5 % at 72, 0.99^n at 368.
  CHECK_FALSE(Sample(up_to(71)).quantile(0.95).high_us);
  CHECK(Sample(up_to(72)).quantile(0.95).high_us);
  CHECK_FALSE(Sample(up_to(367)).quantile(0.99).high_us);
  CHECK(Sample(up_to(368)).quantile(0.99).high_us);
}

TEST_CASE("sample: limits are summed up and approximated alike") {
  // Of 40,400 values the variance of a median's rank is just beyond what is summed up.
  record::Histogram few, many;
  for (std::int64_t value = 0; value < 100; ++value) {
    few.add_bucket(record::Histogram::index_of(value * 1000), 398);
    many.add_bucket(record::Histogram::index_of(value * 1000), 404);
  }
  const auto summed = Sample(few).quantile(0.9), approximated = Sample(many).quantile(0.9);
  CHECK(summed.low_us == approximated.low_us);
  CHECK(summed.high_us == approximated.high_us);
}

// With 1, -2, 3, 4, 5, 6 the positive ranks are 19 of 21: z = (19 - 10.5) / sqrt(22.75).
TEST_CASE("sample: signed ranks give the textbook's figures") {
  const auto z = 8.5 / std::sqrt(22.75);
  CHECK(differences_of({1, -2, 3, 4, 5, 6}).chance_above(0) ==
        doctest::Approx(std::erfc(z / std::sqrt(2.0)) / 2));
  // Zeros take the lowest ranks and say nothing; ties share theirs: 0, 0 | 1, 1, -1 | 2 have the
  // ranks 1.5, 4 and 6.
  const auto tied = (4.0 + 4 + 6 - 4) / 2 / std::sqrt((3 * 16 + 36) / 4.0);
  CHECK(differences_of({0, 0, 1, 1, -1, 2}).chance_above(0) ==
        doctest::Approx(std::erfc(tied / std::sqrt(2.0)) / 2));
  CHECK(differences_of({0, 0, 0}).chance_above(0) == 0.5);
  CHECK(differences_of({}).chance_above(0) == 0.5);
}

TEST_CASE("sample: what values lie around has limits that move with them") {
  const auto alike = differences_of({7, 7, 7, 7, 7, 7, 7, 7}).middle();
  CHECK(alike.value_us == 7);
  CHECK(alike.low_us == 7);
  CHECK(alike.high_us == 7);
  // The mean of each two of 1..9 lies around 5; the fifth from either end of all of them is the
  // table's limit for nine values (2 and 8, 96.1 %).
  const auto nine = differences_of({1, 2, 3, 4, 5, 6, 7, 8, 9}).middle();
  CHECK(nine.value_us == 5);
  CHECK(nine.low_us.value() == doctest::Approx(2).epsilon(0.5));
  CHECK(nine.high_us.value() == doctest::Approx(8).epsilon(0.2));
  CHECK_FALSE(differences_of({1, 2, 3}).middle().low_us);
  CHECK(differences_of({}).middle().value_us == 0);
}

TEST_CASE("sample: counts that a log made up do not overflow") {
  record::Latencies latencies;
  latencies.slower_by.add_bucket(5, std::uint64_t{1} << 62);
  latencies.faster_by.add_bucket(5, std::uint64_t{1} << 62);
  const auto sample = Sample::differences(latencies).times(64);
  CHECK(sample.chance_above(0) == doctest::Approx(0.5));
  CHECK(sample.quantile(0.99).value_us == 5);
}
