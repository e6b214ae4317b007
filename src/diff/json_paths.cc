#include "diff/json_paths.h"

#include <algorithm>
#include <utility>

#include "diff/detect.h"
#include "diff/identifier.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/json/pointer.h"
#include "understudy/json/utf8.h"

namespace understudy::diff {

namespace {

std::uint64_t sort_below(std::uint64_t above, std::string_view step) {
  return std::max(hash64(step, above), std::uint64_t{1});
}

// What places have as "*": secrets are redacted there, to "~" and more.
bool is_variable_name(std::string_view name) {
  return is_variable_step(name) || name.find('~') != name.npos || may_hold_secret(name);
}

std::string cut_place(std::string pointer) {
  if (pointer.size() <= limits::max_place_bytes) return pointer;
  return std::string(json::utf8_prefix(pointer, limits::max_place_bytes)) + "...";
}

}  // namespace

std::uint32_t JsonPaths::member(std::uint32_t parent, std::string_view name, bool is_key) {
  return add({parent, false, is_key, 0, name});
}

std::uint32_t JsonPaths::element(std::uint32_t parent, std::size_t index) {
  return add({parent, true, false, index, {}});
}

std::uint32_t JsonPaths::add(Node node) {
  nodes_.push_back(node);
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

// From the root downwards. Valid until the next call.
const std::vector<std::uint32_t>& JsonPaths::way(std::uint32_t path) const {
  way_.clear();
  for (; path != root; path = nodes_[path].parent) way_.push_back(path);
  std::reverse(way_.begin(), way_.end());
  return way_;
}

std::uint64_t JsonPaths::sort_of(std::uint32_t path) {
  way_.clear();
  auto node = path;
  for (; node != root && nodes_[node].sort == 0; node = nodes_[node].parent) {
    way_.push_back(node);
  }
  std::uint64_t sort = node == root ? 1 : nodes_[node].sort;
  for (auto each = way_.rbegin(); each != way_.rend(); ++each) {
    auto& step = nodes_[*each];
    const bool is_any = step.is_index || step.is_key;
    sort = step.sort = is_any ? sort_below(sort, "*") : sort_of_member(sort, step.name);
  }
  return sort;
}

// Mostly a name that has been asked for last: each element of an array has it.
std::uint64_t JsonPaths::sort_of_member(std::uint64_t above, std::string_view name) {
  if (above != last_.above || name != last_.name) {
    last_ = {above, name, sort_below(above, is_variable_name(name) ? "*" : name)};
  }
  return last_.sort;
}

std::string JsonPaths::place(std::uint32_t path) const {
  if (path == root) return "/";
  std::string pointer, scratch;
  for (const auto node : way(path)) {
    const auto& step = nodes_[node];
    if (step.is_index) {
      pointer.append("/").append(std::to_string(step.index));
    } else {
      json::append_step(pointer, redactor_.redact(step.name, scratch));
    }
    if (pointer.size() > limits::max_place_bytes) break;
  }
  return cut_place(std::move(pointer));
}

std::string JsonPaths::general(std::uint32_t path) const {
  const auto& steps = way(path);
  const bool has_key = std::any_of(steps.begin(), steps.end(),
                                   [this](std::uint32_t node) { return nodes_[node].is_key; });
  if (!has_key) return {};
  std::string pointer, written, scratch;
  for (const auto node : steps) {
    const auto& step = nodes_[node];
    written = "/*";
    if (!step.is_index && !step.is_key) {
      written.clear();
      json::append_step(written, redactor_.redact(step.name, scratch));
      if (is_variable_step(std::string_view(written).substr(1))) written = "/*";
    }
    pointer += written;
    if (pointer.size() > limits::max_place_bytes) break;
  }
  return cut_place(std::move(pointer));
}

Redactor::Trail JsonPaths::trail(std::uint32_t path) const {
  auto trail = redactor_.root();
  if (redactor_.has_no_paths()) return trail;
  for (const auto node : way(path)) {
    const auto& step = nodes_[node];
    if (step.is_index) {
      redactor_.advance(trail, std::to_string(step.index));
    } else {
      redactor_.advance(trail, step.name);
    }
  }
  return trail;
}

}  // namespace understudy::diff
