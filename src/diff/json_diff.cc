#include "diff/json_diff.h"

#include <algorithm>

#include <fmt/format.h>

#include "diff/array_plan.h"
#include "diff/json_paths.h"
#include "diff/member_plan.h"
#include "diff/number.h"
#include "diff/places.h"
#include "diff/shared_text.h"
#include "understudy/base/limits.h"

namespace understudy::diff {

namespace {

using json::Type;
using json::Value;

// Something still to be looked at.
struct Task {
  Step what;
  bool is_moved;  // from another index, where other rules may hold
  std::uint32_t path;
  std::uint32_t primary;  // repeated: how often
  std::uint32_t shadow;
  // missing, extra: it and so many in all, to the end of the array, which is the other number.
  std::size_t elements = 1;
  // Two items of a map that share no key: only what they are made of is compared.
  bool is_shape = false;
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

// One walk over two documents.
class JsonWalk {
 public:
  JsonWalk(const JsonPair& pair, Findings& findings)
      : pair_(pair), findings_(findings), paths_(pair.redactor) {}
  void run();

 private:
  void look_at(const Task& task);
  void add_one_sided(const Task& task, Kind kind);
  void compare(const Task& task, Value primary, Value shadow);
  void compare_scalars(const Task& task, Value primary, Value shadow);
  void add(const Task& task, Kind kind, const Likeness& likeness, Value primary, Value shadow);
  void add_type(const Task& task, Value primary, Value shadow);
  void keep(std::uint32_t path, Difference difference);
  void compare_objects(const Task& task, Value primary, Value shadow);
  bool compare_in_step(const Task& task, Value primary, Value shadow);
  bool has_fresh_name_twice(Value object) const;
  void compare_by_name(const Task& task, Value primary, Value shadow);
  void compare_items(const Task& task, const std::vector<MemberEdit>& edits);
  bool have_names_of_a_map(const std::vector<MemberEdit>& edits) const;
  void compare_arrays(const Task& task, Value primary, Value shadow);
  bool are_equal_unordered(Value primary, Value shadow) const;
  void show_order(const Task& task, const ArrayPlan& plan);

  bool have_same_text(Value primary, Value shadow, bool is_moved);
  bool have_same_hash(Value primary, Value shadow) const;
  ShownValue shown(std::uint32_t path, Value value) const;
  ShownValue shown_end(std::uint32_t path, const Tree& tree, Value array) const;
  std::pair<ShownValue, ShownValue> shown(std::uint32_t path, Value primary, Value shadow) const;

