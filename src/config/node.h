#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/base/result.h"

namespace understudy::config {

// A place in the file; line 0 when the value did not come from one.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Member;

// One value of a TOML document with its place. `text` is a value from the environment or a flag: it
// has no type of its own yet.
struct Node {
  enum class Kind { text, string, integer, number, boolean, date, array, table };
  Kind kind = Kind::table;
  Position at;
  std::string string;  // text, string
  std::int64_t integer = 0;
  double number = 0;  // number; integer as well
  bool boolean = false;
  std::vector<Node> items;      // array
  std::vector<Member> members;  // table, in the order of the file
};

// One key of a table, with the place of its name.
struct Member {
  std::string name;
  Position at;
  Node value;
};

// A text that cannot be read as TOML.
struct SyntaxError {
  Position at;
  std::string message;
};

// A document or the first error in it. The only door to toml++.
struct Parsed {
  Node root;
  bool ok = true;
  SyntaxError error;
};
Parsed parse_toml(std::string_view text);

// For messages: "abc", 5, true, an array.
std::string describe(const Node& node);

// A TOML basic string, quoted.
std::string quoted(std::string_view text);
// With escapes in place of control characters, so that nothing in it moves a terminal's cursor.
std::string one_line(std::string_view text);

}  // namespace understudy::config
