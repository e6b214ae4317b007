#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace understudy::diff {

// A secret found in a text: [begin, end).
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The first of its kind at or behind `from`. Each takes time in proportion to the text.
//
// Whether one of them could find anything; quick, since most texts hold nothing.
bool may_hold_secret(std::string_view text);
// Email: an address with a dot in its domain; "%40" serves as "@", as in targets.
std::optional<Span> find_email(std::string_view text, std::size_t from);
// Card: 13 to 19 digits, in groups or not, of a known network's range and length, Luhn's sum right.
std::optional<Span> find_card(std::string_view text, std::size_t from);
// JSON Web Token: three base64url parts, the first of which begins an object.
std::optional<Span> find_jwt(std::string_view text, std::size_t from);

}  // namespace understudy::diff
