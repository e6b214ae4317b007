#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "diff/align.h"
#include "diff/tree.h"

namespace understudy::diff {

// One step of making one array from the other; indices are those of the arrays themselves.
struct ElementEdit {
  Step what = Step::pair;
  std::size_t primary = 0;   // not for extra and duplicate
  std::size_t shadow = 0;    // not for missing
  std::size_t elements = 1;  // missing, extra: it and all behind it are, to the end of the array
};

// How the elements of two unequal arrays belong together.
//
// With an identity (a member such as "id" whose values hardly repeat on either side, half of them
// shared) elements pair by it; the same elements in another order are one finding, and so is one
// that was moved; everything else is aligned, so that one insertion stays one, and so does what an
// array lost at its end. Rules make the order, or repetition, not count.
struct ArrayPlan {
  std::vector<ElementEdit> edits;
  bool is_reordered = false;
  std::size_t moved = 0;  // the fewest elements that must be moved to restore the order
  // What to show for another order: identities or elements, as they stand on each side.
  struct Shown {
    std::size_t index;  // of the element
    json::Value value;
  };
  std::vector<Shown> primary_order;
  std::vector<Shown> shadow_order;
  std::string_view identity;  // empty when elements were not paired by a member
};

// Requires: both are arrays.
ArrayPlan plan_arrays(const Tree::Place& primary, const Tree::Place& shadow, Budget& budget);

}  // namespace understudy::diff
