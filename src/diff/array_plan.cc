#include "diff/array_plan.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_set>

namespace understudy::diff {

namespace {

using What = Edit::What;

// Members that identify an element. Where a strong one changes it is another element; a name may
// also just have been changed. With "@": attributes of XML and HTML, identifiers of JSON-LD.
constexpr std::string_view strong_names[] = {"id",  "uuid", "guid", "_id", "key",
                                             "sku", "ID",   "Id",   "@id", "@key"};
constexpr std::string_view weak_names[] = {"number", "code", "name", "slug", "login", "@name"};

// The elements of one array that count.
struct Elements {
  std::vector<json::Value> values;
  std::vector<std::size_t> indices;  // in the array itself
};

// What identifies each element of an array.
struct Keys {
  std::vector<json::Value> values;
  Hashes hashes;
};

Elements elements_of(const Tree::Place& array, bool is_set) {
  Elements elements;
  elements.values.reserve(array.value.size());
  elements.indices.reserve(array.value.size());
  std::unordered_set<std::uint64_t> seen;
  std::size_t index = 0;
  for (auto child = array.value.first(); child; child = child.next(), ++index) {
    const auto value = child.value();
    if (array.tree.is_ignored(value)) continue;
    if (is_set && !seen.insert(array.tree.hash(value)).second) continue;
    elements.values.push_back(value);
    elements.indices.push_back(index);
  }
  return elements;
}

Hashes hashes_of(Tree& tree, const std::vector<json::Value>& values) {
  Hashes hashes;
  hashes.reserve(values.size());
  for (const auto& value : values) hashes.push_back(tree.hash(value));
  return hashes;
}

std::optional<json::Value> member(json::Value object, std::string_view name) {
  if (object.type() != json::Type::object) return std::nullopt;
  for (auto child = object.first(); child; child = child.next()) {
    if (child.name() == name) return child.value();
  }
  return std::nullopt;
}

bool is_same_text(json::Value a, json::Value b) {
  return a.type() == b.type() && a.text() == b.text();
}

// Empty unless every element has that member, as a string or number that no rule touches. Most are
// those of the other side, if that is known.
Keys identities(Tree& tree, const Elements& elements, std::string_view name, const Keys& other) {
  Keys keys;
  keys.values.reserve(elements.values.size());
  keys.hashes.reserve(elements.values.size());
  for (const auto& element : elements.values) {
    const auto key = member(element, name);
    if (!key) return {};
    const bool is_name = key->type() == json::Type::string || key->type() == json::Type::number;
    if (!is_name || tree.is_ignored(*key) || tree.is_loose(*key)) return {};
    const auto at = keys.values.size();
    const bool is_known = at < other.values.size() && is_same_text(*key, other.values[at]);
    keys.values.push_back(*key);
    keys.hashes.push_back(is_known ? other.hashes[at] : tree.hash(*key));
  }
  return keys;
}

bool are_unique(Hashes hashes) {
  std::sort(hashes.begin(), hashes.end());
  return std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end();
}

// False for sequences that are surely not of the same elements.
bool may_be_reordered(const Hashes& a, const Hashes& b) {
  return a.size() == b.size() && std::accumulate(a.begin(), a.end(), std::uint64_t{0}) ==
                                     std::accumulate(b.begin(), b.end(), std::uint64_t{0});
}

// For `array = "key:..."`: elements without the member stand for themselves.
Keys configured(Tree& tree, const Elements& elements, std::string_view name) {
  Keys keys;
  for (const auto& element : elements.values) {
    const auto key = member(element, name).value_or(element);
    keys.values.push_back(key);
    keys.hashes.push_back(tree.hash(key));
  }
  return keys;
}

// One planning; the two arrays' elements and what is found out about them.
class Planner {
 public:
  Planner(const Tree::Place& primary, const Tree::Place& shadow, Budget& budget)
      : primary_tree_(primary.tree), shadow_tree_(shadow.tree), budget_(budget) {
    rule_ = primary.tree.rule(primary.value);
    if (rule_ == nullptr) rule_ = shadow.tree.rule(shadow.value);
    if (rule_ != nullptr && !rule_->is_unordered()) rule_ = nullptr;
    const bool is_set = rule_ != nullptr && rule_->action() == Rule::Action::array_set;
    primary_ = elements_of(primary, is_set);
    shadow_ = elements_of(shadow, is_set);
    budget_.steps += primary_.values.size() + shadow_.values.size();
  }

  ArrayPlan run() {
    if (!by_configured_key() && !by_identity()) by_content();
    for (auto& edit : plan_.edits) {
      if (edit.what != What::extra) edit.primary = primary_.indices[edit.primary];
      if (edit.what != What::missing) edit.shadow = shadow_.indices[edit.shadow];
    }
    return std::move(plan_);
  }

 private:
  bool by_configured_key();
  bool by_identity();
  bool by_member(std::string_view name, bool is_strong);
  void by_content();
  bool by_any_member();
  bool match_content(const Hashes& primary, const Hashes& shadow);
  void use(Matching matching, bool pairs_leftovers);
  void pair_leftovers(Matching& matching) const;
  void keep_order(const Matching& matching, const Keys& primary, const Keys& shadow);

