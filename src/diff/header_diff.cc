#include "diff/header_diff.h"

#include <algorithm>

#include "diff/field_value.h"
#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

// RFC 9110, 8.8.3; RFC 1864; RFC 3230; RFC 9530.
constexpr std::string_view made_of_body[] = {"etag", "content-md5", "digest", "content-digest",
                                             "repr-digest"};

// Fields that tell of this delivery and not of what is delivered: who served it and for which
// request, through which caches, how long it took, what is left of a limit. Names that end in "*"
// stand for any rest.
constexpr std::string_view of_delivery[] = {"age",
                                            "alt-svc",
                                            "cf-cache-status",
                                            "cf-ray",
                                            "fly-request-id",
                                            "nel",
                                            "ratelimit",
                                            "ratelimit-remaining*",
                                            "ratelimit-reset*",
                                            "report-to",
                                            "request-id",
                                            "server-timing",
                                            "traceparent",
                                            "tracestate",
                                            "trace-id",
                                            "via",
                                            "warning",
                                            "x-amz-cf-*",
                                            "x-amz-id-2",
                                            "x-amz-request-id",
                                            "x-amzn-*",
                                            "x-azure-ref",
                                            "x-b3-*",
                                            "x-backend*",
                                            "x-cache*",
                                            "x-cloud-trace-context",
                                            "x-correlation-id",
                                            "x-datadog-*",
                                            "x-envoy-*",
                                            "x-github-request-id",
                                            "x-host",
                                            "x-hostname",
                                            "x-instance*",
                                            "x-ms-request-id",
                                            "x-node*",
                                            "x-pod*",
                                            "x-process-time",
                                            "x-rate-limit-remaining*",
                                            "x-rate-limit-reset*",
                                            "x-ratelimit-remaining*",
                                            "x-ratelimit-reset*",
                                            "x-ratelimit-retry-after",
                                            "x-ratelimit-used*",
                                            "x-request-id",
                                            "x-response-time*",
                                            "x-runtime",
                                            "x-served-by",
                                            "x-server*",
                                            "x-timer",
                                            "x-trace-id",
                                            "x-varnish"};

bool tells_of_delivery(std::string_view name) {
  return std::any_of(std::begin(of_delivery), std::end(of_delivery),
                     [name](std::string_view known) {
                       const bool is_prefix = known.back() == '*';
                       if (!is_prefix) return ascii::iequals(name, known);
                       known.remove_suffix(1);
                       return ascii::iequals(name.substr(0, known.size()), known);
                     });
}

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

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a == b || ascii::iequals(a, b));
}

// Whether both have the same line there.
bool same_line(const http::Fields& a, const http::Fields& b, std::size_t index) {
  if (index >= a.size() || index >= b.size()) return false;
  return a[index].value == b[index].value && same_name(a[index].name, b[index].name);
}

// The names of lines that do not stand in the same place on the other side. Fields of all others
// are the same.
std::vector<std::string_view> unsettled_names(const http::Fields& a, const http::Fields& b) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (same_line(a, b, i)) continue;
    if (i < a.size()) names.push_back(a[i].name);
    if (i < b.size()) names.push_back(b[i].name);
  }
  return names;
}

// One comparison of two sections.
class FieldWalk {
 public:
  FieldWalk(Rule::Where where, const FieldPair& pair, Findings& findings)
      : where_(where),
        pair_(pair),
        findings_(findings),
        unsettled_(unsettled_names(pair.primary, pair.shadow)) {}

  void run() {
    for (std::size_t i = 0; i < pair_.primary.size(); ++i) {
      const auto name = pair_.primary[i].name;
      if (!is_unsettled(name) || !is_first_of_its_name(pair_.primary, i)) continue;
      if (is_ignored(name)) continue;
      pair_.shadow.has(name) ? changed(name) : lost(name);
    }
    for (std::size_t i = 0; i < pair_.shadow.size(); ++i) {
      const auto name = pair_.shadow[i].name;
      if (!is_unsettled(name) || pair_.primary.has(name)) continue;
      if (is_first_of_its_name(pair_.shadow, i) && !is_ignored(name)) added(name);
    }
  }

 private:
  bool is_unsettled(std::string_view name) const {
    return std::any_of(unsettled_.begin(), unsettled_.end(),
                       [&](std::string_view other) { return same_name(name, other); });
  }
  bool is_ignored(std::string_view name) const {
    if (ascii::iequals(name, "content-length") && !has_length_on_both()) return true;
    const bool is_listed =
        std::any_of(pair_.ignored.begin(), pair_.ignored.end(),
                    [&](const auto& ignored) { return ascii::iequals(ignored, name); });
    return is_listed || pair_.rules.ignores_field(where_, name);
  }
  bool has_length_on_both() const {
    constexpr std::string_view name = "content-length";
    return pair_.is_same_body && pair_.primary.has(name) && pair_.shadow.has(name);
  }
  bool follows_from_body(std::string_view name) const {
    return !pair_.is_same_body &&
           std::any_of(std::begin(made_of_body), std::end(made_of_body),
                       [name](std::string_view made) { return ascii::iequals(made, name); });
  }

  std::string place(std::string_view name) const {
    return std::string(where_ == Rule::Where::trailer ? "trailer:" : "header:").append(name);
  }
  ShownValue shown(std::string_view name, const http::Fields& fields) const {
    if (ascii::iequals(name, "set-cookie")) {
      return pair_.redactor.show_cookies(values_of(fields, name));
    }
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
    if (primary == shadow || follows_from_body(name)) return;
    if (pair_.rules.excuses_field(where_, name, primary, shadow)) return;
    auto left = values_of(pair_.primary, name);
    auto right = values_of(pair_.shadow, name);
    if (say_the_same(name, left, right)) return;
    std::sort(left.begin(), left.end());
    std::sort(right.begin(), right.end());
    auto shown_left = shown(name, pair_.primary), shown_right = shown(name, pair_.shadow);
    if (left == right) {
      return findings_.add(place(name), Kind::order, std::move(shown_left), std::move(shown_right));
    }
    auto likeness = likeness_of_texts(primary, shadow, findings_.now());
    if (tells_of_delivery(name)) likeness.value_class = ValueClass::delivery;
    findings_.add(place(name), std::move(shown_left), std::move(shown_right), likeness);
  }

  const Rule::Where where_;
  const FieldPair& pair_;
  Findings& findings_;
  const std::vector<std::string_view> unsettled_;
};

}  // namespace

bool same_fields(const http::Fields& a, const http::Fields& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same_line(a, b, i)) return false;
  }
  return true;
}

void compare_fields(Rule::Where where, const FieldPair& pair, Findings& findings) {
  FieldWalk(where, pair, findings).run();
}

}  // namespace understudy::diff
