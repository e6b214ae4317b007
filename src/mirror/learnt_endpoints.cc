#include "mirror/learnt_endpoints.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "understudy/base/limits.h"

namespace understudy::mirror {

namespace {

constexpr std::string_view any_name = "{name}";

// "{id}" and "{name}" are none.
bool is_word(std::string_view segment) {
  return !segment.empty() && segment.front() != '{';
}

// The place of the next segment at or behind `from`: "/" comes before each. At the end npos.
std::pair<std::size_t, std::size_t> next_segment(std::string_view name, std::size_t from) {
  const auto slash = name.find('/', from);
  if (slash == name.npos) return {name.npos, name.npos};
  return {slash + 1, std::min(name.find('/', slash + 1), name.size())};
}

bool is_of(std::string_view pattern, std::string_view name) {
  for (;;) {
    const auto wanted = pattern.substr(0, pattern.find('/'));
    const auto segment = name.substr(0, name.find('/'));
    if (wanted != segment && (wanted != any_name || !is_word(segment))) return false;
    const bool is_last = wanted.size() == pattern.size();
    if (is_last != (segment.size() == name.size())) return false;
    if (is_last) return true;
    pattern.remove_prefix(wanted.size() + 1);
    name.remove_prefix(segment.size() + 1);
  }
}

bool is_small(std::string_view name) {
  return name.size() <= limits::learnt_path_bytes &&
         std::count(name.begin(), name.end(), '/') <=
             static_cast<std::ptrdiff_t>(limits::learnt_path_segments);
}

}  // namespace

Result<LearntEndpoints> LearntEndpoints::create(const config::Diff& diff) {
  auto namer = diff::EndpointNamer::create(diff.endpoints);
  if (!namer) return namer.error();
  LearntEndpoints result(std::move(*namer));
  result.learns_ = diff.learn_endpoints;
  for (const auto& rule : diff.rules) {
    // "*", "GET *" and "GET /articles/*" are for what is learnt there, too.
    const auto& endpoint = rule.endpoint;
    const bool is_wide = endpoint == "*" || endpoint.ends_with(" *") || endpoint.ends_with("/*");
    if (!is_wide) result.kept_.push_back(endpoint);
  }
  return result;
}

std::string LearntEndpoints::name(std::string_view method, std::string_view target,
                                  const Look& look) {
  auto inferred = namer_.name(method, target);
  if (!learns_) return inferred;
  if (const auto known = known_.find(inferred); known != known_.end()) return resolved(known);
  const bool has_room = known_.size() < limits::max_learnt_endpoints && is_small(inferred);
  if (namer_.has_template(method, target) || is_kept(inferred)) {
    if (has_room) known_[inferred] = {inferred, std::nullopt};
    return inferred;
  }
  const auto* const pattern = template_of(inferred);
  auto usual = pattern == nullptr ? inferred : resolved(known_.find(*pattern));
  if (!has_room) return usual;
  const auto outline = look();
  if (!outline) return usual;
  if (pattern != nullptr) {
    const auto& whole = known_.find(usual)->second;
    const bool is_part = !whole.outline || whole.outline->is_like(*outline);
    known_[inferred] = {is_part ? usual : inferred, std::nullopt};
  } else {
    learn(inferred, *outline);
  }
  return resolved(known_.find(inferred));
}

bool LearntEndpoints::is_kept(std::string_view inferred) const {
  return std::any_of(kept_.begin(), kept_.end(), [&](std::string_view each) {
    const auto begin = each.substr(0, each.size() - 1);
    return each == inferred || (each.ends_with('*') && inferred.starts_with(begin));
  });
}

std::vector<record::RenamedEndpoint> LearntEndpoints::take_renamed() {
  return std::exchange(renamed_, {});
}

std::string LearntEndpoints::resolved(Endpoints::const_iterator at) const {
  while (at->second.name != at->first) at = known_.find(at->second.name);
  return at->first;
}

// Null: there is none.
const std::string* LearntEndpoints::template_of(std::string_view inferred) const {
  const auto found = std::find_if(templates_.begin(), templates_.end(),
                                  [&](const std::string& each) { return is_of(each, inferred); });
  return found == templates_.end() ? nullptr : &*found;
}

// What was learnt may be one of several itself: "GET /shops/{name}/goods/{name}".
void LearntEndpoints::learn(const std::string& name, const diff::Outline& outline) {
  known_[name] = {name, outline};
  for (auto [begin, end] = next_segment(name, 0); begin != name.npos;
       std::tie(begin, end) = next_segment(name, end)) {
    if (!is_word(std::string_view(name).substr(begin, end - begin))) continue;
    if (templates_.size() >= limits::max_learnt_templates) return;
    const auto before = std::string_view(name).substr(0, begin);
    const auto after = std::string_view(name).substr(end);
    const auto parts = siblings(before, after, outline);
    if (parts.size() < limits::learnt_siblings) continue;
    const auto whole = std::string(before).append(any_name).append(after);
    for (const auto& part : parts) {
      part->second = {whole, std::nullopt};
      renamed_.push_back({part->first, whole});
    }
    templates_.push_back(whole);
    return learn(whole, outline);
  }
}

// All that stand for themselves, look so, and are called so but for one word: the one at hand is
// among them.
std::vector<LearntEndpoints::Endpoints::iterator> LearntEndpoints::siblings(
    std::string_view before, std::string_view after, const diff::Outline& outline) {
  std::vector<Endpoints::iterator> found;
  for (auto at = known_.lower_bound(before); at != known_.end(); ++at) {
    const std::string_view name = at->first;
    if (!name.starts_with(before)) break;
    const auto end = std::min(name.find('/', before.size()), name.size());
    if (name.substr(end) != after) continue;
    if (!is_word(name.substr(before.size(), end - before.size()))) continue;
    if (at->second.outline && at->second.outline->is_like(outline)) found.push_back(at);
  }
  return found;
}

}  // namespace understudy::mirror