  Tree& primary_tree_;
  Tree& shadow_tree_;
  Budget& budget_;
  const Rule* rule_ = nullptr;  // set, multiset or key
  Elements primary_;
  Elements shadow_;
  ArrayPlan plan_;
};

bool Planner::by_configured_key() {
  if (rule_ == nullptr || rule_->action() != Rule::Action::array_key) return false;
  const auto primary = configured(primary_tree_, primary_, rule_->key());
  const auto shadow = configured(shadow_tree_, shadow_, rule_->key());
  use(match_anywhere(primary.hashes, shadow.hashes, budget_), false);
  return true;
}

bool Planner::by_identity() {
  if (primary_.values.empty() || shadow_.values.empty()) return false;
  const auto works = [this](bool is_strong) {
    return [this, is_strong](std::string_view name) { return by_member(name, is_strong); };
  };
  return std::any_of(std::begin(strong_names), std::end(strong_names), works(true)) ||
         std::any_of(std::begin(weak_names), std::end(weak_names), works(false));
}

bool Planner::by_member(std::string_view name, bool is_strong) {
  const auto primary = identities(primary_tree_, primary_, name, {});
  if (primary.values.empty()) return false;
  const auto shadow = identities(shadow_tree_, shadow_, name, primary);
  if (shadow.values.empty()) return false;
  budget_.steps += primary.values.size() + shadow.values.size();
  if (!are_unique(primary.hashes)) return false;
  if (shadow.hashes != primary.hashes && !are_unique(shadow.hashes)) return false;
  auto matching = match_anywhere(primary.hashes, shadow.hashes, budget_);
  if (matching.pairs * 2 < std::min(primary.values.size(), shadow.values.size())) return false;
  plan_.identity = name;
  if (rule_ == nullptr && matching.is_reordered) keep_order(matching, primary, shadow);
  use(std::move(matching), !is_strong);
  return true;
}

// Only what both sides have can stand in another order.
void Planner::keep_order(const Matching& matching, const Keys& primary, const Keys& shadow) {
  plan_.is_reordered = true;
  std::vector<std::size_t> shared;
  for (const auto& edit : matching.edits) {
    if (edit.what != What::pair) continue;
    plan_.primary_order.push_back(primary.values[edit.primary]);
    shared.push_back(edit.shadow);
  }
  std::sort(shared.begin(), shared.end());
  for (const auto index : shared) plan_.shadow_order.push_back(shadow.values[index]);
}

void Planner::by_content() {
  const auto primary = hashes_of(primary_tree_, primary_.values);
  const auto shadow = hashes_of(shadow_tree_, shadow_.values);
  if (match_content(primary, shadow) || by_any_member()) return;
  plan_.edits = align(primary, shadow, budget_);
}

// What tells the elements apart may have any name: a member that is never twice the same, and
// mostly there on the other side.
bool Planner::by_any_member() {
  constexpr std::size_t least_elements = 3;  // two are told apart by much
  constexpr std::size_t most_members = 16;
  if (rule_ != nullptr) return false;
  if (std::min(primary_.values.size(), shadow_.values.size()) < least_elements) return false;
  const auto first = primary_.values.front();
  if (first.type() != json::Type::object) return false;
  std::size_t tried = 0;
  for (auto child = first.first(); child && tried < most_members; child = child.next(), ++tried) {
    if (by_member(child.name(), false)) return true;
  }
  return false;
}

// The same elements in another order, or an order that does not count.
bool Planner::match_content(const Hashes& primary, const Hashes& shadow) {
  if (rule_ == nullptr && !may_be_reordered(primary, shadow)) return false;
  auto matching = match_anywhere(primary, shadow, budget_);
  if (rule_ == nullptr) {
    if (matching.pairs != primary_.values.size()) return false;
    plan_.is_reordered = matching.is_reordered;
    plan_.primary_order = primary_.values;
    plan_.shadow_order = shadow_.values;
  }
  use(std::move(matching), true);
  return true;
}

void Planner::use(Matching matching, bool pairs_leftovers) {
  if (pairs_leftovers) pair_leftovers(matching);
  plan_.edits = std::move(matching.edits);
}

bool are_in_order(const std::vector<Edit>& edits) {
  std::size_t next = 0;
  return std::all_of(edits.begin(), edits.end(), [&next](const Edit& edit) {
    if (edit.what != What::pair) return true;
    const bool is_next = edit.shadow >= next;
    next = edit.shadow;
    return is_next;
  });
}

// As many left over on one side as on the other, all objects or all arrays: they changed in place.
// Where order counts they must stand in the same one, else that they moved would be told nowhere.
void Planner::pair_leftovers(Matching& matching) const {
  std::vector<std::size_t> missing;
  std::vector<std::size_t> extra;
  for (std::size_t i = 0; i < matching.edits.size(); ++i) {
    if (matching.edits[i].what == What::missing) missing.push_back(i);
    if (matching.edits[i].what == What::extra) extra.push_back(i);
  }
  if (missing.empty() || missing.size() != extra.size()) return;
  const auto type = primary_.values[matching.edits[missing[0]].primary].type();
  if (type != json::Type::object && type != json::Type::array) return;
  for (std::size_t k = 0; k < missing.size(); ++k) {
    const auto& left = primary_.values[matching.edits[missing[k]].primary];
    const auto& right = shadow_.values[matching.edits[extra[k]].shadow];
    if (left.type() != type || right.type() != type) return;
  }
  auto edits = matching.edits;
  for (std::size_t k = 0; k < missing.size(); ++k) {
    edits[missing[k]] = {What::pair, edits[missing[k]].primary, edits[extra[k]].shadow};
  }
  edits.resize(edits.size() - extra.size());  // extras stand at the end
  if (rule_ == nullptr && !are_in_order(edits)) return;
  matching.edits = std::move(edits);
}

}  // namespace

ArrayPlan plan_arrays(const Tree::Place& primary, const Tree::Place& shadow, Budget& budget) {
  return Planner(primary, shadow, budget).run();
}

}  // namespace understudy::diff
