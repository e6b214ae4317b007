#include "diff/tree.h"

#include <algorithm>
#include <bit>
#include <map>

#include "diff/number.h"
#include "understudy/base/hash.h"

namespace understudy::diff {

namespace {

// Two words to one, well spread: the finish of MurmurHash3 (public domain, A. Appleby) over both.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t hash = a ^ (std::rotl(b, 32) * 0x9E3779B97F4A7C15u);
  hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDu;
  hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53u;
  return hash ^ (hash >> 33);
}

// Keeps values of different types apart.
std::uint64_t salt(json::Type type) {
  return static_cast<std::uint64_t>(type) + 1;
}

// What every tolerated number, or every value that a pattern judges, hashes to.
constexpr std::uint64_t loose_hash = 0x6C6F6F7365;

// 0 is for what is not known yet.
constexpr std::uint64_t min_hash = 1;

bool makes_loose(const Rule* rule, json::Type type) {
  if (rule == nullptr || type == json::Type::array || type == json::Type::object) return false;
  if (rule->action() == Rule::Action::match) return true;
  return rule->action() == Rule::Action::tolerance && type == json::Type::number;
}

}  // namespace

void Tree::prepare(const std::vector<const Rule*>& rules, std::uint64_t seed, Budget& budget) {
  seed_ = seed;
  hashes_.clear();
  marks_.clear();
  budget.steps += document_.size();  // each value is hashed once at most
  if (rules.empty()) return;
  marks_.resize(document_.size());
  apply(rules);
}

// The table is for containers; identities of elements are scalars, and often all that is asked for.
// Children stand behind their parents, so from the end each finds its children ready.
std::uint64_t Tree::hash(json::Value value) {
  const bool is_scalar = value.type() != json::Type::array && value.type() != json::Type::object;
  if (hashes_.empty() && is_scalar) return std::max(hash_of(value), min_hash);
  if (hashes_.empty()) hashes_.resize(document_.size());
  const auto wanted = value.index();
  for (auto index = value.end_index(); hashes_[wanted] == 0;) {
    --index;
    if (hashes_[index] == 0) hashes_[index] = std::max(hash_of(document_.at(index)), min_hash);
  }
  return hashes_[wanted];
}

bool Tree::is_loose(json::Value value) {
  if (!has_rules()) return false;
  hash(value);
  return marks_[value.index()].is_loose;
}

// One walk from the root, which carries along how far each rule's pointer has matched, and leaves
// out what none can reach.
void Tree::apply(const std::vector<const Rule*>& rules) {
  states_.resize(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) states_[i] = rules[i]->pointer().start();
  std::vector<Level> levels;
  if (!mark(root(), rules, 0)) enter(root(), levels);
  while (!levels.empty()) {
    auto& level = levels.back();
    if (!level.child) {
      levels.pop_back();
      continue;
    }
    const auto value = level.child.value();
    const auto index = std::to_string(level.index++);
    const auto step = level.is_object ? level.child.name() : std::string_view(index);
    const auto parent_at = (levels.size() - 1) * rules.size();
    states_.resize(parent_at + 2 * rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i) {
      states_[parent_at + rules.size() + i] =
          rules[i]->pointer().advance(states_[parent_at + i], step);
    }
    level.child = level.child.next();
    const bool is_reached =
        std::any_of(states_.begin() + static_cast<std::ptrdiff_t>(parent_at + rules.size()),
                    states_.end(), [](State state) { return state != 0; });
    if (is_reached && !mark(value, rules, parent_at + rules.size())) enter(value, levels);
  }
}

void Tree::enter(json::Value value, std::vector<Level>& levels) const {
  if (value.size() == 0) return;
  levels.push_back({value.first(), 0, value.type() == json::Type::object});
}

// Returns whether the value is ignored, so that nobody needs to look further down.
bool Tree::mark(json::Value value, const std::vector<const Rule*>& rules, std::size_t states_at) {
  auto& mark = marks_[value.index()];
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!rules[i]->pointer().accepts(states_[states_at + i])) continue;
    if (rules[i]->ignores()) {
      mark.is_ignored = true;
    } else if (mark.rule == nullptr) {
      mark.rule = rules[i];
    }
  }
  return mark.is_ignored;
}

std::uint64_t Tree::hash_of(json::Value value) {
  if (makes_loose(rule(value), value.type())) {
    marks_[value.index()].is_loose = true;
    return loose_hash;
  }
  switch (value.type()) {
    case json::Type::null:
      return mix(seed_, salt(json::Type::null));
    case json::Type::boolean:
      return mix(seed_ + value.boolean(), salt(json::Type::boolean));
    case json::Type::number:
      return mix(hash64(normal_number(value.text(), number_), seed_), salt(json::Type::number));
    case json::Type::string:
      return mix(hash64(value.text(), seed_), salt(json::Type::string));
    case json::Type::array:
      return mix(hash_of_array(value) + seed_, salt(json::Type::array));
    case json::Type::object:
      return mix(hash_of_object(value) + seed_, salt(json::Type::object));
  }
  return 0;
}

// False for what is ignored. Requires: `part` is a child of `whole`, and hashed.
bool Tree::include(json::Value part, json::Value whole) {
  if (!has_rules()) return true;
  const auto& mark = marks_[part.index()];
  if (mark.is_loose && !mark.is_ignored) marks_[whole.index()].is_loose = true;
  return !mark.is_ignored;
}

// A sum does not mind the order of its members.
std::uint64_t Tree::hash_of_object(json::Value value) {
  if (value.has_duplicate_names()) return hash_of_repeating(value);
  std::uint64_t sum = 0;
  for (auto child = value.first(); child; child = child.next()) {
    const auto member = child.value();
    if (include(member, value)) sum += mix(hashes_[member.index() - 1], hashes_[member.index()]);
  }
  return sum;
}

// Among members of one name the order counts.
std::uint64_t Tree::hash_of_repeating(json::Value value) {
  std::map<std::string_view, std::uint64_t> seen;
  for (auto child = value.first(); child; child = child.next()) {
    if (!include(child.value(), value)) continue;
    auto& hash = seen[child.name()];
    hash = mix(hash + 1, hashes_[child.value().index()]);
  }
  std::uint64_t sum = 0;
  for (const auto& [name, hash] : seen) sum += mix(hash64(name), hash);
  return sum;
}

std::uint64_t Tree::hash_of_array(json::Value value) {
  const auto* const own = rule(value);
  const bool is_unordered = own != nullptr && own->is_unordered();
  std::uint64_t hash = 0;
  scratch_.clear();
  for (auto child = value.first(); child; child = child.next()) {
    if (!include(child.value(), value)) continue;
    const auto element = hashes_[child.value().index()];
    if (is_unordered) {
      scratch_.push_back(element);
    } else {
      hash = mix(hash + 1, element);
    }
  }
  if (!is_unordered) return hash;
  std::sort(scratch_.begin(), scratch_.end());
  if (own->action() == Rule::Action::array_set) {
    scratch_.erase(std::unique(scratch_.begin(), scratch_.end()), scratch_.end());
  }
  for (const auto element : scratch_) hash = mix(hash + 1, element);
  return hash;
}

}  // namespace understudy::diff
