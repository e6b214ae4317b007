#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "diff/identifier.h"
#include "understudy/base/limits.h"
#include "understudy/json/document.h"
#include "understudy/json/pointer.h"

namespace understudy::diff {

// An object of so many members, all of which are objects or arrays, holds items under names of
// their own: data, not a record's fields. Diffy takes any object of more than 50 for a map; but
// numbers and texts are the fields of wide records as well, and noise of one would hide what
// another one says.
constexpr std::size_t most_fields = 50;

inline bool has_keys_of_a_map(json::Value object) {
  if (object.size() <= most_fields) return false;
  for (auto child = object.first(); child; child = child.next()) {
    const auto type = child.value().type();
    if (type != json::Type::object && type != json::Type::array) return false;
  }
  return true;
}

// Shows each value of a document under its generalized place, the root first: elements of an array,
// members of a map, and those whose names are ids, stand under "*". At most so many values, and
// none whose place is longer than limits::max_place_bytes nor what is inside it.
template <typename Show>
void for_each_place(json::Value root, std::size_t most_values, const Show& show) {
  struct Level {
    json::Value::Child child;
    bool is_object;
    bool is_map;
    std::size_t place_size;  // of the container's own place
  };
  std::vector<Level> levels;
  std::string place, step;
  const auto enter = [&](json::Value value) {
    show(std::string_view(place), value);
    if (value.size() == 0) return;
    const bool is_object = value.type() == json::Type::object;
    levels.push_back(
        {value.first(), is_object, is_object && has_keys_of_a_map(value), place.size()});
  };
  enter(root);
  while (!levels.empty() && most_values-- != 0) {
    auto& level = levels.back();
    place.resize(level.place_size);
    if (!level.child) {
      levels.pop_back();
      continue;
    }
    const auto value = level.child.value();
    step.clear();
    if (level.is_object) {
      json::append_step(step, level.child.name());
    } else {
      step = "/0";
    }
    const bool is_one_of_many = level.is_map || is_variable_step(std::string_view(step).substr(1));
    place.append(is_one_of_many ? "/*" : step);
    level.child = level.child.next();
    if (place.size() <= limits::max_place_bytes) enter(value);
  }
}

}  // namespace understudy::diff
