#pragma once

#include <cstdint>

#include "understudy/diff/noise.h"

// What tests of noise speak of: one place, and what was counted there.
namespace understudy::diff {

inline constexpr double usual = 20;  // 1 / 0.05

inline PlaceKey place(ValueClass value_class = ValueClass::none, Kind kind = Kind::value) {
  return {"/a", kind, value_class};
}

inline Judgement judged(const PlaceCounts& counts, Exposure exposure,
                        ValueClass value_class = ValueClass::none) {
  return judge_place(place(value_class), counts, {}, exposure, usual, NoiseMode::evidence)
      .judgement;
}

// Differences of `n` exchanges that the reference answered, too.
inline PlaceCounts paired(std::uint64_t only_shadow, std::uint64_t only_reference,
                          std::uint64_t both = 0) {
  PlaceCounts counts;
  counts.differed = only_shadow + both;
  counts.only_shadow = only_shadow;
  counts.only_reference = only_reference;
  counts.both = both;
  return counts;
}

}  // namespace understudy::diff
