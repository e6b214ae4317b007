#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "diff/align.h"
#include "diff/tree.h"

namespace understudy::diff {

// How the elements of two unequal arrays belong together.
//
// With an identity (a member such as "id" whose values are unique on both sides, half of them
// shared) elements pair by it; the same elements in another order are one finding; everything else
// is aligned, so that one insertion stays one. Rules make the order, or repetition, not count.
struct ArrayPlan {
  std::vector<Edit> edits;  // indices are those of the arrays themselves
  bool is_reordered = false;
  // What to show for another order: identities or elements, as they stand on each side.
  std::vector<json::Value> primary_order;
  std::vector<json::Value> shadow_order;
  std::string_view identity;  // empty when elements were not paired by a member
};

// Requires: both are arrays.
ArrayPlan plan_arrays(const Tree::Place& primary, const Tree::Place& shadow, Budget& budget);

}  // namespace understudy::diff
