#include "diff/json_diff.h"

#include <algorithm>

#include <fmt/format.h>

#include "diff/array_plan.h"
#include "diff/detect.h"
#include "diff/identifier.h"
#include "diff/member_plan.h"
#include "diff/number.h"
#include "diff/shared_text.h"
#include "understudy/base/hash.h"
#include "understudy/json/pointer.h"
#include "understudy/json/utf8.h"

namespace understudy::diff {

namespace {

using json::Type;
using json::Value;

constexpr std::uint32_t no_path = UINT32_MAX;

// The way to a place, linked towards the root; text is made only for what differs.
struct PathNode {
  std::uint32_t parent;
  bool is_index;
  std::size_t index;
  std::string_view name;
  std::uint64_t sort = 0;  // sort_of() it, once known
};

// Something still to be looked at.
struct Task {
  MemberEdit::What what;
  bool is_moved;  // from another index, where other rules may hold
  std::uint32_t path;
  std::uint32_t primary;  // repeated: how often
  std::uint32_t shadow;
};

bool is_scalar(Value value) {
  return value.type() != Type::array && value.type() != Type::object;
}

std::string text_of(Value value) {
  const bool has_text = value.type() == Type::string || value.type() == Type::number;
  return has_text ? std::string(value.text()) : value.to_json();
}

std::uint32_t index_of(Value value) {
  return static_cast<std::uint32_t>(value.index());
}

std::vector<Value> elements_of(Value array) {
  std::vector<Value> elements;
  elements.reserve(array.size());
  for (auto child = array.first(); child; child = child.next()) elements.push_back(child.value());
  return elements;
}

bool same_scalar(Value primary, Value shadow) {
  switch (primary.type()) {
    case Type::null:
      return true;
    case Type::boolean:
      return primary.boolean() == shadow.boolean();
    case Type::number:
      return same_number(primary.text(), shadow.text());
    default:
      return primary.text() == shadow.text();
  }
}

ShownValue how_often(std::uint32_t times) {
  return {fmt::format("\"{} of this name\"", times), false};
}

// Of two scalars of one type that differ.
Likeness likeness_of(Value primary, Value shadow, WallTime now) {
  switch (primary.type()) {
    case Type::boolean:
      return {ValueClass::none, lean_of(primary.boolean() ? 1 : 0, shadow.boolean() ? 1 : 0)};
    case Type::number:
      return likeness_of_numbers(primary.text(), shadow.text(), now);
    default:
      return likeness_of_texts(primary.text(), shadow.text(), now);
  }
}

std::uint64_t sort_below(std::uint64_t above, std::string_view step) {
  return std::max(hash64(step, above), std::uint64_t{1});
}

// What places have as "*": secrets are redacted there, to "~" and more.
bool is_variable_name(std::string_view name) {
  return is_variable_step(name) || name.find('~') != name.npos || may_hold_secret(name);
}

// One walk over two documents.
class JsonWalk {
 public:
  JsonWalk(const JsonPair& pair, Findings& findings) : pair_(pair), findings_(findings) {}
  void run();

 private:
  using What = MemberEdit::What;

  void look_at(const Task& task);
  void compare(const Task& task, Value primary, Value shadow);
  void compare_scalars(const Task& task, Value primary, Value shadow);
  void add(const Task& task, Kind kind, const Likeness& likeness, Value primary, Value shadow);
  void compare_objects(const Task& task, Value primary, Value shadow);
  bool compare_in_step(const Task& task, Value primary, Value shadow);
  bool has_fresh_name_twice(Value object) const;
  void compare_by_name(const Task& task, Value primary, Value shadow);
  bool have_names_of_a_map(const std::vector<MemberEdit>& edits) const;
  void compare_arrays(const Task& task, Value primary, Value shadow);
  bool are_equal_unordered(Value primary, Value shadow) const;
  void show_order(const Task& task, const ArrayPlan& plan);

  bool have_same_text(Value primary, Value shadow, bool is_moved);
  bool have_same_hash(Value primary, Value shadow) const;
  std::uint32_t path_to(std::uint32_t parent, std::string_view name);
  std::uint32_t path_to(std::uint32_t parent, std::size_t index);
  const std::vector<std::uint32_t>& way(std::uint32_t path) const;
  std::uint64_t sort_of(std::uint32_t path);
  std::uint64_t sort_of_member(std::uint64_t above, std::string_view name);
  std::string place(std::uint32_t path) const;
  Redactor::Trail trail(std::uint32_t path) const;
  ShownValue shown(std::uint32_t path, Value value) const;
  std::pair<ShownValue, ShownValue> shown(std::uint32_t path, Value primary, Value shadow) const;

