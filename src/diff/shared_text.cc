#include "diff/shared_text.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace understudy::diff {

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const auto size = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (std::uint64_t left, right; size - at >= sizeof left; at += sizeof left) {
    std::memcpy(&left, a.data() + at, sizeof left);
    std::memcpy(&right, b.data() + at, sizeof right);
    if (left != right) return at + static_cast<std::size_t>(std::countr_zero(left ^ right)) / 8;
  }
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

bool SharedText::is_same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const bool is_known =
      a_ != nullptr && a.data() >= begin_ && a.data() <= a_ && a_ - a.data() == b_ - b.data();
  if (is_known) return a_ - a.data() >= static_cast<std::ptrdiff_t>(a.size());
  const auto shared = shared_prefix(a, b);
  if (shared == a.size()) return true;
  begin_ = a.data();
  a_ = a.data() + shared;
  b_ = b.data() + shared;
  return false;
}

}  // namespace understudy::diff
