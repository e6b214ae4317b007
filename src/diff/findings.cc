#include "diff/findings.h"

#include <algorithm>

#include "understudy/base/hash.h"
#include "understudy/base/limits.h"

namespace understudy::diff {

void Findings::add(Difference difference) {
  const auto place = hash64(generalized_place(difference));
  if (wants(place, difference.kind, difference.value_class)) keep(std::move(difference));
}

bool Findings::wants(std::uint64_t place, Kind kind, ValueClass value_class) {
  ++seen_;
  is_full_ = is_full_ || seen_ >= limits::max_differences_seen;
  const auto kind_and_class =
      static_cast<std::uint64_t>(kind) << 8 | static_cast<std::uint64_t>(value_class);
  const auto hash = place + kind_and_class * 0x9E3779B97F4A7C15u;
  const auto sort = std::find_if(sorts_.begin(), sorts_.end(),
                                 [hash](const Sort& known) { return known.hash == hash; });
  if (sort == sorts_.end()) {
    is_full_ = is_full_ || list_.size() == limits::max_differences;
    if (list_.size() == limits::max_differences) return false;
    sorts_.push_back({hash, 1});
    return true;
  }
  const bool is_wanted =
      list_.size() < limits::crowded_differences && sort->count < limits::max_differences_of_a_sort;
  sort->count += is_wanted ? 1 : 0;
  return is_wanted;
}

}  // namespace understudy::diff
