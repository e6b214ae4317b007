#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"

namespace understudy {

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
  struct Step {
    enum class Kind { literal, one, any } kind = Kind::literal;
    std::string text;  // literal only
  };
  static Result<Step> parse_segment(std::string_view segment, std::string_view text);

  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace understudy
