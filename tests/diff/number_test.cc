#include "diff/number.h"

#include <doctest/doctest.h>

using namespace understudy;

namespace {

std::string normal(std::string_view text) {
  std::string scratch;
  return std::string(diff::normal_number(text, scratch));
}

}  // namespace

TEST_CASE("number: the normal form is digits without zeros at either end and an exponent") {
  CHECK(normal("1") == "1");
  CHECK(normal("1.0") == "1");
  CHECK(normal("10e-1") == "1");
  CHECK(normal("-12.50") == "-125e-1");
  CHECK(normal("0.00120") == "12e-4");
  CHECK(normal("1000") == "1e3");
  CHECK(normal("1E+0003") == "1e3");
  CHECK(normal("-0.0e7") == "0");
  CHECK(normal("0") == "0");
  CHECK(normal("1e-999999999999999999") == "1e-999999999999999999");
  CHECK(normal("1e9999999999999999999") == "1e9999999999999999999");
  CHECK(normal("0e9999999999999999999") == "0");
}

TEST_CASE("number: equality is that of decimal values") {
  CHECK(diff::same_number("1e2", "100.00"));
  CHECK_FALSE(diff::same_number("9007199254740993", "9007199254740992"));
  CHECK_FALSE(diff::same_number("1", "-1"));
}

TEST_CASE("number: endless digits and exponents cost no loop over their value (CVE-2025-11230)") {
  const std::string digits(100'000, '9');
  CHECK_FALSE(diff::same_number("1e" + digits, "10e" + digits));
  CHECK(diff::same_number("1e-" + digits, "1e-" + digits));
  CHECK(diff::same_number(digits + "e-999999", digits + ".0e-999999"));
}

TEST_CASE("number: percents are of the larger one, whichever side it stands on") {
  CHECK(diff::within_percent("100", "95", 5));
  CHECK(diff::within_percent("95", "100", 5));
  CHECK_FALSE(diff::within_percent("100", "94.9", 5));
  CHECK(diff::within_percent("-100", "-95", 5));
  CHECK_FALSE(diff::within_percent("-1", "1", 100));
  CHECK(diff::within_percent("0", "0", 0));
  CHECK_FALSE(diff::within_percent("0", "1e-9", 50));
  CHECK_FALSE(diff::within_percent("x", "1", 5));
}

TEST_CASE("number: a tolerance includes its edge") {
  CHECK(diff::within_tolerance("0.1", "0.2", 0.1));
  CHECK(diff::within_tolerance("1.00", "1.01", 0.01));
  CHECK_FALSE(diff::within_tolerance("1.00", "1.0101", 0.01));
  CHECK_FALSE(diff::within_tolerance("9007199254740993", "9007199254740992", 0.5));
  CHECK_FALSE(diff::within_tolerance("x", "1", 5));
}

TEST_CASE("number: the order is that of the exact values") {
  const std::string_view ascending[] = {"-1e400", "-20",  "-12.5", "-12.49", "-1e-3", "0",
                                        "1e-400", "0.09", "0.1",   "9",      "10",    "10.0000001",
                                        "11",     "110",  "1e18",  "1e400"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      CAPTURE(ascending[i]);
      CAPTURE(ascending[j]);
      const auto order = diff::number_order(ascending[i], ascending[j]);
      CHECK((order < 0) == (i < j));
      CHECK((order > 0) == (i > j));
    }
  }
  CHECK(diff::number_order("-0", "0.0") == 0);
  CHECK(diff::number_order("1e9999999999999999999", "1") == 0);
}
