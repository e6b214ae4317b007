#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "understudy/base/limits.h"

namespace understudy::diff {

// What comparing one pair of bodies may still cost. One for each pair, shared by all its arrays.
struct Budget {
  std::size_t cells = limits::max_alignment_cells;  // of alignment tables, still allowed
  std::size_t steps = 0;                            // work done, for tests

  // Takes `wanted` cells if that many are left.
  bool take(std::size_t wanted) {
    if (wanted > cells) return false;
    cells -= wanted;
    steps += wanted;
    return true;
  }
};

// One step of making the shadow's sequence from the primary's. `duplicate`, of elements: extra, and
// the shadow has it already. `repeated`, of members: both have the name, but not equally often.
enum class Step { pair, missing, extra, duplicate, repeated };

struct Edit {
  Step what = Step::pair;
  std::size_t primary = 0;  // index; not for extra
  std::size_t shadow = 0;   // index; not for missing
};

using Hashes = std::vector<std::uint64_t>;

// Aligns two sequences of hashes: equal elements pair up so that one insertion is one edit, what
// was replaced pairs by position. Edits are in order; pairs may be of unequal elements.
//
// Common ends are trimmed; the middle is aligned optimally while the budget lasts: by a table, or,
// where that would be too large and the edits are few, by the edits (E. Myers, An O(ND) Difference
// Algorithm and Its Variations, 1986). Else along elements that occur once on each side, else by
// position.
std::vector<Edit> align(const Hashes& primary, const Hashes& shadow, Budget& budget);

// Pairs equal hashes wherever they stand, the k-th with the k-th. Edits are in order of the
// primary, extras behind; `is_reordered` is true when the pairs do not stand in the same order on
// both sides.
struct Matching {
  std::vector<Edit> edits;
  std::size_t pairs = 0;
  bool is_reordered = false;
};
Matching match_anywhere(const Hashes& primary, const Hashes& shadow, Budget& budget);

// Edits in the order that a matching has, and whether its pairs are reordered, when they were
// changed.
void put_in_order(Matching& matching);
// Whether the pairs stand in the same order on both sides. Requires: in order of the primary.
bool are_in_order(const std::vector<Edit>& edits);

// The fewest of the pairs that must be moved for all to stand in the same order on both sides.
// Requires: in order of the primary.
std::size_t moves_of(const std::vector<Edit>& edits);

}  // namespace understudy::diff
