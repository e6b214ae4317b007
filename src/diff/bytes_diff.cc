#include "diff/bytes_diff.h"

#include <fmt/format.h>

#include "diff/media.h"
#include "understudy/base/hash.h"
#include "understudy/base/shared_prefix.h"

namespace understudy::diff {

namespace {

// One side as it is shown: what it is, and how long.
struct Bytes {
  std::string_view begin;  // what of it is there
  std::uint64_t size;
  std::uint64_t hash = 0;  // of the primary's: who learns compares it with what it was before
};

void add(const Bytes& primary, const Bytes& shadow, std::string_view where, Findings& findings) {
  const auto shown = [&](const Bytes& bytes) {
    const auto name = magic_name(bytes.begin);
    return ShownValue{
        fmt::format("{}{}{} bytes, {}", name, name.empty() ? "" : ", ", bytes.size, where), false,
        bytes.hash};
  };
  const bool is_same_type = magic_name(primary.begin) == magic_name(shadow.begin);
  const auto kind = primary.size == shadow.size ? Kind::value : Kind::length;
  const auto lean = is_same_type ? lean_of(primary.size, shadow.size) : Lean::none;
  findings.add({"body", is_same_type ? kind : Kind::type, shown(primary), shown(shadow),
                ValueClass::none, lean});
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

std::uint64_t hash_of(const Answer& answer) {
  return answer.hashes == nullptr ? hash64(answer.body) : answer.hashes->hash();
}

}  // namespace

void compare_bytes(std::string_view primary, std::string_view shadow, Findings& findings) {
  const auto offset = shared_prefix(primary, shadow);
  add({primary, primary.size(), hash64(primary)}, {shadow, shadow.size()},
      fmt::format("first difference at offset {}", offset), findings);
}

void compare_hashes(const Answer& primary, const Answer& shadow, Findings& findings) {
  const auto offset = first_difference(primary, shadow);
  if (offset == BlockHashes::npos) return;
  add({primary.body, primary.total_bytes, hash_of(primary)}, {shadow.body, shadow.total_bytes},
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
