// Two JSON documents, with a "|" between them. Promise: the differences, written as operations of
// RFC 6902 and applied to the primary's document, give the shadow's. So they tell everything, and
// nothing that is not so.
//
// Left out are documents that repeat a name, which RFC 6902 cannot speak of, and pairs whose
// differences are too many or too long to be told whole.

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "fuzz.h"
#include "json_tree.h"
#include "understudy/base/limits.h"
#include "understudy/diff/compare.h"

namespace understudy::fuzz {
namespace {

using diff::Kind;

diff::Comparer& comparer() {
  static const auto made = [] {
    config::Privacy nothing_is_secret;
    nothing_is_secret.headers.clear();
    nothing_is_secret.paths.clear();
    nothing_is_secret.detect.clear();
    auto comparer = diff::Comparer::create({}, nothing_is_secret, "fuzz");
    must(comparer.ok(), "the comparer is made");
    return std::move(*comparer);
  }();
  return *made;
}

diff::Comparison compare(std::string_view left, std::string_view right) {
  http::Fields fields;
  fields.add("Content-Type", "application/json");
  diff::Answer primary{200, &fields, nullptr, left, left.size(), nullptr};
  diff::Answer shadow{200, &fields, nullptr, right, right.size(), nullptr};
  return comparer().compare("GET /", primary, shadow, WallTime());
}

bool is_told_whole(const diff::Comparison& comparison) {
  return !comparison.is_truncated &&
         std::all_of(comparison.differences.begin(), comparison.differences.end(),
                     [](const diff::Difference& difference) {
                       return !difference.primary.is_cut && !difference.shadow.is_cut &&
                              difference.place.size() <= limits::max_place_bytes;
                     });
}

JsonTree parsed(std::string_view text) {
  json::Document document;
  must(document.parse(text).ok(), "a value that is shown whole is JSON");
  return JsonTree::from(document.root());
}

// All differences of the children of one container.
struct Changes {
  std::vector<Operation> removals;  // the last first
  std::vector<Operation> additions;
  const diff::Difference* order = nullptr;
};

// The differences as operations. Places are those of the primary's document, so what is inside
// comes before what is outside; in an array removals come before moves, and moves before additions,
// whose places are the shadow's.
class Patch {
 public:
  Patch(const JsonTree& primary, const std::vector<diff::Difference>& differences)
      : document_(primary) {
    for (const auto& difference : differences) note(difference);
  }

  JsonTree apply_all() {
    for (const auto& operation : replacements_) run(operation);
    for (auto& [depth, containers] : changes_) {
      for (auto& [place, changes] : containers) change(place, changes);
    }
    return std::move(document_);
  }

 private:
  // "/" is the whole document, unless it is that of a member without a name.
  std::string pointer(const diff::Difference& difference) const {
    if (difference.place != "/") return difference.place;
    if (difference.kind == Kind::order) return "";
    const bool is_change = difference.kind == Kind::value || difference.kind == Kind::type;
    return is_change && parsed(difference.primary.text).is_same(document_) ? "" : "/";
  }

  Changes& changes_of(const std::string& container) {
    return changes_[std::count(container.begin(), container.end(), '/')][container];
  }

  void note(const diff::Difference& difference) {
    const auto place = pointer(difference);
    const auto container = place.substr(0, place.rfind('/'));
    switch (difference.kind) {
      case Kind::value:
      case Kind::type:
        replacements_.push_back(
            {Operation::Kind::replace, place, parsed(difference.shadow.text), {}});
        return;
      case Kind::missing:
        for (std::size_t i = 0; i < difference.elements; ++i) {
          changes_of(container).removals.push_back(
              {Operation::Kind::remove, further(place, i), {}, {}});
        }
        return;
      case Kind::extra:
      case Kind::duplicate:
        add(place, difference);
        return;
      case Kind::order:
        changes_of(place).order = &difference;
        return;
      case Kind::length:
        must(false, "documents that repeat no name differ in nothing of kind length");
    }
  }

