#include "diff/token.h"

#include <array>

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

// What passing from one kind of character to the next adds to a profile's pairs and steps.
constexpr std::array<std::uint32_t, 16 * 16> make_passages() {
  std::array<std::uint32_t, 16 * 16> table{};
  for (const auto from : {letters::digit, letters::lower, letters::upper}) {
    for (const auto to : {letters::digit, letters::lower, letters::upper}) {
      const bool is_step = from != to && !(from == letters::upper && to == letters::lower);
      table[from * 16 + to] = (1u << 16) + (is_step ? 1 : 0);
    }
  }
  return table;
}
constexpr auto passages = make_passages();

// By chance, steps are 47 in 100 pairs of hexadecimal digits, 45 of letters of both cases and
// digits, 40 of one case and digits, 30 of base32. Names and codes of people have some 20.
bool are_mixed(const Profile& a, const Profile& b, bool is_hex) {
  const auto steps = a.steps() + b.steps();
  const auto pairs = a.pairs() + b.pairs();
  const unsigned percent = is_hex ? 20u : a.size() < very_long_size ? 30u : 25u;
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

Profile::Profile(std::string_view text, unsigned kinds) {
  unsigned hex = letters::hex;
  unsigned before = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    auto kind = letters::kind_of(text[at]);
    std::size_t step = 1;
    if ((kind & kinds) == 0) {
      if ((kinds & letters::mark) == 0 || !letters::is_escape(text.substr(at))) break;
      kind = escaped;
      step = 3;
    }
    at += step;
    const auto plain = kind & letters::run;
    hex &= kind | (plain == letters::mark ? unsigned{letters::hex} : 0u);
    kinds_ |= kind;
    passed_ += passages[before * 16 + plain];
    before = plain;
    ++size_;
  }
  text_ = text.substr(0, at);
  is_hex_ = hex != 0;
}

bool are_token_words(const Profile& primary, const Profile& shadow) {
  const auto size = primary.size();
  if (size != shadow.size() || size < min_hex || primary.cases() != shadow.cases()) return false;
  const bool is_one_case = primary.cases() != both_cases;
  const bool is_hex = primary.is_hex() && shadow.is_hex() && is_one_case;
  if (size >= long_size && primary.is_hex() != shadow.is_hex()) return false;
  if (!is_hex && size < (is_one_case ? min_one_case : min_both_cases)) return false;
  return are_mixed(primary, shadow, is_hex) &&
         (size >= long_size || differ_much(primary.text(), shadow.text()));
}

bool are_token_runs(const Profile& primary, const Profile& shadow) {
  if (primary.size() != shadow.size() || primary.size() < min_run) return false;
  if (primary.cases() != shadow.cases() || primary.is_hex() != shadow.is_hex()) return false;
  if (primary.pairs() + shadow.pairs() < primary.size()) return false;
  if (padding(primary.text()) != padding(shadow.text())) return false;
  return !are_of_two_alphabets(primary, shadow) && are_mixed(primary, shadow, primary.is_hex());
}

}  // namespace understudy::diff
