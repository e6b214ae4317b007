#include "diff/array_plan.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace understudy::diff {

namespace {

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

// Elements whose hash others before have.
std::size_t repeats_in(Hashes hashes) {
  std::sort(hashes.begin(), hashes.end());
  const auto distinct = std::unique(hashes.begin(), hashes.end());
  return static_cast<std::size_t>(hashes.end() - distinct);
}

// What says something of itself: the same number may well stand in a list twice.
bool can_be_duplicate(json::Value value) {
  return value.type() == json::Type::object || value.type() == json::Type::string;
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
    note_edits();
    return std::move(plan_);
  }

 private:
  bool by_configured_key();
  bool by_identity();
  bool by_member(std::string_view name, bool is_strong);
  void by_content();
  bool by_any_member();
  bool match_content(const Hashes& primary, const Hashes& shadow);
  void align_content(const Hashes& primary, const Hashes& shadow);
  void pair_leftovers(Matching& matching) const;
  void prefer_equal(Matching& matching, const Hashes& primary_keys, const Hashes& shadow_keys);
  void keep_order(const std::vector<json::Value>& primary, const std::vector<json::Value>& shadow);
  void note_edits();
  void fold_end(Step what, std::size_t ElementEdit::*index, std::size_t end);

  Tree& primary_tree_;
  Tree& shadow_tree_;
  Budget& budget_;
  const Rule* rule_ = nullptr;  // set, multiset or key
  Elements primary_;
  Elements shadow_;
  std::vector<Edit> edits_;  // of the elements that count
  Hashes shadow_hashes_;     // by which they were found
  ArrayPlan plan_;
};

