#pragma once

#include "diff/findings.h"
#include "diff/privacy.h"
#include "diff/tree.h"

namespace understudy::diff {

// What the comparison of two JSON documents works with.
struct JsonPair {
  const Tree& primary;  // both prepared with the same rules and seed
  const Tree& shadow;
  const Redactor& redactor;
  Budget& budget;
};

// Adds every place where the two documents differ. Members are compared by name in any order,
// arrays as array_plan.h says, numbers by value. Added and removed subtrees are not descended into.
//
// A name that one object repeats: the last member counts, as most readers have it; that the number
// of repetitions differs is a finding of its own (kind length).
//
// Walks with a list of its own instead of recursion, so depth costs no stack.
void compare_json(const JsonPair& pair, Findings& findings);

}  // namespace understudy::diff
