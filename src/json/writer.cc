#include "understudy/json/writer.h"

#include <cassert>
#include <charconv>
#include <cmath>

#include "understudy/json/utf8.h"

namespace understudy::json {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

constexpr bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' &&
         static_cast<unsigned char>(c) < 0x80;
}

void append_control(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[byte >> 4];
  out += digits[byte & 0xF];
}

void append_escaped(std::string& out, std::string_view value) {
  while (!value.empty()) {
    std::size_t plain = 0;
    while (plain < value.size() && is_plain(value[plain])) ++plain;
    out.append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) return;
    if (static_cast<unsigned char>(value[0]) < 0x80) {
      append_control(out, value[0]);
      value.remove_prefix(1);
      continue;
    }
    const auto length = utf8_sequence(value);
    out.append(length > 0 ? value.substr(0, length) : replacement);
    value.remove_prefix(length > 0 ? length : 1);
  }
}

}  // namespace

void Writer::separate() {
  if (needs_comma_) text_ += ',';
  needs_comma_ = true;
  after_key_ = false;
}

Writer& Writer::begin(char bracket) {
  separate();
  text_ += bracket;
  ++depth_;
  needs_comma_ = false;
  return *this;
}

Writer& Writer::end(char bracket) {
  assert(depth_ > 0 && !after_key_);
  --depth_;
  text_ += bracket;
  needs_comma_ = true;
  return *this;
}

Writer& Writer::begin_object() {
  return begin('{');
}
Writer& Writer::end_object() {
  return end('}');
}
Writer& Writer::begin_array() {
  return begin('[');
}
Writer& Writer::end_array() {
  return end(']');
}

Writer& Writer::key(std::string_view name) {
  assert(depth_ > 0 && !after_key_);
  string(name);
  text_ += ':';
  needs_comma_ = false;
  after_key_ = true;
  return *this;
}

Writer& Writer::string(std::string_view value) {
  constexpr std::size_t marks = 3;  // a comma and quotes
  text_.reserve(text_.size() + value.size() + marks);
  separate();
  text_ += '"';
  append_escaped(text_, value);
  text_ += '"';
  return *this;
}

Writer& Writer::integer(std::int64_t value) {
  separate();
  char digits[24];  // 2^63 with its sign has 20
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  text_.append(digits, end);
  return *this;
}

Writer& Writer::number(double value) {
  if (!std::isfinite(value)) return null();
  separate();
  char digits[32];  // the shortest form of a double has at most 24 characters
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  text_.append(digits, end);
  return *this;
}

Writer& Writer::boolean(bool value) {
  return raw(value ? "true" : "false");
}
Writer& Writer::null() {
  return raw("null");
}

Writer& Writer::raw(std::string_view json) {
  separate();
  text_.append(json);
  return *this;
}

std::string Writer::take() {
  assert(depth_ == 0 && !after_key_);
  std::string text = std::move(text_);
  clear();
  return text;
}

void Writer::clear() {
  text_.clear();
  depth_ = 0;
  needs_comma_ = false;
  after_key_ = false;
}

}  // namespace understudy::json
