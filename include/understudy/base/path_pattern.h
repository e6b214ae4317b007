#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"

namespace understudy {

// One step of a pattern over slash-separated text.
struct PatternStep {
  enum class Kind { literal, one, one_filled, any } kind = Kind::literal;
  std::string text;  // literal only
};

// True if the steps match the whole of `slashed` ("/a/b"; "" has no steps, "/" has one empty step):
// `one` stands for one step, `one_filled` for one that is not empty, `any` for any number of them,
// also none. Takes at most steps(pattern) x steps(text) comparisons. JSON pointers and request
// paths share it.
bool match_steps(const std::vector<PatternStep>& steps, std::string_view slashed);

// A pattern over request paths: literal segments, "*" or "{name}" one segment that is not empty,
// "**" any number of segments, also none. Case and trailing slashes count; percent escapes are not
// undone.
class PathPattern {
 public:
  // Errors: bad_config when the text does not begin with "/" or has "*", "{" or "}" inside a
  // segment.
  static Result<PathPattern> parse(std::string_view text);

  // `path` may carry a query; it is not looked at.
  bool matches(std::string_view path) const;

  // As written, which is how endpoints are shown.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<PatternStep> steps_;
};

}  // namespace understudy
