#include "understudy/base/shared_prefix.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace understudy {

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const auto size = std::min(a.size(), b.size());
  std::size_t at = 0;
#ifdef __SSE2__
  for (constexpr std::size_t step = sizeof(__m128i); size - at >= step; at += step) {
    const auto left = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a.data() + at));
    const auto right = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b.data() + at));
    const auto same = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(left, right)));
    if (same != 0xFFFF) return at + static_cast<std::size_t>(std::countr_one(same));
  }
#endif
  for (std::uint64_t left, right; size - at >= sizeof left; at += sizeof left) {
    std::memcpy(&left, a.data() + at, sizeof left);
    std::memcpy(&right, b.data() + at, sizeof right);
    if (left != right) return at + static_cast<std::size_t>(std::countr_zero(left ^ right)) / 8;
  }
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

}  // namespace understudy
