#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/json/document.h"

namespace understudy::fuzz {

// A JSON value that can be changed, and RFC 6902 on it: as plain as can be, for judging others.
struct JsonTree {
  json::Type type = json::Type::null;
  bool boolean = false;
  std::string text;  // of a string or a number
  std::string name;  // in its object
  std::vector<JsonTree> children;

  static JsonTree from(json::Value value);
  // Numbers by value, members in any order.
  bool is_same(const JsonTree& other) const;
  bool repeats_names() const;

  JsonTree* member(std::string_view name);
  // The place of an RFC 6901 pointer, null if there is none.
  JsonTree* find(std::string_view pointer);
};

// One operation of RFC 6902.
struct Operation {
  enum class Kind { add, remove, replace, move } kind = Kind::replace;
  std::string path;
  JsonTree value;    // add, replace
  std::string from;  // move
};

// False when a place that it names does not exist.
bool apply(const Operation& operation, JsonTree& document);

// "/a/b" to "/a" and "b", unescaped.
std::pair<std::string, std::string> split_pointer(std::string_view pointer);

}  // namespace understudy::fuzz
