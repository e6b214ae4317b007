// The one file that knows toml++: header only and without exceptions. Its assertions are off: 3.3
// asserts that a key begins well before it looks ("[=a]" aborts), and says so properly when it goes
// on. With NDEBUG it would assume the same, which is worse.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <algorithm>
#include <tuple>

#include <toml++/toml.h>

#include "config/node.h"

namespace understudy::config {
namespace {

Position position_of(const toml::source_region& source) {
  return {source.begin.line, source.begin.column};
}

Node convert(const toml::node& raw);

Node convert_array(const toml::array& raw) {
  Node node;
  node.kind = Node::Kind::array;
  for (const auto& item : raw) node.items.push_back(convert(item));
  return node;
}

// toml++ sorts its tables by name; people expect their own order.
Node convert_table(const toml::table& raw) {
  Node node;
  node.kind = Node::Kind::table;
  for (const auto& [key, value] : raw) {
    node.members.push_back({std::string(key.str()), position_of(key.source()), convert(value)});
  }
  std::sort(node.members.begin(), node.members.end(), [](const Member& a, const Member& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  return node;
}

Node convert_value(const toml::node& raw) {
  Node node;
  node.kind = Node::Kind::date;
  if (const auto* text = raw.as_string()) {
    node.kind = Node::Kind::string;
    node.string = text->get();
  } else if (const auto* integer = raw.as_integer()) {
    node.kind = Node::Kind::integer;
    node.integer = integer->get();
    node.number = static_cast<double>(node.integer);
  } else if (const auto* number = raw.as_floating_point()) {
    node.kind = Node::Kind::number;
    node.number = number->get();
  } else if (const auto* boolean = raw.as_boolean()) {
    node.kind = Node::Kind::boolean;
    node.boolean = boolean->get();
  }
  return node;
}

Node convert(const toml::node& raw) {
  Node node;
  if (const auto* array = raw.as_array()) {
    node = convert_array(*array);
  } else if (const auto* table = raw.as_table()) {
    node = convert_table(*table);
  } else {
    node = convert_value(raw);
  }
  node.at = position_of(raw.source());
  return node;
}

}  // namespace

Parsed parse_toml(std::string_view text) {
  Parsed parsed;
  const toml::parse_result result = toml::parse(text);
  if (result.succeeded()) {
    parsed.root = convert(result.table());
    return parsed;
  }
  parsed.ok = false;
  parsed.error.at = position_of(result.error().source());
  parsed.error.message = one_line(result.error().description());
  return parsed;
}

}  // namespace understudy::config
