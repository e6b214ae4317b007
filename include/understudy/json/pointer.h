#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"

namespace understudy::json {

// Appends "/" and the step with "~" and "/" escaped (RFC 6901, 3).
void append_step(std::string& pointer, std::string_view step);

// An RFC 6901 pointer in which a step "*" matches any one step and "**" any number of steps, also
// none.
class Pattern {
 public:
  // Errors: bad_config when the text is neither empty nor begins with "/", has a bad "~" escape or
  // more than 63 steps.
  static Result<Pattern> parse(std::string_view text);

  // `pointer` is a concrete RFC 6901 pointer; array indices are steps like any other (and may be
  // written as "*" by the caller).
  bool matches(std::string_view pointer) const;

  // The same question step by step, for walks down a tree: each node's state comes from its
  // parent's in constant time, however long the names above are. 0 is a dead end.
  using State = std::uint64_t;
  State start() const { return closure(1); }
  // `step` is a member name as it is (not escaped) or an index in decimal.
  State advance(State state, std::string_view step) const;
  bool accepts(State state) const { return (state >> steps_.size() & 1) != 0; }

 private:
  struct Step {
    enum class Kind { literal, one, any } kind = Kind::literal;
    std::string name;  // literal only, unescaped
  };
  State closure(State state) const;

  std::vector<Step> steps_;  // bit i of a state: the first i steps have been matched
};

}  // namespace understudy::json
