#pragma once

#include <string_view>

#include "diff/align.h"
#include "diff/findings.h"
#include "diff/privacy.h"
#include "diff/rules.h"

namespace understudy::diff {

// What the comparison of two texts works with.
struct TextPair {
  std::string_view primary;
  std::string_view shadow;
  const RuleSet& rules;
  const Redactor& redactor;
  Budget& budget;
};

// Adds "line:12" for lines that were lost, added or changed: the primary's number, the shadow's for
// an extra line; for a changed one with the name that both begin with, or each column of a table
// that differs in it. Texts that differ in nothing but CRLF and LF are one finding at "body".
// Requires: the texts differ and are UTF-8.
void compare_text(const TextPair& pair, Findings& findings);

}  // namespace understudy::diff
