#include "understudy/base/path_pattern.h"

#include <fmt/format.h>

namespace understudy {

namespace {

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

}  // namespace

Result<PathPattern::Step> PathPattern::parse_segment(std::string_view segment,
                                                     std::string_view text) {
  if (segment == "**") return Step{Step::Kind::any, {}};
  if (segment == "*") return Step{Step::Kind::one, {}};
  const bool is_name = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
  const auto inner = is_name ? segment.substr(1, segment.size() - 2) : segment;
  if (inner.find_first_of("*{}") != inner.npos) {
    return Error{Code::bad_config, Leg::self,
                 fmt::format("path pattern \"{}\": \"{}\" is not a whole segment; use *, ** or "
                             "{{name}} between slashes",
                             text, segment)};
  }
  if (is_name) return Step{Step::Kind::one, {}};
  return Step{Step::Kind::literal, std::string(segment)};
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

// When a later step does not fit, only the last "**" needs to take one segment more: whatever an
// earlier one could take, the last can take too.
bool PathPattern::matches(std::string_view path) const {
  path = path.substr(0, path.find_first_of("?#"));
  if (path.empty() || path.front() != '/') return false;
  const auto fits = [](const Step& wanted, std::string_view segment) {
    return wanted.kind == Step::Kind::one ? !segment.empty() : wanted.text == segment;
  };
  Steps subject(path);
  Steps retry(path);
  std::size_t at = 0;
  std::size_t retry_at = steps_.size() + 1;  // behind the last "**"; beyond the end: there was none
  while (!subject.at_end() || at < steps_.size()) {
    if (at < steps_.size() && steps_[at].kind == Step::Kind::any) {
      retry_at = ++at;
      retry = subject;
      continue;
    }
    if (at < steps_.size() && !subject.at_end() && fits(steps_[at], subject.take())) {
      ++at;
      continue;
    }
    if (retry_at > steps_.size() || retry.at_end()) return false;
    retry.take();
    subject = retry;
    at = retry_at;
  }
  return true;
}

}  // namespace understudy
