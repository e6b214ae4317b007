#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/path_pattern.h"
#include "understudy/base/result.h"

namespace understudy::json {

// Appends "/" and the step with "~" and "/" escaped (RFC 6901, 3).
void append_step(std::string& pointer, std::string_view step);

// An RFC 6901 pointer in which a step "*" matches any one step and "**" any number of steps, also
// none.
class Pattern {
 public:
  // Errors: bad_config when the text is neither empty nor begins with "/", or has a bad "~" escape.
  static Result<Pattern> parse(std::string_view text);

  // `pointer` is a concrete RFC 6901 pointer as append_step() writes them; array indices are steps
  // like any other (and may be written as "*" by the caller).
  bool matches(std::string_view pointer) const;

 private:
  std::vector<PatternStep> steps_;  // still escaped, as the pointers are
};

}  // namespace understudy::json
