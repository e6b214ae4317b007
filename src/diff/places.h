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

// Shows each value of a document under its generalized place, the root first: elements of an array,
// and members whose names are ids, stand under "*". At most so many values, and none whose place is
// longer than limits::max_place_bytes nor what is inside it.
template <typename Show>
void for_each_place(json::Value root, std::size_t most_values, const Show& show) {
  struct Level {
    json::Value::Child child;
    bool is_object;
    std::size_t place_size;  // of the container's own place
  };
  std::vector<Level> levels;
  std::string place, step;
  const auto enter = [&](json::Value value) {
    show(std::string_view(place), value);
    if (value.size() == 0) return;
    levels.push_back({value.first(), value.type() == json::Type::object, place.size()});
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
    const bool is_one_of_many = is_variable_step(std::string_view(step).substr(1));
    place.append(is_one_of_many ? "/*" : step);
    level.child = level.child.next();
    if (place.size() <= limits::max_place_bytes) enter(value);
  }
}

}  // namespace understudy::diff
