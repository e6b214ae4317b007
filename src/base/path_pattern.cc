#include "understudy/base/path_pattern.h"

#include <fmt/format.h>

namespace understudy {

namespace {

using Kind = PatternStep::Kind;

// Reads "/a/b" step by step; a copy is a place to come back to.
class Steps {
 public:
  explicit Steps(std::string_view slashed) : rest_(slashed) {}

  bool at_end() const { return rest_.empty(); }
  // Requires: !at_end().
  std::string_view take() {
    rest_.remove_prefix(1);
    const auto step = rest_.substr(0, rest_.find('/'));
    rest_.remove_prefix(step.size());
    return step;
  }

 private:
  std::string_view rest_;
};

bool fits(const PatternStep& wanted, std::string_view step) {
  if (wanted.kind == Kind::literal) return wanted.text == step;
  return wanted.kind == Kind::one || !step.empty();
}

Result<PatternStep> parse_segment(std::string_view segment, std::string_view text) {
  if (segment == "**") return PatternStep{Kind::any, {}};
  if (segment == "*") return PatternStep{Kind::one_filled, {}};
  const bool is_name = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
  const auto inner = is_name ? segment.substr(1, segment.size() - 2) : segment;
  if (inner.find_first_of("*{}") != inner.npos) {
    return Error{Code::bad_config, Leg::self,
                 fmt::format("path pattern \"{}\": \"{}\" is not a whole segment; use *, ** or "
                             "{{name}} between slashes",
                             text, segment)};
  }
  if (is_name) return PatternStep{Kind::one_filled, {}};
  return PatternStep{Kind::literal, std::string(segment)};
}

}  // namespace

// When a later step does not fit, only the last "any" needs to take one step more: whatever an
// earlier one could take, the last can take too.
bool match_steps(const std::vector<PatternStep>& steps, std::string_view slashed) {
  Steps subject(slashed);
  std::size_t at = 0;
  std::size_t retry_at = steps.size() + 1;  // behind the last "any"; beyond the end: there was none
  Steps retry(slashed);
  while (!subject.at_end() || at < steps.size()) {
    if (at < steps.size() && steps[at].kind == Kind::any) {
      retry_at = ++at;
      retry = subject;
      continue;
    }
    if (at < steps.size() && !subject.at_end() && fits(steps[at], subject.take())) {
      ++at;
      continue;
    }
    if (retry_at > steps.size() || retry.at_end()) return false;
    retry.take();
    subject = retry;
    at = retry_at;
  }
  return true;
}

Result<PathPattern> PathPattern::parse(std::string_view text) {
  if (text.empty() || text.front() != '/') {
    return Error{Code::bad_config, Leg::self,
                 fmt::format("path pattern \"{}\" does not begin with \"/\"", text)};
  }
  PathPattern pattern;
  pattern.text_ = text;
  Steps segments(text);
  while (!segments.at_end()) {
    auto step = parse_segment(segments.take(), text);
    if (!step) return step.error();
    pattern.steps_.push_back(std::move(*step));
  }
  return pattern;
}

bool PathPattern::matches(std::string_view path) const {
  path = path.substr(0, path.find_first_of("?#"));
  if (path.empty() || path.front() != '/') return false;
  return match_steps(steps_, path);
}

}  // namespace understudy
