#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "understudy/base/ascii.h"

// What characters are in what machines write: one look-up instead of several comparisons.
namespace understudy::diff::letters {

enum Kind : std::uint8_t {
  other = 0,
  digit = 1,
  lower = 2,
  upper = 4,
  mark = 8,        // what base64 and base64url have besides, and what stands between parts of an id
  hex = 16,        // beside digit, lower or upper
  base64 = 32,     // beside mark: it has no place in base64url
  base64url = 64,  // the other way round
  word = digit | lower | upper,
  run = word | mark,
};

namespace detail {
constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < 128; ++i) {
    const auto c = static_cast<char>(i);
    unsigned kind = other;
    if (ascii::is_digit(c)) kind = digit;
    if (ascii::is_alpha(c)) kind = ascii::lower(c) == c ? lower : upper;
    if (ascii::is_hex(c)) kind |= hex;
    if (std::string_view("-_+/=~").find(c) != std::string_view::npos) kind = mark;
    if (c == '+' || c == '/') kind |= base64;
    if (c == '-' || c == '_') kind |= base64url;
    table[i] = static_cast<std::uint8_t>(kind);
  }
  return table;
}
inline constexpr auto table = make_table();
}  // namespace detail

constexpr unsigned kind_of(char c) {
  return detail::table[static_cast<unsigned char>(c)];
}
constexpr bool is_any(char c, unsigned kinds) {
  return (kind_of(c) & kinds) != 0;
}

// How many characters at the beginning are of these kinds.
constexpr std::size_t count(std::string_view text, unsigned kinds) {
  std::size_t size = 0;
  while (size < text.size() && is_any(text[size], kinds)) ++size;
  return size;
}

// "%2F" at the beginning.
constexpr bool is_escape(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && is_any(text[1], hex) && is_any(text[2], hex);
}

}  // namespace understudy::diff::letters
