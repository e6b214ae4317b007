#pragma once

#include <cstddef>

#include "understudy/report/summary.h"

namespace understudy::report {

// Whether two sets of places are those of one cause: they are the same, or of all places together
// at least three quarters are in both (Jaccard's index), and there are enough of them to tell.
struct Overlap {
  std::size_t shared = 0, all = 0;
  bool is_one_cause() const;
};

// Puts signatures of one shadow's endpoint together that are of one cause as far as can be seen:
// equally certain, grave and accepted, at almost the same places, those that are noise left out. A
// cause that moves twenty fields moves eighteen of them at times. The most frequent one lends its
// id; counts are summed. Each of a group has three quarters of the group's places, so that accept()
// takes all of it.
//
// The groups are the same in whatever order windows were added: one pass, the most frequent first.
void group_signatures(Summary& summary);

}  // namespace understudy::report
