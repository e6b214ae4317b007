#pragma once

#include <string_view>

#include "understudy/diff/finding.h"

namespace understudy::diff {

// Of what is there or not, rather than of what it is.
inline bool is_of_presence(Kind kind) {
  return is_missing(kind) || is_extra(kind);
}

// The place is an element's own, not one of its fields'.
inline bool holds_elements(std::string_view generalized_place) {
  return generalized_place.starts_with("line") || generalized_place.ends_with("/*");
}

}  // namespace understudy::diff
