#pragma once

#include "diff/findings.h"
#include "diff/privacy.h"
#include "diff/tree.h"

namespace understudy::diff {

// What the comparison of two JSON documents works with.
struct JsonPair {
  Tree& primary;  // both prepared with the same rules and seed
  Tree& shadow;
  const Redactor& redactor;
  Budget& budget;
};

// Adds every place where the two documents differ. Members are compared by name in any order,
// arrays as array_plan.h says, numbers by value. Added and removed subtrees are not descended into.
//
// A name that one object repeats: the last member counts, as most readers have it; that the number
// of repetitions differs is a finding of its own (kind length).
//
// Both documents are walked in step, and what has the same text on both sides is not looked into.
// Values are hashed only where elements of arrays must find their partners. The list of what is to
// do stands in for recursion, so depth costs no stack.
void compare_json(const JsonPair& pair, Findings& findings);

}  // namespace understudy::diff
