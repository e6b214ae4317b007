#include "json_tree.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "diff/number.h"

namespace understudy::fuzz {
namespace {

std::string unescaped(std::string_view step) {
  std::string name;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool is_escape = step[i] == '~' && i + 1 < step.size();
    name += is_escape ? (step[++i] == '0' ? '~' : '/') : step[i];
  }
  return name;
}

// Where in its parent a step leads, size() if nowhere; an array's end is somewhere.
std::size_t position(const JsonTree& parent, std::string_view step) {
  std::size_t index = 0;
  if (parent.type == json::Type::array) {
    std::from_chars(step.data(), step.data() + step.size(), index);
    return std::min(index, parent.children.size());
  }
  while (index < parent.children.size() && parent.children[index].name != step) ++index;
  return index;
}

bool add(JsonTree& document, const std::string& path, JsonTree value) {
  const auto [parent_path, step] = split_pointer(path);
  JsonTree* const parent = document.find(parent_path);
  if (parent == nullptr) return false;
  const auto at = static_cast<std::ptrdiff_t>(position(*parent, step));
  const bool is_array = parent->type == json::Type::array;
  if (is_array && std::to_string(at) != step) return false;
  value.name = is_array ? "" : step;
  parent->children.insert(parent->children.begin() + at, std::move(value));
  return true;
}

bool remove(JsonTree& document, const std::string& path, JsonTree* taken) {
  const auto [parent_path, step] = split_pointer(path);
  JsonTree* const parent = document.find(parent_path);
  if (parent == nullptr) return false;
  const auto at = position(*parent, step);
  if (at == parent->children.size()) return false;
  if (taken != nullptr) *taken = std::move(parent->children[at]);
  parent->children.erase(parent->children.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

}  // namespace

std::pair<std::string, std::string> split_pointer(std::string_view pointer) {
  const auto at = pointer.rfind('/');
  if (at == pointer.npos) return {};
  return {std::string(pointer.substr(0, at)), unescaped(pointer.substr(at + 1))};
}

JsonTree JsonTree::from(json::Value value) {
  JsonTree tree;
  tree.type = value.type();
  if (tree.type == json::Type::boolean) tree.boolean = value.boolean();
  if (tree.type == json::Type::string || tree.type == json::Type::number) tree.text = value.text();
  const bool has_names = tree.type == json::Type::object;
  for (auto child = value.first(); child; child = child.next()) {
    tree.children.push_back(from(child.value()));
    if (has_names) tree.children.back().name = child.name();
  }
  return tree;
}

bool JsonTree::is_same(const JsonTree& other) const {
  if (type != other.type || children.size() != other.children.size()) return false;
  if (type == json::Type::number) return diff::same_number(text, other.text);
  if (boolean != other.boolean || text != other.text) return false;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto at = type == json::Type::object ? position(other, children[i].name) : i;
    if (at == other.children.size() || !children[i].is_same(other.children[at])) return false;
  }
  return true;
}

bool JsonTree::repeats_names() const {
  std::set<std::string_view> seen;
  return std::any_of(children.begin(), children.end(), [&](const JsonTree& child) {
    const bool is_again = type == json::Type::object && !seen.insert(child.name).second;
    return is_again || child.repeats_names();
  });
}

JsonTree* JsonTree::member(std::string_view name) {
  const auto at = position(*this, name);
  return at < children.size() ? &children[at] : nullptr;
}

JsonTree* JsonTree::find(std::string_view pointer) {
  JsonTree* place = this;
  while (place != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const auto step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    place = place->member(unescaped(step));
  }
  return place;
}

bool apply(const Operation& operation, JsonTree& document) {
  using Kind = Operation::Kind;
  if (operation.kind == Kind::add) return add(document, operation.path, operation.value);
  if (operation.kind == Kind::remove) return remove(document, operation.path, nullptr);
  if (operation.kind == Kind::move) {
    JsonTree moved;
    return remove(document, operation.from, &moved) &&
           add(document, operation.path, std::move(moved));
  }
  JsonTree* const place = document.find(operation.path);
  if (place == nullptr) return false;
  auto name = std::move(place->name);
  *place = operation.value;
  place->name = std::move(name);
  return true;
}

}  // namespace understudy::fuzz
