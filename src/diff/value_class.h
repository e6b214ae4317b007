#pragma once

#include <cstdint>
#include <string_view>

#include "understudy/base/clock.h"
#include "understudy/diff/finding.h"

namespace understudy::diff {

// What two values that differ are both (see ValueClass), as they were received, not redacted.
struct Likeness {
  ValueClass value_class = ValueClass::none;
  Lean lean = Lean::none;
};

// Both texts are walked in step. All that differs must be of a class, and what stands between the
// same on both sides: "req_8f3a09c1 took", signed URLs and tags with a token have one, too. Parts
// of several classes are a token together. Longer texts than limits::max_classified_bytes have
// none. `now` is the moment of the request.
//
//   time    see moment.h
//   uuid    in its usual form, of one version, variant and letter case
//   token   see token.h; JSON Web Tokens with the same header, payloads of nearly the same length
//           and signatures of the same; Snowflakes (moment.h)
ValueClass common_class(std::string_view primary, std::string_view shadow, WallTime now);
// Of two JSON numbers: time, and Snowflakes.
ValueClass common_class_of_numbers(std::string_view primary, std::string_view shadow, WallTime now);

// By length in characters, else in bytes, else by order of bytes.
Lean lean_of_texts(std::string_view primary, std::string_view shadow);
// Of JSON numbers, by their exact values.
Lean lean_of_numbers(std::string_view primary, std::string_view shadow);
constexpr Lean lean_of(std::uint64_t primary, std::uint64_t shadow) {
  if (primary == shadow) return Lean::none;
  return shadow < primary ? Lean::less : Lean::greater;
}

Likeness likeness_of_texts(std::string_view primary, std::string_view shadow, WallTime now);
Likeness likeness_of_numbers(std::string_view primary, std::string_view shadow, WallTime now);

}  // namespace understudy::diff
