#pragma once

#include <string>
#include <string_view>

#include "diff/media.h"

namespace understudy::diff {

// Two bodies of one shape, told as JSON, so that places, rules, identities, order and redaction are
// those of JSON.
struct Translation {
  std::string primary;
  std::string shadow;
  std::string_view fault;  // why one of them is not what it claims to be, in the words of the log
};

// Requires: the shape is not none; both are UTF-8 without NUL.
Translation translate(Shape shape, std::string_view primary, std::string_view shadow);

// XML and HTML once more, for when they came to no difference: with the order in which children of
// several names stand, as an array "#order" in each element.
Translation translate_order(Shape shape, std::string_view primary, std::string_view shadow);

}  // namespace understudy::diff
