#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::json {

// Writes compact JSON into a string. Misuse (a key after a key, an end without its begin) is a
// broken invariant. Keeps its memory over clear().
//
//   json::Writer out;
//   out.begin_object().key("id").string(id).key("count").integer(3).end_object();
class Writer {
 public:
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  // Invalid UTF-8 is written as U+FFFD, so that the line stays JSON.
  Writer& string(std::string_view value);
  Writer& integer(std::int64_t value);
  Writer& number(double value);  // shortest text that reads back the same; not finite -> null
  Writer& boolean(bool value);
  Writer& null();
  Writer& raw(std::string_view json);  // a value that is JSON text already

  const std::string& text() const { return text_; }
  std::string take();
  void clear();

 private:
  void separate();
  Writer& begin(char bracket);
  Writer& end(char bracket);

  std::string text_;
  std::size_t depth_ = 0;
  bool needs_comma_ = false;
  bool after_key_ = false;
};

}  // namespace understudy::json
