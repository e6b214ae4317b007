#include "understudy/diff/outline.h"

#include <algorithm>
#include <iterator>

#include "diff/places.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"

namespace understudy::diff {

namespace {

// With fewer places, answers of different resources look alike: {"data": ..., "error": ...}.
constexpr std::size_t fewest_places = 4;
// Of the places of two answers so many are common to both: optional fields come and go, lists of
// one form under names of their own have less in common.
constexpr double least_in_common = 0.6;

}  // namespace

Outline::Outline(std::string_view media_type, const json::Value* body) : media_type_(media_type) {
  if (body == nullptr) return;
  for_each_place(*body, limits::contract_max_values,
                 [this](std::string_view place, json::Value) { places_.push_back(hash64(place)); });
  std::sort(places_.begin(), places_.end());
  places_.erase(std::unique(places_.begin(), places_.end()), places_.end());
  if (places_.size() > limits::outline_places) places_.resize(limits::outline_places);
  places_.shrink_to_fit();
}

bool Outline::is_like(const Outline& other) const {
  if (media_type_ != other.media_type_) return false;
  std::vector<std::uint64_t> all, common;
  std::set_union(places_.begin(), places_.end(), other.places_.begin(), other.places_.end(),
                 std::back_inserter(all));
  if (all.size() > limits::outline_places) all.resize(limits::outline_places);
  if (all.size() < fewest_places) return false;
  std::set_intersection(places_.begin(), places_.end(), other.places_.begin(), other.places_.end(),
                        std::back_inserter(common));
  const auto counted = std::upper_bound(common.begin(), common.end(), all.back());
  const auto in_common = static_cast<double>(counted - common.begin());
  return in_common >= least_in_common * static_cast<double>(all.size());
}

}  // namespace understudy::diff
