#pragma once

#include <cstdint>
#include <string_view>

#include "understudy/json/document.h"

namespace understudy::json {

// Reads one JSON text (RFC 8259) into a document's nodes: one pass, no recursion, every byte
// checked. The walk is ours rather than simdjson's On Demand, which does not look at what nobody
// reads, or its DOM, which refuses numbers beyond 64 bits; simdjson's vectorised check sees to
// UTF-8 beforehand.
//
// Strings are unescaped where they stand, which never makes them longer. Zeros behind the text end
// every loop, so nothing counts bytes.
//
// Lives: for one parse().
class Parser {
 public:
  explicit Parser(Document& document) : document_(document) {}
  Result<void> run(std::string_view text);

 private:
  // A container that has just been opened still waits for its first child.
  enum class Step { failed, complete, opened };

  Result<void> fail(std::string_view fault, std::string_view what);
  bool walk();
  bool after_value(bool& is_done);
  Step value();
  Step open(Type type);
  bool close();
  bool member_name();
  bool string(bool is_name);
  bool unescape(char*& out);
  bool unescape_unicode(char*& out);
  bool hex4(std::uint32_t& unit);
  bool number();
  bool literal(std::string_view word, Type type, bool flag);
  void skip_space();
  void add_scalar(Type type, const char* begin, const char* end);
  void flag_duplicates(std::uint32_t object);
  bool few_names_repeat(std::uint32_t object) const;
  bool many_names_repeat(std::uint32_t object);
  std::string_view text_of(std::uint32_t node) const;

  Document& document_;
  char* begin_ = nullptr;
  char* at_ = nullptr;
  char* end_ = nullptr;
  bool is_too_deep_ = false;
};

}  // namespace understudy::json