  const JsonPair& pair_;
  Findings& findings_;
  SharedText shared_;
  JsonPaths paths_;
  std::vector<Task> tasks_;  // the next one last
  std::vector<Task> fresh_;  // of the container being looked at, in order
};

void JsonWalk::run() {
  tasks_.push_back({Step::pair, false, JsonPaths::root, 0, 0});
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
    case Step::pair:
      return compare(task, pair_.primary.at(task.primary), pair_.shadow.at(task.shadow));
    case Step::missing:
      return add_one_sided(task, Kind::missing);
    case Step::extra:
      return add_one_sided(task, Kind::extra);
    case Step::duplicate:
      return add_one_sided(task, Kind::duplicate);
    case Step::repeated:
      if (!findings_.wants(paths_.sort_of(task.path), Kind::length)) return;
      return keep(task.path, {{},
                              Kind::length,
                              how_often(task.primary),
                              how_often(task.shadow),
                              ValueClass::none,
                              lean_of(task.primary, task.shadow)});
  }
}

void JsonWalk::add_one_sided(const Task& task, Kind kind) {
  if (!findings_.wants(paths_.sort_of(task.path), kind)) return;
  const bool is_primary = is_missing(kind);
  auto& tree = is_primary ? pair_.primary : pair_.shadow;
  const auto node = is_primary ? task.primary : task.shadow;
  const auto array = is_primary ? task.shadow : task.primary;
  auto value = task.elements == 1 ? shown(task.path, tree.at(node))
                                  : shown_end(task.path, tree, tree.at(array));
  Difference difference{{}, kind, {}, {}};
  (is_primary ? difference.primary : difference.shadow) = std::move(value);
  difference.elements = task.elements;
  keep(task.path, std::move(difference));
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
  if (primary.type() != shadow.type()) return add_type(task, primary, shadow);
  if (primary.type() == Type::object) return compare_objects(task, primary, shadow);
  if (!task.is_shape) compare_arrays(task, primary, shadow);
}

void JsonWalk::compare_scalars(const Task& task, Value primary, Value shadow) {
  const bool is_same_type = primary.type() == shadow.type();
  if (is_same_type && (task.is_shape || same_scalar(primary, shadow))) return;
  const Rule* rule = pair_.primary.rule(primary);
  if (rule == nullptr) rule = pair_.shadow.rule(shadow);
  const bool may_excuse =
      rule != nullptr && (is_same_type || rule->action() == Rule::Action::match);
  if (may_excuse && rule->excuses(text_of(primary), text_of(shadow))) return;
  if (!is_same_type) return add_type(task, primary, shadow);
  add(task, Kind::value, likeness_of(primary, shadow, findings_.now()), primary, shadow);
}

void JsonWalk::add(const Task& task, Kind kind, const Likeness& likeness, Value primary,
                   Value shadow) {
  if (!findings_.wants(paths_.sort_of(task.path), kind, likeness.value_class)) return;
  auto [left, right] = shown(task.path, primary, shadow);
  keep(task.path,
       {{}, kind, std::move(left), std::move(right), likeness.value_class, likeness.lean});
}

// Of two items that are no pair one may be null by chance.
void JsonWalk::add_type(const Task& task, Value primary, Value shadow) {
  const bool has_null = primary.type() == Type::null || shadow.type() == Type::null;
  if (task.is_shape && has_null) return;
  add(task, Kind::type, {}, primary, shadow);
}

void JsonWalk::keep(std::uint32_t path, Difference difference) {
  difference.place = paths_.place(path);
  difference.general = paths_.general(path);
  findings_.keep(std::move(difference));
}

void JsonWalk::compare_objects(const Task& task, Value primary, Value shadow) {
  if (!compare_in_step(task, primary, shadow)) compare_by_name(task, primary, shadow);
}

// The usual case: the same names in the same order.
bool JsonWalk::compare_in_step(const Task& task, Value primary, Value shadow) {
  if (primary.size() != shadow.size()) return false;
  auto left = primary.first();
  auto right = shadow.first();
  const bool is_map = has_keys_of_a_map(primary);
  for (; left; left = left.next(), right = right.next()) {
    if (left.name() != right.name()) {
      fresh_.clear();
      return false;
    }
    const auto a = left.value();
    const auto b = right.value();
    if (pair_.primary.is_ignored(a) || have_same_text(a, b, task.is_moved)) continue;
    fresh_.push_back({Step::pair, task.is_moved, paths_.member(task.path, left.name(), is_map),
                      index_of(a), index_of(b), 1, task.is_shape});
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
    const auto name = paths_.name(task.path);
    std::size_t times = 0;
    for (auto child = object.first(); child; child = child.next()) {
      times += child.name() == name ? 1 : 0;
    }
    return times > 1;
  });
}

void JsonWalk::compare_by_name(const Task& task, Value primary, Value shadow) {
  const auto edits = plan_members({pair_.primary, primary}, {pair_.shadow, shadow});
  const bool is_map = has_keys_of_a_map(primary);
  const bool is_changing = have_names_of_a_map(edits);
  pair_.budget.steps += primary.size() + shadow.size();
  for (const auto& edit : edits) {
    const bool is_pair = edit.what == Step::pair;
    if (is_pair && have_same_text(pair_.primary.at(edit.primary), pair_.shadow.at(edit.shadow),
                                  task.is_moved)) {
      continue;
    }
    const bool is_one_sided = edit.what == Step::missing || edit.what == Step::extra;
    const bool is_key = is_map || (is_changing && is_one_sided);
    fresh_.push_back({edit.what, task.is_moved, paths_.member(task.path, edit.name, is_key),
                      edit.primary, edit.shadow, 1, task.is_shape});
  }
  if (is_changing) compare_items(task, edits);
}

// No key is common, but what stands under the keys is of one form, in the order in which it comes.
void JsonWalk::compare_items(const Task& task, const std::vector<MemberEdit>& edits) {
  auto added = edits.begin();
  const auto next = [&] {
    while (added != edits.end() && added->what != Step::extra) ++added;
    return added != edits.end();
  };
  for (const auto& lost : edits) {
    if (lost.what != Step::missing) continue;
    if (!next()) return;
    fresh_.push_back({Step::pair, task.is_moved, paths_.member(task.path, lost.name, true),
                      lost.primary, (added++)->shadow, 1, true});
  }
}

// Names that come and go on both sides are keys of a map: what stands under them has one place.
// Several on each side, and no fewer than half of all; or one for one, and both look random.
bool JsonWalk::have_names_of_a_map(const std::vector<MemberEdit>& edits) const {
  std::vector<std::string_view> lost, added;
  for (const auto& edit : edits) {
    if (edit.what == Step::missing) lost.push_back(edit.name);
    if (edit.what == Step::extra) added.push_back(edit.name);
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
    if (edit.what == Step::missing) {
      fresh_.push_back({edit.what, false, paths_.element(task.path, edit.primary),
                        index_of(left[edit.primary]), index_of(primary), edit.elements});
      continue;
    }
    if (edit.what != Step::pair) {
      fresh_.push_back({edit.what, false, paths_.element(task.path, edit.shadow), index_of(shadow),
                        index_of(right[edit.shadow]), edit.elements});
      continue;
    }
    const auto a = left[edit.primary];
    const auto b = right[edit.shadow];
    const bool is_moved = task.is_moved || edit.primary != edit.shadow;
    if (have_same_text(a, b, is_moved)) continue;
    fresh_.push_back(
        {Step::pair, is_moved, paths_.element(task.path, edit.primary), index_of(a), index_of(b)});
  }
}

void JsonWalk::show_order(const Task& task, const ArrayPlan& plan) {
  if (!findings_.wants(paths_.sort_of(task.path), Kind::order)) return;
  const auto array = paths_.trail(task.path);
  bool is_secret = false;
  const auto listed = [&](const std::vector<ArrayPlan::Shown>& elements) {
    std::vector<Redactor::Listed> list;
    for (const auto& [index, value] : elements) {
      if (list.size() == limits::max_value_bytes) break;
      auto at = array;
      pair_.redactor.advance(at, std::to_string(index));
      if (!plan.identity.empty()) pair_.redactor.advance(at, plan.identity);
      is_secret = is_secret || at.is_secret;
      list.push_back({value, std::move(at)});
    }
    return list;
  };
  auto primary = listed(plan.primary_order), shadow = listed(plan.shadow_order);
  const auto shown_list = [&](std::vector<Redactor::Listed>& list) {
    // What is secret at one index may stand at another one on the other side.
    for (auto& element : list) element.trail.is_secret = is_secret;
    return pair_.redactor.show_list(list);
  };
  Difference difference{{}, Kind::order, shown_list(primary), shown_list(shadow)};
  difference.elements = plan.moved;
  keep(task.path, std::move(difference));
}

ShownValue JsonWalk::shown(std::uint32_t path, Value value) const {
  return pair_.redactor.show_json(value, paths_.trail(path));
}

// The elements from that of the path on.
ShownValue JsonWalk::shown_end(std::uint32_t path, const Tree& tree, Value array) const {
  const auto begin = paths_.index(path);
  const auto above = paths_.trail(paths_.parent(path));
  std::vector<Redactor::Listed> listed;
  std::size_t index = 0;
  for (auto child = array.first(); child && listed.size() < limits::max_value_bytes;
       child = child.next(), ++index) {
    if (index < begin || tree.is_ignored(child.value())) continue;
    auto at = above;
    pair_.redactor.advance(at, std::to_string(index));
    listed.push_back({child.value(), std::move(at)});
  }
  return pair_.redactor.show_list(listed);
}

std::pair<ShownValue, ShownValue> JsonWalk::shown(std::uint32_t path, Value primary,
                                                  Value shadow) const {
  const auto at = paths_.trail(path);
  return {pair_.redactor.show_json(primary, at), pair_.redactor.show_json(shadow, at)};
}

}  // namespace

void compare_json(const JsonPair& pair, Findings& findings) {
  JsonWalk(pair, findings).run();
}

}  // namespace understudy::diff
