#include "diff/bytes_diff.h"

#include <fmt/format.h>

#include "diff/shared_text.h"

namespace understudy::diff {

namespace {

void add(std::uint64_t primary_bytes, std::uint64_t shadow_bytes, std::string_view where,
         Findings& findings) {
  const auto shown = [&](std::uint64_t bytes) {
    return ShownValue{fmt::format("{} bytes, {}", bytes, where), false};
  };
  findings.add({"body", primary_bytes == shadow_bytes ? Kind::value : Kind::length,
                shown(primary_bytes), shown(shadow_bytes), ValueClass::none,
                lean_of(primary_bytes, shadow_bytes)});
}

// Where the two begin to differ; BlockHashes::npos when they are equal.
std::uint64_t first_difference(const Answer& primary, const Answer& shadow) {
  BlockHashes left;
  BlockHashes right;
  if (primary.hashes == nullptr) left.add(primary.body);
  if (shadow.hashes == nullptr) right.add(shadow.body);
  return BlockHashes::first_difference(primary.hashes == nullptr ? left : *primary.hashes,
                                       shadow.hashes == nullptr ? right : *shadow.hashes);
}

}  // namespace

void compare_bytes(std::string_view primary, std::string_view shadow, Findings& findings) {
  const auto offset = shared_prefix(primary, shadow);
  add(primary.size(), shadow.size(), fmt::format("first difference at offset {}", offset),
      findings);
}

void compare_hashes(const Answer& primary, const Answer& shadow, Findings& findings) {
  const auto offset = first_difference(primary, shadow);
  if (offset == BlockHashes::npos) return;
  add(primary.total_bytes, shadow.total_bytes,
      fmt::format("first difference in the block at offset {}", offset), findings);
}

bool same_bytes(const Answer& primary, const Answer& shadow) {
  if (primary.hashes == nullptr && shadow.hashes == nullptr) {
    // One text for both: they were found the same when they came.
    const bool is_one = primary.body.data() == shadow.body.data();
    return primary.body.size() == shadow.body.size() && (is_one || primary.body == shadow.body);
  }
  return primary.total_bytes == shadow.total_bytes &&
         first_difference(primary, shadow) == BlockHashes::npos;
}

}  // namespace understudy::diff
