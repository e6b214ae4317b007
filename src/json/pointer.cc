#include "understudy/json/pointer.h"

#include <fmt/format.h>

namespace understudy::json {

namespace {

using Kind = PatternStep::Kind;

bool has_bad_escape(std::string_view step) {
  for (auto at = step.find('~'); at != step.npos; at = step.find('~', at + 1)) {
    if (at + 1 == step.size() || (step[at + 1] != '0' && step[at + 1] != '1')) return true;
  }
  return false;
}

Kind kind_of(std::string_view step) {
  if (step == "**") return Kind::any;
  return step == "*" ? Kind::one : Kind::literal;
}

}  // namespace

void append_step(std::string& pointer, std::string_view step) {
  pointer += '/';
  for (;;) {
    const auto special = step.find_first_of("~/");
    pointer.append(step.substr(0, special));
    if (special == step.npos) return;
    pointer.append(step[special] == '~' ? "~0" : "~1");
    step.remove_prefix(special + 1);
  }
}

Result<Pattern> Pattern::parse(std::string_view text) {
  if (!text.empty() && text.front() != '/') {
    return Error{Code::bad_config, Leg::self,
                 fmt::format("JSON pointer \"{}\" does not begin with \"/\"", text)};
  }
  Pattern pattern;
  for (auto rest = text; !rest.empty();) {
    rest.remove_prefix(1);
    const auto step = rest.substr(0, rest.find('/'));
    rest.remove_prefix(step.size());
    if (has_bad_escape(step)) {
      return Error{Code::bad_config, Leg::self,
                   fmt::format("JSON pointer \"{}\": \"~\" must be written \"~0\", \"/\" in a name "
                               "\"~1\"",
                               text)};
    }
    const auto kind = kind_of(step);
    pattern.steps_.push_back({kind, kind == Kind::literal ? std::string(step) : std::string()});
  }
  return pattern;
}

bool Pattern::matches(std::string_view pointer) const {
  return match_steps(steps_, pointer);
}

}  // namespace understudy::json