bool Planner::by_configured_key() {
  if (rule_ == nullptr || rule_->action() != Rule::Action::array_key) return false;
  const auto primary = configured(primary_tree_, primary_, rule_->key());
  auto shadow = configured(shadow_tree_, shadow_, rule_->key());
  edits_ = match_anywhere(primary.hashes, shadow.hashes, budget_).edits;
  shadow_hashes_ = std::move(shadow.hashes);
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

// Only what is unique in one of the arrays identifies its elements; in the other some may stand
// twice.
bool Planner::by_member(std::string_view name, bool is_strong) {
  constexpr std::size_t elements_for_one_repeat = 4;
  const auto primary = identities(primary_tree_, primary_, name, {});
  if (primary.values.empty()) return false;
  auto shadow = identities(shadow_tree_, shadow_, name, primary);
  if (shadow.values.empty()) return false;
  const auto fewer = std::min(primary.values.size(), shadow.values.size());
  budget_.steps += primary.values.size() + shadow.values.size();
  const auto repeats = repeats_in(primary.hashes);
  const auto others = shadow.hashes == primary.hashes ? repeats : repeats_in(shadow.hashes);
  if (std::min(repeats, others) > 0) return false;
  if (std::max(repeats, others) * elements_for_one_repeat > fewer) return false;
  auto matching = match_anywhere(primary.hashes, shadow.hashes, budget_);
  if (matching.pairs * 2 < fewer) return false;
  plan_.identity = name;
  if (std::max(repeats, others) > 0) prefer_equal(matching, primary.hashes, shadow.hashes);
  plan_.is_reordered = rule_ == nullptr && matching.is_reordered;
  if (!is_strong) pair_leftovers(matching);
  edits_ = std::move(matching.edits);
  if (plan_.is_reordered) keep_order(primary.values, shadow.values);
  shadow_hashes_ = std::move(shadow.hashes);
  return true;
}

// Of several elements with one key the one that is equal pairs, not the first.
void Planner::prefer_equal(Matching& matching, const Hashes& primary_keys,
                           const Hashes& shadow_keys) {
  std::unordered_map<std::uint64_t, Edit*> pairs;
  for (auto& edit : matching.edits) {
    if (edit.what == Step::pair) pairs.emplace(primary_keys[edit.primary], &edit);
  }
  const auto are_equal = [&](std::size_t primary, std::size_t shadow) {
    return primary_tree_.hash(primary_.values[primary]) ==
           shadow_tree_.hash(shadow_.values[shadow]);
  };
  for (auto& edit : matching.edits) {
    if (edit.what == Step::pair) continue;
    const bool is_missing = edit.what == Step::missing;
    const auto key = is_missing ? primary_keys[edit.primary] : shadow_keys[edit.shadow];
    const auto found = pairs.find(key);
    if (found == pairs.end()) continue;
    auto& pair = *found->second;
    if (are_equal(pair.primary, pair.shadow)) continue;
    const auto primary = is_missing ? edit.primary : pair.primary;
    const auto shadow = is_missing ? pair.shadow : edit.shadow;
    if (!are_equal(primary, shadow)) continue;
    is_missing ? std::swap(pair.primary, edit.primary) : std::swap(pair.shadow, edit.shadow);
  }
  put_in_order(matching);
}

// Only what both sides have can stand in another order.
void Planner::keep_order(const std::vector<json::Value>& primary,
                         const std::vector<json::Value>& shadow) {
  std::vector<std::size_t> shared;
  for (const auto& edit : edits_) {
    if (edit.what != Step::pair) continue;
    plan_.primary_order.push_back({primary_.indices[edit.primary], primary[edit.primary]});
    shared.push_back(edit.shadow);
  }
  std::sort(shared.begin(), shared.end());
  for (const auto index : shared) {
    plan_.shadow_order.push_back({shadow_.indices[index], shadow[index]});
  }
  plan_.moved = moves_of(edits_);
}

void Planner::by_content() {
  const auto primary = hashes_of(primary_tree_, primary_.values);
  shadow_hashes_ = hashes_of(shadow_tree_, shadow_.values);
  if (match_content(primary, shadow_hashes_) || by_any_member()) return;
  align_content(primary, shadow_hashes_);
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
  if (rule_ == nullptr && matching.pairs != primary_.values.size()) return false;
  plan_.is_reordered = rule_ == nullptr && matching.is_reordered;
  pair_leftovers(matching);
  edits_ = std::move(matching.edits);
  if (plan_.is_reordered) keep_order(primary_.values, shadow_.values);
  return true;
}

// Elements that pair by position though they are others, twice: each is missing and extra; and
// those that are one of both.
std::size_t cost_of(const std::vector<Edit>& edits, const Hashes& primary, const Hashes& shadow) {
  std::size_t cost = 0;
  for (const auto& edit : edits) {
    const bool is_pair = edit.what == Step::pair;
    if (!is_pair) ++cost;
    if (is_pair && primary[edit.primary] != shadow[edit.shadow]) cost += 2;
  }
  return cost;
}

// What is missing in one place and extra in another was moved; and where the same elements in
// another order explain more than half of it, so they are. Numbers may well be others.
void Planner::align_content(const Hashes& primary, const Hashes& shadow) {
  edits_ = align(primary, shadow, budget_);
  const auto cost = cost_of(edits_, primary, shadow);
  if (cost < 2) return;
  const bool has_change = std::any_of(edits_.begin(), edits_.end(), [&](const Edit& edit) {
    return edit.what == Step::pair && primary[edit.primary] != shadow[edit.shadow];
  });
  if (has_change && !can_be_duplicate(primary_.values.front())) return;
  auto matching = match_anywhere(primary, shadow, budget_);
  const auto one_sided = primary.size() + shadow.size() - 2 * matching.pairs;
  if (!matching.is_reordered || 2 * (one_sided + 1) > cost + 1) return;
  edits_ = std::move(matching.edits);
  plan_.is_reordered = true;
  keep_order(primary_.values, shadow_.values);
}

// As many left over on one side as on the other, all objects or all arrays: they changed in place.
// Where order counts they must stand in the same one, else that they moved would be told nowhere.
void Planner::pair_leftovers(Matching& matching) const {
  std::vector<std::size_t> missing;
  std::vector<std::size_t> extra;
  for (std::size_t i = 0; i < matching.edits.size(); ++i) {
    if (matching.edits[i].what == Step::missing) missing.push_back(i);
    if (matching.edits[i].what == Step::extra) extra.push_back(i);
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
    edits[missing[k]] = {Step::pair, edits[missing[k]].primary, edits[extra[k]].shadow};
  }
  edits.resize(edits.size() - extra.size());  // extras stand at the end
  if (rule_ == nullptr && !are_in_order(edits)) return;
  matching.edits = std::move(edits);
}

// Of several elements with one hash those that pair are there already, or the first.
void Planner::note_edits() {
  std::unordered_set<std::uint64_t> there;
  const bool has_extra = std::any_of(edits_.begin(), edits_.end(),
                                     [](const Edit& edit) { return edit.what == Step::extra; });
  for (const auto& edit : edits_) {
    if (has_extra && edit.what == Step::pair) there.insert(shadow_hashes_[edit.shadow]);
  }
  plan_.edits.reserve(edits_.size());
  for (const auto& [what, primary, shadow] : edits_) {
    const bool is_duplicate = what == Step::extra && !there.insert(shadow_hashes_[shadow]).second &&
                              can_be_duplicate(shadow_.values[shadow]);
    plan_.edits.push_back({is_duplicate ? Step::duplicate : what, primary, shadow});
  }
  if (rule_ == nullptr) {  // else there is no end
    fold_end(Step::missing, &ElementEdit::primary, primary_.values.size());
    fold_end(Step::extra, &ElementEdit::shadow, shadow_.values.size());
  }
  for (auto& edit : plan_.edits) {
    const bool is_missing = edit.what == Step::missing;
    if (is_missing || edit.what == Step::pair) edit.primary = primary_.indices[edit.primary];
    if (!is_missing) edit.shadow = shadow_.indices[edit.shadow];
  }
}

// Several that are missing at the end of their array, or extra there, are one edit: the first.
void Planner::fold_end(Step what, std::size_t ElementEdit::*index, std::size_t end) {
  std::size_t first = end;
  for (auto edit = plan_.edits.rbegin(); edit != plan_.edits.rend(); ++edit) {
    if (edit->what == what && (*edit).*index + 1 == first) --first;
  }
  if (end - first < 2) return;
  std::erase_if(plan_.edits,
                [&](const ElementEdit& edit) { return edit.what == what && edit.*index > first; });
  const auto kept = std::find_if(
      plan_.edits.begin(), plan_.edits.end(),
      [&](const ElementEdit& edit) { return edit.what == what && edit.*index == first; });
  kept->elements = end - first;
}

}  // namespace

ArrayPlan plan_arrays(const Tree::Place& primary, const Tree::Place& shadow, Budget& budget) {
  return Planner(primary, shadow, budget).run();
}

}  // namespace understudy::diff
