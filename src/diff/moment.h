#pragma once

#include <cstddef>
#include <string_view>

#include "understudy/base/clock.h"

namespace understudy::diff {

// How many bytes of each of two texts, from their beginnings, are of one kind. None: 0.
struct Reach {
  std::size_t primary = 0;
  std::size_t shadow = 0;
  explicit operator bool() const { return primary > 0; }
};

// Whether two texts begin with moments of one form that are close to `now` and to each other
// (limits::moment_window, limits::moment_gap):
//
//   2026-01-01T00:00:00, with "t", "_" or a space for "T", with "/" for "-"; 20260101T000000,
//   20260101000000; Thu, 01 Jan 2026 00:00:00 (and with "-"); Thu Jan  1 00:00:00 2026;
//   Thu Jan 01 2026 00:00:00; 01/Jan/2026:00:00:00; each may have a fraction behind the seconds;
//   seconds, milliseconds, microseconds or nanoseconds since 1970, also with a fraction;
//   seconds in eight hexadecimal digits.
//
// Both have a fraction or none has. Its digits are as many on both sides, or one or two fewer where
// zeros at the end are left out. What follows, a zone for example, is not looked at: it is for the
// caller to see that it is the same, and it moves a moment by less than the window.
Reach reach_of_moments(std::string_view primary, std::string_view shadow, WallTime now);

// Two numbers of 17 to 19 digits that hold, as Twitter's and Discord's ids do, two such moments.
bool are_snowflakes(std::string_view primary, std::string_view shadow, WallTime now);

}  // namespace understudy::diff