  void add(const std::string& place, const diff::Difference& difference) {
    auto& additions = changes_of(place.substr(0, place.rfind('/'))).additions;
    auto value = parsed(difference.shadow.text);
    if (difference.elements == 1) {
      additions.push_back({Operation::Kind::add, place, std::move(value), {}});
      return;
    }
    must(value.children.size() == difference.elements, "a list is of as many as it says");
    for (std::size_t i = 0; i < difference.elements; ++i) {
      additions.push_back(
          {Operation::Kind::add, further(place, i), std::move(value.children[i]), {}});
    }
  }

  // The place of the i-th element behind that one.
  static std::string further(const std::string& place, std::size_t i) {
    if (i == 0) return place;
    const auto slash = place.rfind('/') + 1;
    std::size_t index = 0;
    const auto end = place.data() + place.size();
    must(std::from_chars(place.data() + slash, end, index).ptr == end, "elements have an index");
    return place.substr(0, slash) + std::to_string(index + i);
  }

  void run(const Operation& operation) {
    must(apply(operation, document_), "a difference stands at a place that there is");
  }

  void change(const std::string& container, Changes& changes) {
    const auto by_index = [](const Operation& a, const Operation& b) {
      const auto left = split_pointer(a.path).second;
      const auto right = split_pointer(b.path).second;
      return left.size() != right.size() ? left.size() < right.size() : left < right;
    };
    std::sort(changes.removals.begin(), changes.removals.end(), by_index);
    std::sort(changes.additions.begin(), changes.additions.end(), by_index);
    std::for_each(changes.removals.rbegin(), changes.removals.rend(),
                  [this](const Operation& removal) { run(removal); });
    if (changes.order != nullptr) reorder(container, *changes.order);
    for (const auto& addition : changes.additions) run(addition);
  }

  // The lists name the elements, or what identifies them, as they stand on each side.
  void reorder(const std::string& array, const diff::Difference& order) {
    auto from = parsed(order.primary.text).children;
    const auto to = parsed(order.shadow.text).children;
    const auto* const place = document_.find(array);
    must(place != nullptr && place->children.size() == from.size() && from.size() == to.size(),
         "an order is that of all elements that both sides have");
    for (std::size_t i = 0; i < to.size(); ++i) {
      auto at = i;
      while (at < from.size() && !from[at].is_same(to[i])) ++at;
      must(at < from.size(), "both orders are of the same elements");
      if (at == i) continue;
      run({Operation::Kind::move,
           array + "/" + std::to_string(i),
           {},
           array + "/" + std::to_string(at)});
      const auto moved = from.begin() + static_cast<std::ptrdiff_t>(at);
      std::rotate(from.begin() + static_cast<std::ptrdiff_t>(i), moved, moved + 1);
    }
  }

  JsonTree document_;
  std::vector<Operation> replacements_;
  // By depth, the deepest first, and place.
  std::map<std::ptrdiff_t, std::map<std::string, Changes>, std::greater<>> changes_;
};

void check(std::string_view left, std::string_view right) {
  json::Document primary;
  json::Document shadow;
  if (!primary.parse(left).ok() || !shadow.parse(right).ok()) return;
  const auto primary_tree = JsonTree::from(primary.root());
  const auto shadow_tree = JsonTree::from(shadow.root());
  if (primary_tree.repeats_names() || shadow_tree.repeats_names()) return;
  const auto comparison = compare(left, right);
  must(comparison.is_comparable && comparison.note.empty(), "JSON is compared as JSON");
  if (!is_told_whole(comparison)) return;
  must(comparison.differences.empty() == primary_tree.is_same(shadow_tree),
       "documents differ exactly when there are differences");
  must(Patch(primary_tree, comparison.differences).apply_all().is_same(shadow_tree),
       "the differences make the shadow's document");
}

}  // namespace
}  // namespace understudy::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = understudy::fuzz::as_text(data, size);
  const auto half = text.find('|');
  if (half == text.npos) return 0;
  understudy::fuzz::check(text.substr(0, half), text.substr(half + 1));
  understudy::fuzz::check(text.substr(half + 1), text.substr(0, half));
  return 0;
}
