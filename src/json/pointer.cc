#include "understudy/json/pointer.h"

#include <fmt/format.h>

namespace understudy::json {

namespace {

// One bit of a state is for the end.
constexpr std::size_t max_steps = 63;

bool has_bad_escape(std::string_view step) {
  for (auto at = step.find('~'); at != step.npos; at = step.find('~', at + 1)) {
    if (at + 1 == step.size() || (step[at + 1] != '0' && step[at + 1] != '1')) return true;
  }
  return false;
}

std::string unescaped(std::string_view step) {
  std::string name;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~' || i + 1 == step.size()) {
      name += step[i];
    } else {
      name += step[++i] == '0' ? '~' : '/';
    }
  }
  return name;
}

// Takes "/step" off the front. Requires: not empty.
std::string_view take_step(std::string_view& rest) {
  rest.remove_prefix(1);
  const auto step = rest.substr(0, rest.find('/'));
  rest.remove_prefix(step.size());
  return step;
}

}  // namespace

void append_step(std::string& pointer, std::string_view step) {
  pointer += '/';
  for (;;) {
    std::size_t plain = 0;
    while (plain < step.size() && step[plain] != '~' && step[plain] != '/') ++plain;
    pointer.append(step.substr(0, plain));
    if (plain == step.size()) return;
    pointer.append(step[plain] == '~' ? "~0" : "~1");
    step.remove_prefix(plain + 1);
  }
}

Result<Pattern> Pattern::parse(std::string_view text) {
  if (!text.empty() && text.front() != '/') {
    return Error{Code::bad_config, Leg::self,
                 fmt::format("JSON pointer \"{}\" does not begin with \"/\"", text)};
  }
  Pattern pattern;
  for (auto rest = text; !rest.empty();) {
    const auto step = take_step(rest);
    if (has_bad_escape(step)) {
      return Error{Code::bad_config, Leg::self,
                   fmt::format("JSON pointer \"{}\": \"~\" must be written \"~0\", \"/\" in a name "
                               "\"~1\"",
                               text)};
    }
    if (pattern.steps_.size() == max_steps) {
      return Error{Code::bad_config, Leg::self,
                   fmt::format("JSON pointer \"{}\" has more than {} steps", text, max_steps)};
    }
    if (step == "**") {
      pattern.steps_.push_back({Step::Kind::any, {}});
    } else if (step == "*") {
      pattern.steps_.push_back({Step::Kind::one, {}});
    } else {
      pattern.steps_.push_back({Step::Kind::literal, unescaped(step)});
    }
  }
  return pattern;
}

bool Pattern::matches(std::string_view pointer) const {
  State state = start();
  while (!pointer.empty() && state != 0) state = advance(state, unescaped(take_step(pointer)));
  return accepts(state);
}

Pattern::State Pattern::advance(State state, std::string_view step) const {
  State next = 0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if ((state >> i & 1) == 0) continue;
    const auto& wanted = steps_[i];
    if (wanted.kind == Step::Kind::any) next |= State{1} << i;
    if (wanted.kind == Step::Kind::one ||
        (wanted.kind == Step::Kind::literal && wanted.name == step)) {
      next |= State{2} << i;
    }
  }
  return closure(next);
}

// "**" may also match nothing.
Pattern::State Pattern::closure(State state) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if ((state >> i & 1) != 0 && steps_[i].kind == Step::Kind::any) state |= State{2} << i;
  }
  return state;
}

}  // namespace understudy::json
