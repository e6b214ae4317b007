#pragma once

#include <string_view>

#include "understudy/diff/finding.h"

namespace understudy::diff {

// Of what is there or not, rather than of what it is.
inline bool is_of_presence(Kind kind) {
  return is_missing(kind) || is_extra(kind);
}

// Of many values in one place, or lines, one that changes says nothing of the others.
inline bool is_many(std::string_view generalized_place) {
  return generalized_place.starts_with("line") ||
         generalized_place.find('*') != std::string_view::npos;
}

}  // namespace understudy::diff
