#include "config/node.h"

#include <fmt/format.h>

namespace understudy::config {
namespace {

// What a message shows of a value at most.
constexpr std::size_t shown_bytes = 60;

void append_escaped(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else if (byte < 0x20 || byte == 0x7f) {
    out += fmt::format("\\u{:04X}", byte);
  } else {
    out += c;
  }
}

// At most shown_bytes, not cutting a UTF-8 sequence.
std::string_view shortened(std::string_view text) {
  if (text.size() <= shown_bytes) return text;
  std::size_t size = shown_bytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) append_escaped(out, c);
  return out + "\"";
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = c == '"' || c == '\\';
    is_plain ? out.push_back(c) : append_escaped(out, c);
  }
  return out;
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::text:
    case Node::Kind::string: {
      const auto shown = shortened(node.string);
      return quoted(shown) + (shown.size() < node.string.size() ? " ..." : "");
    }
    case Node::Kind::integer:
      return fmt::format("{}", node.integer);
    case Node::Kind::number:
      return fmt::format("{}", node.number);
    case Node::Kind::boolean:
      return node.boolean ? "true" : "false";
    case Node::Kind::date:
      return "a date or time";
    case Node::Kind::array:
      return "an array";
    case Node::Kind::table:
      return "a table";
  }
  return "something else";
}

}  // namespace understudy::config