  const JsonPair& pair_;
  Findings& findings_;
  SharedText shared_;
  std::vector<PathNode> paths_;
  std::vector<Task> tasks_;                 // the next one last
  std::vector<Task> fresh_;                 // of the container being looked at, in order
  mutable std::vector<std::uint32_t> way_;  // scratch
  struct {
    std::uint64_t above = 0;  // no sort
    std::string_view name;
    std::uint64_t sort = 0;
  } last_;  // of sort_of_member()
};

void JsonWalk::run() {
  tasks_.push_back({What::pair, false, no_path, 0, 0});
  while (!tasks_.empty() && !findings_.is_full()) {
    const auto task = tasks_.back();
    tasks_.pop_back();
    ++pair_.budget.steps;
    look_at(task);
    tasks_.insert(tasks_.end(), fresh_.rbegin(), fresh_.rend());
    fresh_.clear();
  }
}

void JsonWalk::look_at(const Task& task) {
  switch (task.what) {
    case What::pair:
      return compare(task, pair_.primary.at(task.primary), pair_.shadow.at(task.shadow));
    case What::missing:
      if (!findings_.wants(sort_of(task.path), Kind::missing)) return;
      return findings_.keep(
          {place(task.path), Kind::missing, shown(task.path, pair_.primary.at(task.primary)), {}});
    case What::extra:
      if (!findings_.wants(sort_of(task.path), Kind::extra)) return;
      return findings_.keep(
          {place(task.path), Kind::extra, {}, shown(task.path, pair_.shadow.at(task.shadow))});
    case What::repeated:
      if (!findings_.wants(sort_of(task.path), Kind::length)) return;
      return findings_.keep({place(task.path), Kind::length, how_often(task.primary),
                             how_often(task.shadow), ValueClass::none,
                             lean_of(task.primary, task.shadow)});
  }
}

// Then they are the same, at least under the same rules. Others may still be equal.
bool JsonWalk::have_same_text(Value primary, Value shadow, bool is_moved) {
  if (primary.type() != shadow.type()) return false;
  switch (primary.type()) {
    case Type::object:
    case Type::array:
      return !(is_moved && pair_.primary.has_rules()) &&
             shared_.is_same(primary.source(), shadow.source());
    case Type::number:
    case Type::string:
      return primary.text() == shadow.text();
    default:
      return same_scalar(primary, shadow);
  }
}

bool JsonWalk::have_same_hash(Value primary, Value shadow) const {
  return pair_.primary.hash(primary) == pair_.shadow.hash(shadow) &&
         !pair_.primary.is_loose(primary) && !pair_.shadow.is_loose(shadow);
}

void JsonWalk::compare(const Task& task, Value primary, Value shadow) {
  if (is_scalar(primary) && is_scalar(shadow)) return compare_scalars(task, primary, shadow);
  if (primary.type() != shadow.type()) return add(task, Kind::type, {}, primary, shadow);
  if (primary.type() == Type::object) return compare_objects(task, primary, shadow);
  compare_arrays(task, primary, shadow);
}

void JsonWalk::compare_scalars(const Task& task, Value primary, Value shadow) {
  const bool is_same_type = primary.type() == shadow.type();
  if (is_same_type && same_scalar(primary, shadow)) return;
  const Rule* rule = pair_.primary.rule(primary);
  if (rule == nullptr) rule = pair_.shadow.rule(shadow);
  const bool may_excuse =
      rule != nullptr && (is_same_type || rule->action() == Rule::Action::match);
  if (may_excuse && rule->excuses(text_of(primary), text_of(shadow))) return;
  if (!is_same_type) return add(task, Kind::type, {}, primary, shadow);
  add(task, Kind::value, likeness_of(primary, shadow, findings_.now()), primary, shadow);
}

void JsonWalk::add(const Task& task, Kind kind, const Likeness& likeness, Value primary,
                   Value shadow) {
  if (!findings_.wants(sort_of(task.path), kind, likeness.value_class)) return;
  auto [left, right] = shown(task.path, primary, shadow);
  findings_.keep({place(task.path), kind, std::move(left), std::move(right), likeness.value_class,
                  likeness.lean});
}

void JsonWalk::compare_objects(const Task& task, Value primary, Value shadow) {
  if (!compare_in_step(task, primary, shadow)) compare_by_name(task, primary, shadow);
}

// The usual case: the same names in the same order.
bool JsonWalk::compare_in_step(const Task& task, Value primary, Value shadow) {
  if (primary.size() != shadow.size()) return false;
  auto left = primary.first();
  auto right = shadow.first();
  for (; left; left = left.next(), right = right.next()) {
    if (left.name() != right.name()) {
      fresh_.clear();
      return false;
    }
    const auto a = left.value();
    const auto b = right.value();
    if (pair_.primary.is_ignored(a) || have_same_text(a, b, task.is_moved)) continue;
    fresh_.push_back(
        {What::pair, task.is_moved, path_to(task.path, left.name()), index_of(a), index_of(b)});
  }
  // Where all is the same it does not matter; the shadow's names are the primary's.
  if (!has_fresh_name_twice(primary)) return true;
  fresh_.clear();
  return false;
}

// Whether a member that is still to be looked at has a name that the object repeats.
bool JsonWalk::has_fresh_name_twice(Value object) const {
  constexpr std::size_t few = 4;
  if (fresh_.size() > few) return object.has_duplicate_names();
  return std::any_of(fresh_.begin(), fresh_.end(), [&](const Task& task) {
    const auto name = paths_[task.path].name;
    std::size_t times = 0;
    for (auto child = object.first(); child; child = child.next()) {
      times += child.name() == name ? 1 : 0;
    }
    return times > 1;
  });
}

void JsonWalk::compare_by_name(const Task& task, Value primary, Value shadow) {
  const auto edits = plan_members({pair_.primary, primary}, {pair_.shadow, shadow});
  const bool is_map = have_names_of_a_map(edits);
  pair_.budget.steps += primary.size() + shadow.size();
  for (const auto& edit : edits) {
    const bool is_pair = edit.what == MemberEdit::What::pair;
    if (is_pair && have_same_text(pair_.primary.at(edit.primary), pair_.shadow.at(edit.shadow),
                                  task.is_moved)) {
      continue;
    }
    const bool is_any = is_map && (edit.what == What::missing || edit.what == What::extra);
    const auto name = is_any ? std::string_view("*") : edit.name;
    fresh_.push_back(
        {edit.what, task.is_moved, path_to(task.path, name), edit.primary, edit.shadow});
  }
}

// Names that come and go on both sides are keys of a map: what stands under them has one place.
// Several on each side, and no fewer than half of all; or one for one, and both look random.
bool JsonWalk::have_names_of_a_map(const std::vector<MemberEdit>& edits) const {
  std::vector<std::string_view> lost, added;
  for (const auto& edit : edits) {
    if (edit.what == What::missing) lost.push_back(edit.name);
    if (edit.what == What::extra) added.push_back(edit.name);
  }
  if (lost.empty() || added.empty()) return false;
  if (lost.size() > 1 && added.size() > 1) return 2 * (lost.size() + added.size()) >= edits.size();
  return lost.size() == added.size() &&
         common_class(lost.front(), added.front(), findings_.now()) != ValueClass::none;
}

// Where elements may stand in any order those of equal arrays could find other partners.
bool JsonWalk::are_equal_unordered(Value primary, Value shadow) const {
  const auto* const left = pair_.primary.rule(primary);
  const auto* const right = pair_.shadow.rule(shadow);
  const bool is_unordered = (left != nullptr && left->is_unordered()) ||  //
                            (right != nullptr && right->is_unordered());
  return is_unordered && have_same_hash(primary, shadow);
}

void JsonWalk::compare_arrays(const Task& task, Value primary, Value shadow) {
  if (are_equal_unordered(primary, shadow)) return;
  const auto plan = plan_arrays({pair_.primary, primary}, {pair_.shadow, shadow}, pair_.budget);
  if (plan.is_reordered) show_order(task, plan);
  const auto left = elements_of(primary);
  const auto right = elements_of(shadow);
  for (const auto& edit : plan.edits) {
    if (edit.what == Edit::What::missing) {
      fresh_.push_back({What::missing, false, path_to(task.path, edit.primary),
                        index_of(left[edit.primary]), 0});
      continue;
    }
    if (edit.what == Edit::What::extra) {
      fresh_.push_back(
          {What::extra, false, path_to(task.path, edit.shadow), 0, index_of(right[edit.shadow])});
      continue;
    }
    const auto a = left[edit.primary];
    const auto b = right[edit.shadow];
    const bool is_moved = task.is_moved || edit.primary != edit.shadow;
    if (have_same_text(a, b, is_moved)) continue;
    fresh_.push_back(
        {What::pair, is_moved, path_to(task.path, edit.primary), index_of(a), index_of(b)});
  }
}

void JsonWalk::show_order(const Task& task, const ArrayPlan& plan) {
  if (!findings_.wants(sort_of(task.path), Kind::order)) return;
  auto at = trail(task.path);
  pair_.redactor.advance(at, "0");
  if (!plan.identity.empty()) pair_.redactor.advance(at, plan.identity);
  findings_.keep({place(task.path), Kind::order, pair_.redactor.show_list(plan.primary_order, at),
                  pair_.redactor.show_list(plan.shadow_order, at)});
}

std::uint32_t JsonWalk::path_to(std::uint32_t parent, std::string_view name) {
  paths_.push_back({parent, false, 0, name, 0});
  return static_cast<std::uint32_t>(paths_.size() - 1);
}

std::uint32_t JsonWalk::path_to(std::uint32_t parent, std::size_t index) {
  paths_.push_back({parent, true, index, {}, 0});
  return static_cast<std::uint32_t>(paths_.size() - 1);
}

// From the root downwards. Valid until the next call.
const std::vector<std::uint32_t>& JsonWalk::way(std::uint32_t path) const {
  way_.clear();
  for (; path != no_path; path = paths_[path].parent) way_.push_back(path);
  std::reverse(way_.begin(), way_.end());
  return way_;
}

// The same number for all places that have one generalized place, and never 0. What is known above
// is not looked at again, however deep it is.
std::uint64_t JsonWalk::sort_of(std::uint32_t path) {
  way_.clear();
  auto node = path;
  for (; node != no_path && paths_[node].sort == 0; node = paths_[node].parent) {
    way_.push_back(node);
  }
  std::uint64_t sort = node == no_path ? 1 : paths_[node].sort;
  for (auto each = way_.rbegin(); each != way_.rend(); ++each) {
    auto& step = paths_[*each];
    sort = step.sort = step.is_index ? sort_below(sort, "*") : sort_of_member(sort, step.name);
  }
  return sort;
}

// Mostly a name that has been asked for last: each element of an array has it.
std::uint64_t JsonWalk::sort_of_member(std::uint64_t above, std::string_view name) {
  if (above != last_.above || name != last_.name) {
    last_ = {above, name, sort_below(above, is_variable_name(name) ? "*" : name)};
  }
  return last_.sort;
}

// Names may hold secrets as values do, and may be as long as the body.
std::string JsonWalk::place(std::uint32_t path) const {
  if (path == no_path) return "/";
  std::string pointer, scratch;
  for (const auto node : way(path)) {
    const auto& step = paths_[node];
    if (step.is_index) {
      pointer.append("/").append(std::to_string(step.index));
    } else {
      json::append_step(pointer, pair_.redactor.redact(step.name, scratch));
    }
    if (pointer.size() > limits::max_place_bytes) break;
  }
  if (pointer.size() <= limits::max_place_bytes) return pointer;
  return std::string(json::utf8_prefix(pointer, limits::max_place_bytes)) + "...";
}

Redactor::Trail JsonWalk::trail(std::uint32_t path) const {
  auto trail = pair_.redactor.root();
  if (pair_.redactor.has_no_paths()) return trail;
  for (const auto node : way(path)) {
    const auto& step = paths_[node];
    if (step.is_index) {
      pair_.redactor.advance(trail, std::to_string(step.index));
    } else {
      pair_.redactor.advance(trail, step.name);
    }
  }
  return trail;
}

ShownValue JsonWalk::shown(std::uint32_t path, Value value) const {
  return pair_.redactor.show_json(value, trail(path));
}

std::pair<ShownValue, ShownValue> JsonWalk::shown(std::uint32_t path, Value primary,
                                                  Value shadow) const {
  const auto at = trail(path);
  return {pair_.redactor.show_json(primary, at), pair_.redactor.show_json(shadow, at)};
}

}  // namespace

void compare_json(const JsonPair& pair, Findings& findings) {
  JsonWalk(pair, findings).run();
}

}  // namespace understudy::diff
