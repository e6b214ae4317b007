#include "diff/detect.h"

#include <array>
#include <cstdint>
#include <string>

#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

// Longer runs are no names; the bound keeps a hostile text from being read again and again.
constexpr std::size_t max_local_bytes = 256;
constexpr std::size_t max_domain_bytes = 255;
constexpr std::size_t min_card_digits = 13;
constexpr std::size_t max_card_digits = 19;

constexpr bool is_alnum(char c) {
  return ascii::is_alpha(c) || ascii::is_digit(c);
}
constexpr bool is_local(char c) {
  return is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("._%+-'").find(c) != std::string_view::npos;
}
constexpr bool is_domain(char c) {
  return is_alnum(c) || c == '.' || c == '-';
}
constexpr bool is_base64url(char c) {
  return is_alnum(c) || c == '-' || c == '_';
}

// What a character may be in a secret; "e" begins a JSON Web Token.
enum class Role : std::uint8_t { none, digit, between_digits, sign };

constexpr auto roles = [] {
  std::array<Role, 256> roles{};
  for (char c = '0'; c <= '9'; ++c) roles[static_cast<unsigned char>(c)] = Role::digit;
  roles[' '] = roles['-'] = Role::between_digits;
  roles['@'] = roles['%'] = roles['e'] = Role::sign;
  return roles;
}();

constexpr Role role_of(char c) {
  return roles[static_cast<unsigned char>(c)];
}

// The address around the sign at [at, behind).
std::optional<Span> email_around(std::string_view text, std::size_t at, std::size_t behind) {
  auto begin = at;
  while (begin > 0 && at - begin < max_local_bytes && is_local(text[begin - 1])) --begin;
  auto end = behind;
  while (end < text.size() && end - behind < max_domain_bytes && is_domain(text[end])) ++end;
  while (end > behind && !is_alnum(text[end - 1])) --end;
  const auto domain = text.substr(behind, end - behind);
  const auto dot = domain.rfind('.');
  const bool has_dot = dot != domain.npos && dot > 0 && domain.size() - dot > 2;
  if (begin == at || !has_dot) return std::nullopt;
  return Span{begin, end};
}

std::size_t leading_number(std::string_view digits, std::size_t count) {
  return static_cast<std::size_t>(ascii::to_number(digits.substr(0, count)).value_or(0));
}

// Ranges and lengths of the networks' numbers (ISO/IEC 7812 as issued). They keep time stamps and
// serial numbers, a tenth of which pass Luhn's test, out.
bool is_issued(std::string_view digits) {
  const auto size = digits.size();
  const auto two = leading_number(digits, 2);
  const auto four = leading_number(digits, 4);
  if (digits.front() == '4') return size == 13 || size == 16 || size == 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return size == 16;
  if (two == 34 || two == 37) return size == 15;
  if (two == 30 || two == 36 || two == 38 || two == 39) return size == 14;
  return (two == 35 || digits.front() == '6') && size >= 16;
}

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit *= 2;
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

// The card number that begins at `begin`, at the end of one of its groups.
std::optional<Span> card_at(std::string_view text, std::size_t begin) {
  std::string digits;
  auto at = begin;
  while (at < text.size() && digits.size() <= max_card_digits) {
    while (at < text.size() && ascii::is_digit(text[at]) && digits.size() <= max_card_digits) {
      digits += text[at++];
    }
    const bool is_group = at == text.size() || !ascii::is_digit(text[at]);
    const bool fits = digits.size() >= min_card_digits && digits.size() <= max_card_digits;
    if (is_group && fits && is_issued(digits) && passes_luhn(digits)) return Span{begin, at};
    const bool goes_on = at + 1 < text.size() && (text[at] == ' ' || text[at] == '-') &&
                         ascii::is_digit(text[at + 1]);
    if (!goes_on) break;
    ++at;
  }
  return std::nullopt;
}

std::size_t skip_base64url(std::string_view text, std::size_t at) {
  while (at < text.size() && is_base64url(text[at])) ++at;
  return at;
}

}  // namespace

// Each has a sign that it cannot do without; a card's are digits with nothing else in between.
bool may_hold_secret(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto role = role_of(text[i]);
    if (role == Role::sign && (text[i] != 'e' || text.substr(i, 3) == "eyJ")) return true;
    if (role == Role::digit && ++digits == min_card_digits) return true;
    if (role == Role::none || role == Role::sign) digits = 0;
  }
  return false;
}

std::optional<Span> find_email(std::string_view text, std::size_t from) {
  for (auto at = from; at < text.size(); ++at) {
    at = text.find_first_of("@%", at);
    if (at == text.npos) break;
    const bool is_escaped = text.substr(at, 3) == "%40";
    if (text[at] != '@' && !is_escaped) continue;
    const auto found = email_around(text, at, at + (is_escaped ? 3 : 1));
    if (found && found->begin >= from) return found;
  }
  return std::nullopt;
}

std::optional<Span> find_card(std::string_view text, std::size_t from) {
  for (auto at = from; at < text.size(); ++at) {
    const bool begins = ascii::is_digit(text[at]) && (at == 0 || !ascii::is_digit(text[at - 1]));
    if (!begins) continue;
    if (const auto found = card_at(text, at)) return found;
  }
  return std::nullopt;
}

std::optional<Span> find_jwt(std::string_view text, std::size_t from) {
  for (auto at = text.find("eyJ", from); at != text.npos; at = text.find("eyJ", at)) {
    const auto header = skip_base64url(text, at);
    const bool begins = at == 0 || !is_base64url(text[at - 1]);
    if (begins && text.substr(header, 1) == ".") {
      const auto payload = skip_base64url(text, header + 1);
      if (payload > header + 1 && text.substr(payload, 1) == ".") {
        return Span{at, skip_base64url(text, payload + 1)};
      }
    }
    at = header;
  }
  return std::nullopt;
}

}  // namespace understudy::diff
