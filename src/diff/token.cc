#include "diff/token.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "diff/letters.h"

namespace understudy::diff {

namespace {

constexpr std::size_t min_hex = 8;
constexpr std::size_t min_one_case = 12;
constexpr std::size_t min_both_cases = 10;
constexpr std::size_t min_run = 16;
// From here on a length is enough, also of two that differ in their last character: ids that begin
// with the time do.
constexpr std::size_t long_size = 16;
constexpr std::size_t very_long_size = 24;

// "%2F": base64 in an URL.
constexpr unsigned escaped = letters::mark | letters::base64;

constexpr unsigned both_cases = letters::lower | letters::upper;

// What passing from one character to the next counts: a step from one kind to another low, a pair
// of letters or digits high. From a capital to a small letter is none: names begin so.
constexpr std::uint32_t one_pair = 1u << 16;

constexpr std::array<std::uint32_t, 16 * 16> make_passages() {
  std::array<std::uint32_t, 16 * 16> table{};
  for (const auto from : {letters::digit, letters::lower, letters::upper}) {
    for (const auto to : {letters::digit, letters::lower, letters::upper}) {
      const bool is_step = from != to && !(from == letters::upper && to == letters::lower);
      table[from * 16 + to] = one_pair + (is_step ? 1 : 0);
    }
  }
  return table;
}
constexpr auto passages = make_passages();

// What a text is made of.
struct Profile {
  unsigned kinds = 0;
  bool is_hex = true;  // but for marks
  std::size_t size = 0;
  std::uint32_t passed = 0;

  // Requires: at most max_classified_bytes, so no sum overflows.
  explicit Profile(std::string_view text) {
    unsigned before = 0;
    unsigned hex = letters::hex;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_escape = text[i] == '%';
      const auto kind = is_escape ? escaped : letters::kind_of(text[i]);
      if (is_escape) i += 2;
      const auto plain = kind & letters::run;
      hex &= kind | (plain == letters::mark ? unsigned{letters::hex} : 0u);
      kinds |= kind;
      passed += passages[before * 16 + plain];
      before = plain;
      ++size;
    }
    is_hex = hex != 0;
  }
  unsigned cases() const { return kinds & both_cases; }
  unsigned alphabet() const { return kinds & (letters::base64 | letters::base64url); }
};

// By chance, steps are 47 in 100 pairs of hexadecimal digits, 45 of letters of both cases and
// digits, 40 of one case and digits, 30 of base32. Names and codes of people have some 20.
bool are_mixed(const Profile& a, const Profile& b, bool is_hex) {
  const auto passed = a.passed + b.passed;
  const auto steps = passed % one_pair;
  const auto pairs = passed / one_pair;
  const unsigned percent = is_hex ? 20u : a.size < very_long_size ? 30u : 25u;
  return steps * 100 >= pairs * percent && steps > 0;
}

// In at least half of their characters.
bool differ_much(std::string_view a, std::string_view b) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) same += a[i] == b[i] ? 1 : 0;
  return same * 2 <= a.size();
}

std::size_t padding(std::string_view text) {
  const auto last = text.find_last_not_of('=');
  return last == text.npos ? text.size() : text.size() - last - 1;
}

// Base64 on one side and base64url on the other.
bool are_of_two_alphabets(const Profile& a, const Profile& b) {
  return (a.alphabet() | b.alphabet()) == (letters::base64 | letters::base64url) &&
         (a.alphabet() & b.alphabet()) == 0 && a.alphabet() != 0 && b.alphabet() != 0;
}

}  // namespace

bool are_token_words(std::string_view primary, std::string_view shadow) {
  const auto size = primary.size();
  if (size != shadow.size() || size < min_hex) return false;
  const Profile left(primary), right(shadow);
  if (left.cases() != right.cases()) return false;
  const bool is_one_case = left.cases() != both_cases;
  const bool is_hex = left.is_hex && right.is_hex && is_one_case;
  if (size >= long_size && left.is_hex != right.is_hex) return false;
  if (!is_hex && size < (is_one_case ? min_one_case : min_both_cases)) return false;
  return are_mixed(left, right, is_hex) && (size >= long_size || differ_much(primary, shadow));
}

bool are_token_runs(std::string_view primary, std::string_view shadow) {
  if (primary.size() < min_run) return false;
  const Profile left(primary), right(shadow);
  if (left.size != right.size || left.size < min_run) return false;
  if (left.cases() != right.cases() || left.is_hex != right.is_hex) return false;
  const auto pairs = (left.passed + right.passed) / one_pair;
  if (pairs < left.size || padding(primary) != padding(shadow)) return false;
  return !are_of_two_alphabets(left, right) && are_mixed(left, right, left.is_hex);
}

}  // namespace understudy::diff
