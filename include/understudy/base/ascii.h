#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Text as HTTP sees it: bytes, ASCII case, no locale.
namespace understudy::ascii {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Most pairs differ in length or in their first letter.
constexpr bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}
std::string to_lower(std::string_view text);

// Without leading and trailing SP and HTAB (RFC 9110, 5.6.3 OWS).
constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A whole decimal number without sign: nothing else around it, no overflow.
std::optional<std::uint64_t> to_number(std::string_view text);

// The parts between the separators, trimmed; empty parts are kept.
std::vector<std::string_view> split(std::string_view text, char separator);

// True if the comma-separated list (RFC 9110, 5.6.1) holds `token`, in any case.
bool list_has(std::string_view list, std::string_view token);

}  // namespace understudy::ascii
