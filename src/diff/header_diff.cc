#include "diff/header_diff.h"

#include <algorithm>

#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

std::vector<std::string_view> values_of(const http::Fields& fields, std::string_view name) {
  std::vector<std::string_view> values;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (ascii::iequals(fields[i].name, name)) values.push_back(fields[i].value);
  }
  return values;
}

bool is_first_of_its_name(const http::Fields& fields, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    if (ascii::iequals(fields[i].name, fields[index].name)) return false;
  }
  return true;
}

// The usual case: the same lines in the same order.
bool are_identical(const http::Fields& a, const http::Fields& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].value != b[i].value || !ascii::iequals(a[i].name, b[i].name)) return false;
  }
  return true;
}

// One comparison of two sections.
class FieldWalk {
 public:
  FieldWalk(Rule::Where where, const FieldPair& pair, Findings& findings)
      : where_(where), pair_(pair), findings_(findings) {}

  void run() {
    for (std::size_t i = 0; i < pair_.primary.size(); ++i) {
      const auto name = pair_.primary[i].name;
      if (!is_first_of_its_name(pair_.primary, i) || is_ignored(name)) continue;
      pair_.shadow.has(name) ? changed(name) : lost(name);
    }
    for (std::size_t i = 0; i < pair_.shadow.size(); ++i) {
      const auto name = pair_.shadow[i].name;
      if (pair_.primary.has(name) || !is_first_of_its_name(pair_.shadow, i)) continue;
      if (!is_ignored(name)) added(name);
    }
  }

 private:
  bool is_ignored(std::string_view name) const {
    if (ascii::iequals(name, "content-length") && !compares_length()) return true;
    const bool is_listed =
        std::any_of(pair_.ignored.begin(), pair_.ignored.end(),
                    [&](const auto& ignored) { return ascii::iequals(ignored, name); });
    return is_listed || pair_.rules.ignores_field(where_, name);
  }
  bool compares_length() const {
    constexpr std::string_view name = "content-length";
    return pair_.compares_length && pair_.primary.has(name) && pair_.shadow.has(name);
  }

  std::string place(std::string_view name) const {
    return std::string(where_ == Rule::Where::trailer ? "trailer:" : "header:").append(name);
  }
  ShownValue shown(std::string_view name, const http::Fields& fields) const {
    return pair_.redactor.show_field(name, fields.joined(name));
  }

  void lost(std::string_view name) {
    findings_.add(place(name), Kind::missing, shown(name, pair_.primary), {});
  }
  void added(std::string_view name) {
    findings_.add(place(name), Kind::extra, {}, shown(name, pair_.shadow));
  }
  void changed(std::string_view name) {
    const auto primary = pair_.primary.joined(name);
    const auto shadow = pair_.shadow.joined(name);
    if (primary == shadow || pair_.rules.excuses_field(where_, name, primary, shadow)) return;
    auto left = values_of(pair_.primary, name);
    auto right = values_of(pair_.shadow, name);
    std::sort(left.begin(), left.end());
    std::sort(right.begin(), right.end());
    findings_.add(place(name), left == right ? Kind::order : Kind::value,
                  shown(name, pair_.primary), shown(name, pair_.shadow));
  }

  const Rule::Where where_;
  const FieldPair& pair_;
  Findings& findings_;
};

}  // namespace

void compare_fields(Rule::Where where, const FieldPair& pair, Findings& findings) {
  if (are_identical(pair.primary, pair.shadow)) return;
  FieldWalk(where, pair, findings).run();
}

}  // namespace understudy::diff
