// Patterns over paths and over places in JSON: the first line is the pattern, the second is what it
// is held against, a third the configuration's rule: what to do, "match" with the pattern as RE2.
// Promises: both kinds of pattern match as their plainest reading, segment by segment, would;
// naming an endpoint ends with a name of one line's length.

#include <memory>
#include <string>
#include <vector>

#include "fuzz.h"
#include "understudy/base/path_pattern.h"
#include "understudy/diff/compare.h"
#include "understudy/diff/endpoint.h"
#include "understudy/json/pointer.h"

namespace {

using namespace understudy;
using fuzz::must;

using Steps = std::vector<std::string>;

// "/a/b" to "a", "b".
Steps steps_of(std::string_view text) {
  Steps steps;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('/', at + 1), text.size());
    steps.emplace_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return steps;
}

// Each pattern step against each subject step, from the end: the plainest reading. A segment that
// is empty is none for `one` when `needs_text`.
template <typename Equal>
bool fits(const Steps& pattern, const Steps& subject, bool needs_text, Equal&& is_equal) {
  std::vector<std::vector<char>> table(pattern.size() + 1,
                                       std::vector<char>(subject.size() + 1, 0));
  table[pattern.size()][subject.size()] = 1;
  for (auto i = pattern.size(); i-- > 0;) {
    for (auto j = subject.size() + 1; j-- > 0;) {
      const bool has_step = j < subject.size();
      if (pattern[i] == "**") {
        table[i][j] = table[i + 1][j] || (has_step && table[i][j + 1]);
      } else if (has_step) {
        const bool is_one = is_equal(pattern[i], "*") && !(needs_text && subject[j].empty());
        const bool is_step = !is_equal(pattern[i], "*") && is_equal(pattern[i], subject[j]);
        table[i][j] = (is_one || is_step) && table[i + 1][j + 1];
      }
    }
  }
  return table[0][0] != 0;
}

void check_path_pattern(std::string_view text, std::string_view path) {
  const auto pattern = PathPattern::parse(text);
  if (!pattern) return must(!pattern.error().detail.empty(), "a refusal says why");
  must(pattern->text() == text, "a pattern is shown as written");
  auto steps = steps_of(text);
  for (auto& step : steps) {
    if (step.size() > 2 && step.front() == '{') step = "*";
  }
  const auto plain = path.substr(0, path.find_first_of("?#"));
  const bool expected =
      plain.starts_with('/') && fits(steps, steps_of(plain), true, std::equal_to());
  must(pattern->matches(path) == expected, "a path pattern matches what it says");
}

std::string unescaped(std::string_view step) {
  std::string name;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool is_escape = step[i] == '~' && i + 1 < step.size();
    name += is_escape ? (step[++i] == '0' ? '~' : '/') : step[i];
  }
  return name;
}

void check_json_pattern(std::string_view text, std::string_view pointer) {
  const auto pattern = json::Pattern::parse(text);
  if (!pattern || (!pointer.empty() && !pointer.starts_with('/'))) return;
  const auto is_equal = [](const std::string& wanted, std::string_view step) {
    return unescaped(wanted) == unescaped(step);
  };
  must(pattern->matches(pointer) == fits(steps_of(text), steps_of(pointer), false, is_equal),
       "a pattern over JSON matches what it says");
}

void check_endpoint(std::string_view text, std::string_view target) {
  const auto templates = diff::EndpointNamer::create({std::string(text)});
  const auto plain = diff::EndpointNamer::create({});
  must(plain.ok(), "no template is no mistake");
  for (const auto* namer : {templates.ok() ? &*templates : &*plain, &*plain}) {
    must(namer->name("GET", target).starts_with("GET "), "an endpoint begins with its method");
  }
}

void check_rule(std::string_view path, std::string_view pattern, std::string_view what) {
  using Action = config::DiffRule::Action;
  config::Diff diff;
  auto& rule = diff.rules.emplace_back();
  rule.path = path;
  rule.pattern = pattern;
  rule.key = pattern;
  rule.tolerance.amount = 0.5;
  rule.action = static_cast<Action>(what.size() % (static_cast<std::size_t>(Action::match) + 1));
  const auto comparer = diff::Comparer::create(diff, {}, "fuzz");
  if (!comparer) return must(comparer.error().code == Code::bad_config, "a bad rule is said to be");
  http::Fields fields;
  fields.add("Content-Type", "application/json");
  constexpr std::string_view left = R"({"a":[{"b":1},{"b":2}],"c":"x","d":[[1]]})";
  constexpr std::string_view right = R"({"a":[{"b":2},{"b":1.2}],"c":"y","d":[[]]})";
  const diff::Answer primary{200, &fields, nullptr, left, left.size(), nullptr};
  const diff::Answer shadow{200, &fields, nullptr, right, right.size(), nullptr};
  static const auto without = diff::Comparer::create({}, {}, "fuzz");
  const auto found = (*comparer)->compare("GET /", primary, shadow, {}).differences.size();
  const auto found_without = (*without)->compare("GET /", primary, shadow, {}).differences.size();
  const bool is_forgiving = rule.action == Action::ignore || rule.action == Action::tolerance;
  must(!is_forgiving || found <= found_without, "forgiving finds no more");
  must((*comparer)->compare("GET /", primary, primary, {}).differences.empty(),
       "the same is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  const auto first = fuzz::take_line(text);
  const auto second = fuzz::take_line(text);
  const auto third = text;
  check_path_pattern(first, second);
  check_json_pattern(first, second);
  check_endpoint(first, second);
  check_rule(first, second, third);
  return 0;
}
