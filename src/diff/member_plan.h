#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "diff/tree.h"

namespace understudy::diff {

// One step of making one object from the other.
struct MemberEdit {
  Step what = Step::pair;
  std::string_view name;
  std::uint32_t primary = 0;  // node in the primary's document; repeated: how often it occurs
  std::uint32_t shadow = 0;
};

// Pairs members by name, whatever their order: edits are in the primary's order, extras behind. Of
// a repeated name the last members pair, then those before them. Ignored members are left out.
std::vector<MemberEdit> plan_members(const Tree::Place& primary, const Tree::Place& shadow);

}  // namespace understudy::diff
