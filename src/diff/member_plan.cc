#include "diff/member_plan.h"

#include <algorithm>

namespace understudy::diff {

namespace {

constexpr std::uint32_t none = UINT32_MAX;

struct Member {
  std::string_view name;
  std::uint32_t node = 0;
  std::uint32_t nth = 0;    // among members of its name, counted from the last one
  std::uint32_t count = 1;  // of its name; right in the last one only
  std::uint32_t partner = none;
};

// The members of one object, in order, and sorted by (name, nth).
struct Members {
  std::vector<Member> list;
  std::vector<std::uint32_t> sorted;

  Member& by_name(std::size_t rank) { return list[sorted[rank]]; }
};

void count_repetitions(Members& members) {
  std::size_t last = 0;
  for (std::size_t rank = 1; rank < members.sorted.size(); ++rank) {
    auto& member = members.by_name(rank);
    if (member.name != members.by_name(last).name) {
      last = rank;
      continue;
    }
    member.nth = static_cast<std::uint32_t>(rank - last);
    members.by_name(last).count = member.nth + 1;
  }
}

Members members_of(const Tree::Place& object) {
  Members members;
  members.list.reserve(object.value.size());
  for (auto child = object.value.first(); child; child = child.next()) {
    const auto value = child.value();
    if (object.tree.is_ignored(value)) continue;
    members.sorted.push_back(static_cast<std::uint32_t>(members.list.size()));
    Member member;
    member.name = child.name();
    member.node = static_cast<std::uint32_t>(value.index());
    members.list.push_back(member);
  }
  std::sort(members.sorted.begin(), members.sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int names = members.list[a].name.compare(members.list[b].name);
    return names != 0 ? names < 0 : a > b;
  });
  count_repetitions(members);
  return members;
}

void find_partners(Members& primary, Members& shadow) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < primary.sorted.size() && j < shadow.sorted.size()) {
    auto& left = primary.by_name(i);
    auto& right = shadow.by_name(j);
    int order = left.name.compare(right.name);
    if (order == 0) order = static_cast<int>(left.nth) - static_cast<int>(right.nth);
    if (order == 0) {
      left.partner = shadow.sorted[j];
      right.partner = primary.sorted[i];
    }
    if (order <= 0) ++i;
    if (order >= 0) ++j;
  }
}

}  // namespace

// What has no partner and is not the last of its name is told by `repeated`, or by the last one.
std::vector<MemberEdit> plan_members(const Tree::Place& primary, const Tree::Place& shadow) {
  auto left = members_of(primary);
  auto right = members_of(shadow);
  find_partners(left, right);
  std::vector<MemberEdit> edits;
  edits.reserve(left.list.size());
  for (const auto& member : left.list) {
    if (member.partner == none) {
      if (member.nth == 0) edits.push_back({Step::missing, member.name, member.node, 0});
      continue;
    }
    const auto& partner = right.list[member.partner];
    if (member.nth == 0 && member.count != partner.count) {
      edits.push_back({Step::repeated, member.name, member.count, partner.count});
    }
    edits.push_back({Step::pair, member.name, member.node, partner.node});
  }
  for (const auto& member : right.list) {
    if (member.partner != none || member.nth != 0) continue;
    edits.push_back({Step::extra, member.name, 0, member.node});
  }
  return edits;
}

}  // namespace understudy::diff
