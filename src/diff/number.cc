#include "diff/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

// Exponents with more digits would overflow the sums below.
constexpr std::size_t max_exponent_digits = 18;
// A tolerance of 0.1 is meant to cover 0.1 - 0.2, which is a little more in binary.
constexpr long double rounding = 1.0L + 1e-9L;

std::optional<std::int64_t> parse_exponent(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
  if (text.size() > max_exponent_digits) return std::nullopt;
  const auto value = static_cast<std::int64_t>(ascii::to_number(text).value_or(0));
  return is_negative ? -value : value;
}

// Plain integers that neither end in 0 nor begin with it are normal as they stand.
bool is_normal(std::string_view text) {
  const auto is_integers = [](char c) { return ascii::is_digit(c) || c == '-'; };
  return std::all_of(text.begin(), text.end(), is_integers) && text.back() != '0';
}

std::optional<long double> to_real(std::string_view text) {
  long double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A normal form in its parts: 0.digits * 10^magnitude.
struct Decimal {
  int sign = 0;
  std::int64_t magnitude = 0;
  std::string_view digits;
};

std::optional<Decimal> parts_of(std::string_view normal) {
  Decimal decimal;
  if (normal == "0") return decimal;
  decimal.sign = normal.starts_with('-') ? -1 : 1;
  if (decimal.sign < 0) normal.remove_prefix(1);
  const auto mark = std::min(normal.find('e'), normal.size());
  decimal.digits = normal.substr(0, mark);
  if (!std::all_of(decimal.digits.begin(), decimal.digits.end(), ascii::is_digit)) return {};
  const auto shift = mark == normal.size() ? std::optional<std::int64_t>(0)
                                           : parse_exponent(normal.substr(mark + 1));
  if (!shift) return std::nullopt;
  decimal.magnitude = *shift + static_cast<std::int64_t>(decimal.digits.size());
  return decimal;
}

}  // namespace

std::string_view normal_number(std::string_view text, std::string& scratch) {
  if (is_normal(text)) return text;
  const bool is_negative = text.front() == '-';
  const auto mark = text.find_first_of("eE");
  auto mantissa = text.substr(is_negative ? 1 : 0, mark - (is_negative ? 1 : 0));
  if (mark == text.npos) mantissa = text.substr(is_negative ? 1 : 0);
  const auto dot = mantissa.find('.');

  scratch.assign(mantissa.substr(0, dot));
  if (dot != mantissa.npos) scratch.append(mantissa.substr(dot + 1));
  const auto fraction_digits = dot == mantissa.npos ? 0 : mantissa.size() - dot - 1;
  const auto first = scratch.find_first_not_of('0');
  if (first == scratch.npos) return "0";
  const auto last = scratch.find_last_not_of('0');
  const auto exponent =
      mark == text.npos ? std::optional<std::int64_t>(0) : parse_exponent(text.substr(mark + 1));
  if (!exponent) return text;

  const auto dropped = scratch.size() - 1 - last;
  const auto shift =
      *exponent - static_cast<std::int64_t>(fraction_digits) + static_cast<std::int64_t>(dropped);
  scratch.resize(last + 1);
  scratch.erase(0, first);
  if (is_negative) scratch.insert(0, 1, '-');
  if (shift != 0) scratch.append("e").append(std::to_string(shift));
  return scratch;
}

bool same_number(std::string_view a, std::string_view b) {
  if (a == b) return true;
  std::string left;
  std::string right;
  return normal_number(a, left) == normal_number(b, right);
}

int number_order(std::string_view a, std::string_view b) {
  std::string left_scratch, right_scratch;
  const auto left = parts_of(normal_number(a, left_scratch));
  const auto right = parts_of(normal_number(b, right_scratch));
  if (!left || !right) return 0;
  if (left->sign != right->sign) return left->sign - right->sign;
  if (left->magnitude != right->magnitude) {
    return left->magnitude < right->magnitude ? -left->sign : left->sign;
  }
  // Neither begins or ends in 0, so the shorter one of two that begin alike is the smaller.
  return left->digits.compare(right->digits) * left->sign;
}

bool within_tolerance(std::string_view a, std::string_view b, double tolerance) {
  const auto left = to_real(a);
  const auto right = to_real(b);
  return left && right && std::fabs(*left - *right) <= tolerance * rounding;
}

bool within_percent(std::string_view a, std::string_view b, double percent) {
  const auto left = to_real(a);
  const auto right = to_real(b);
  if (!left || !right) return false;
  const auto larger = std::max(std::fabs(*left), std::fabs(*right));
  return std::fabs(*left - *right) <= larger / 100 * percent * rounding;
}

}  // namespace understudy::diff
