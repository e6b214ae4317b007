#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diff/kinds.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/diff/noise.h"

namespace understudy::diff {

namespace {

constexpr std::string_view status_place = "status";

// To which side one answer lies of the primary's, at one place.
struct Side {
  Kind kind = Kind::value;
  int lean = 0;            // of all differences there together
  std::uint64_t said = 0;  // what it has there, as a number
  std::vector<std::size_t> differences;
  std::size_t elements = 0;  // at which it differs

  bool differs() const { return elements != 0; }
};
struct Sides {
  Side shadow, reference;
};

int lean_of(const Difference& difference) {
  if (is_missing(difference.kind) || difference.lean == Lean::less) return -1;
  return is_extra(difference.kind) || difference.lean == Lean::greater ? 1 : 0;
}

using Places = std::map<PlaceKey, Sides>;

// How the status differs, where its class does; else null.
const Difference* other_class(const std::vector<Difference>& differences) {
  const auto status =
      std::find_if(differences.begin(), differences.end(),
                   [](const Difference& difference) { return difference.place == status_place; });
  if (status == differences.end()) return nullptr;
  return status->primary.text.substr(0, 1) == status->shadow.text.substr(0, 1) ? nullptr : &*status;
}

void add(Places& places, const std::vector<Difference>& differences, Side Sides::*answer) {
  const bool has_status_only = tells_of_status_only(differences);
  for (std::size_t i = 0; i < differences.size(); ++i) {
    const auto& difference = differences[i];
    if (has_status_only && difference.place != status_place) continue;
    PlaceKey key{generalized_place(difference), difference.kind, difference.value_class};
    auto& side = places[std::move(key)].*answer;
    side.kind = difference.kind;
    side.differences.push_back(i);
    side.elements += difference.elements;
    side.lean += lean_of(difference);
    side.said += hash64(difference.shadow.text, hash64(difference.place, difference.elements));
  }
}

// One or two more are chance where each element may differ; of many elements no more are kept.
bool has_several_more(const Side& one, const Side& other) {
  return one.elements >= other.elements + limits::max_differences_of_a_sort / 2;
}

// Of an answer that differs at many places fewer are kept of each.
bool is_crowded(const std::vector<Difference>& differences) {
  return differences.size() >= limits::crowded_differences;
}

// How the two lack a place, or all that it is in; null where neither does.
const Sides* missing_at(const Places& places, std::string_view place) {
  for (auto end = place.size(); end != 0 && end != place.npos; end = place.rfind('/', end - 1)) {
    const auto found =
        places.find({std::string(place.substr(0, end)), Kind::missing, ValueClass::none});
    if (found != places.end()) return &found->second;
  }
  return nullptr;
}

// Of one value: a reference that has none there differs from the primary, too, if not by another
// value; and where the shadow has none, nothing is told of it.
const Side& reference_of(const Places& places, const PlaceKey& key, const Sides& own) {
  static const Side none;
  if (is_of_presence(key.kind) || is_many(key.place)) return own.reference;
  const auto* const missing = missing_at(places, key.place);
  if (missing == nullptr) return own.reference;
  if (missing->shadow.differs()) return none;
  return missing->reference.differs() ? missing->reference : own.reference;
}

// Another element in place of one is to no side.
bool has_others_instead(const Places& places, const PlaceKey& key) {
  if (!is_of_presence(key.kind) || !holds_elements(key.place)) return false;
  const auto differs = [&](Kind kind) {
    const auto found = places.find({key.place, kind, ValueClass::none});
    return found != places.end() && found->second.shadow.differs();
  };
  return is_missing(key.kind) ? differs(Kind::extra) || differs(Kind::duplicate)
                              : differs(Kind::missing);
}

PlaceCounts counts_of(const Side& shadow, const Side& reference, bool is_referenced, bool leans) {
  PlaceCounts counts;
  counts.differed = shadow.differs() ? 1 : 0;
  counts.less = leans && shadow.lean < 0 ? 1 : 0;
  counts.greater = leans && shadow.lean > 0 ? 1 : 0;
  if (!is_referenced) return counts;
  counts.only_shadow = shadow.differs() && !reference.differs() ? 1 : 0;
  counts.only_reference = !shadow.differs() && reference.differs() ? 1 : 0;
  counts.both = shadow.differs() && reference.differs() ? 1 : 0;
  counts.shadow_more = has_several_more(shadow, reference) ? 1 : 0;
  counts.reference_more = has_several_more(reference, shadow) ? 1 : 0;
  if (counts.both == 0) return counts;
  counts.only_primary = shadow.said == reference.said ? 1 : 0;
  if (shadow.kind != reference.kind) return counts;
  counts.shadow_above = shadow.lean > 0 && reference.lean < 0 ? 1 : 0;
  counts.shadow_below = shadow.lean < 0 && reference.lean > 0 ? 1 : 0;
  return counts;
}

}  // namespace

bool tells_of_status_only(const std::vector<Difference>& differences) {
  const auto* const status = other_class(differences);
  return status != nullptr && std::max(status->primary.text, status->shadow.text) >= "4";
}

std::vector<Observation> observe(const std::vector<Difference>& shadow,
                                 const std::vector<Difference>* reference) {
  Places places;
  add(places, shadow, &Sides::shadow);
  if (reference != nullptr) add(places, *reference, &Sides::reference);
  const bool is_referenced = reference != nullptr;
  const bool is_blind =
      is_referenced && (other_class(*reference) == nullptr) != (other_class(shadow) == nullptr);
  std::vector<Observation> observations;
  observations.reserve(places.size());
  for (auto& [key, sides] : places) {
    const bool is_told = is_referenced && (!is_blind || key.place == status_place);
    if (!is_told && !sides.shadow.differs()) continue;
    const auto& other = is_told ? reference_of(places, key, sides) : sides.reference;
    auto counts = counts_of(sides.shadow, other, is_told, !has_others_instead(places, key));
    if (is_told && is_crowded(*reference)) counts.shadow_more = 0;
    if (is_crowded(shadow)) counts.reference_more = 0;
    observations.push_back({key, counts, std::move(sides.shadow.differences)});
  }
  return observations;
}

}  // namespace understudy::diff
