#pragma once

#include <string_view>

#include "diff/findings.h"
#include "understudy/diff/compare.h"

namespace understudy::diff {

// Adds one finding at "body": what both are if their first bytes say it, their lengths, and the
// offset of the first unequal byte. Two that are not of one kind differ in type. Requires: the
// bodies differ.
void compare_bytes(std::string_view primary, std::string_view shadow, Findings& findings);

// The same for bodies of which at least one was not kept whole: by block hashes, the offset is that
// of the first unequal block. Adds nothing when they are equal.
void compare_hashes(const Answer& primary, const Answer& shadow, Findings& findings);

// True if the two are the same bytes, by what was kept.
bool same_bytes(const Answer& primary, const Answer& shadow);

}  // namespace understudy::diff
