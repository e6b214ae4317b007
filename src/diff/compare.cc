#include "understudy/diff/compare.h"

#include <string>

#include "diff/body_diff.h"
#include "diff/bytes_diff.h"
#include "diff/header_diff.h"
#include "diff/media.h"
#include "diff/privacy.h"
#include "diff/rules.h"
#include "understudy/diff/contract.h"

namespace understudy::diff {

namespace {

bool same_coding(const http::Fields& a, const http::Fields& b) {
  constexpr std::string_view name = "content-encoding";
  const bool is_coded = a.has(name) || b.has(name);
  return !is_coded || a.joined(name) == b.joined(name);
}

}  // namespace

struct Comparer::Impl {
  Impl(const config::Diff& diff, Redactor made_redactor, RuleBook made_rules, std::uint64_t seed)
      : ignore_headers(diff.ignore_headers),
        redactor(std::move(made_redactor)),
        rules(std::move(made_rules)),
        body(redactor, seed, diff.max_body_bytes) {}

  void compare_status(const Answer& primary, const Answer& shadow, const RuleSet& set,
                      Findings& findings) const;
  void compare_trailers(const Answer& primary, const Answer& shadow, bool is_same_body,
                        const RuleSet& set, Findings& findings) const;
  BodyVerdict compare_contents(const Answer& primary, const Answer& shadow, const RuleSet& set,
                               Findings& findings);

  std::vector<std::string> ignore_headers;
  Redactor redactor;
  RuleBook rules;
  BodyDiff body;
};

void Comparer::Impl::compare_status(const Answer& primary, const Answer& shadow, const RuleSet& set,
                                    Findings& findings) const {
  if (primary.status == shadow.status || set.ignores(Rule::Where::status)) return;
  const auto left = std::to_string(primary.status);
  const auto right = std::to_string(shadow.status);
  if (set.excuses(Rule::Where::status, left, right)) return;
  findings.add("status", {left, false}, {right, false},
               {ValueClass::none, lean_of_numbers(left, right)});
}

void Comparer::Impl::compare_trailers(const Answer& primary, const Answer& shadow,
                                      bool is_same_body, const RuleSet& set,
                                      Findings& findings) const {
  if (primary.trailers == nullptr && shadow.trailers == nullptr) return;
  static const http::Fields none;
  const auto& left = primary.trailers == nullptr ? none : *primary.trailers;
  const auto& right = shadow.trailers == nullptr ? none : *shadow.trailers;
  FieldPair pair{left, right, ignore_headers, set, redactor};
  pair.is_same_body = is_same_body;
  compare_fields(Rule::Where::trailer, pair, findings);
}

// Header, trailer and body. The same bytes, coded in the same way, mean the same.
BodyVerdict Comparer::Impl::compare_contents(const Answer& primary, const Answer& shadow,
                                             const RuleSet& set, Findings& findings) {
  const bool is_same_head = same_fields(*primary.fields, *shadow.fields);
  const bool is_same_body =
      (is_same_head || same_coding(*primary.fields, *shadow.fields)) && same_bytes(primary, shadow);
  if (!is_same_head) {
    FieldPair pair{*primary.fields, *shadow.fields, ignore_headers, set, redactor};
    pair.is_same_body = is_same_body;
    compare_fields(Rule::Where::header, pair, findings);
  }
  compare_trailers(primary, shadow, is_same_body, set, findings);
  return is_same_body ? BodyVerdict{} : body.compare(primary, shadow, set, findings);
}

bool are_alike(std::string_view a, std::string_view b, WallTime now) {
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789+-.eE") == text.npos;
  };
  const bool are_numbers = is_number(a) && is_number(b);
  const auto shared = are_numbers ? common_class_of_numbers(a, b, now) : common_class(a, b, now);
  return shared != ValueClass::none;
}

Result<std::unique_ptr<Comparer>> Comparer::create(const config::Diff& diff,
                                                   const config::Privacy& privacy,
                                                   std::string privacy_key) {
  auto rules = RuleBook::compile(diff.rules);
  if (!rules) return rules.error();
  const auto seed = keyed_hash64(privacy_key, "tree");
  auto redactor = Redactor::create(privacy, std::move(privacy_key));
  if (!redactor) return redactor.error();
  auto impl = std::make_unique<Impl>(diff, std::move(*redactor), std::move(*rules), seed);
  return std::unique_ptr<Comparer>(new Comparer(std::move(impl)));
}

Comparer::Comparer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Comparer::~Comparer() = default;

Comparison Comparer::compare(std::string_view endpoint, const Answer& primary, const Answer& shadow,
                             WallTime now) {
  const auto rules = impl_->rules.for_endpoint(endpoint);
  Findings findings(now);
  impl_->compare_status(primary, shadow, rules, findings);
  auto verdict = impl_->compare_contents(primary, shadow, rules, findings);

  Comparison comparison;
  comparison.note = std::move(verdict.note);
  if (!verdict.reason.empty()) {
    // What was found already stands, whatever the body holds.
    comparison.is_comparable = !findings.empty();
    (comparison.is_comparable ? comparison.note : comparison.reason) = verdict.reason;
  }
  comparison.is_truncated = findings.is_truncated();
  comparison.is_cut_short = findings.is_full();
  comparison.differences = findings.take();
  return comparison;
}

void Comparer::describe(const Answer& primary, Contract& contract, std::size_t room) {
  const auto body = impl_->body.parse(primary);
  contract.learn(*primary.fields, body ? &*body : nullptr, room);
}

Outline Comparer::outline(const Answer& answer) {
  const auto body = impl_->body.parse_told(answer);
  return {media_type(*answer.fields), body ? &*body : nullptr};
}

std::string Comparer::redact_target(std::string_view target) const {
  return impl_->redactor.redact(target);
}

}  // namespace understudy::diff
