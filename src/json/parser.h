#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/model.h"
#include "understudy/base/limits.h"
#include "understudy/json/document.h"

namespace understudy::json {

// Zeros behind a document's text: this many bytes may be read at any byte of it.
constexpr std::size_t text_padding = 16;

// Reads one JSON text (RFC 8259) into a document's nodes: one pass, no recursion, every byte
// checked. The walk is ours rather than simdjson's On Demand, which does not look at what nobody
// reads, or its DOM, which refuses numbers beyond 64 bits; simdjson's vectorised check sees to
// UTF-8 beforehand.
//
// The text stays as it is; strings with escapes are written once more behind it, which never makes
// them longer. Zeros behind the text end every loop, so nothing counts bytes.
//
// Lives: for one parse().
class Parser {
 public:
  // Of the open containers only those that are open are ever read.
  // cppcheck-suppress uninitMemberVar
  explicit Parser(Document& document) : document_(document) {}
  // cppcheck-suppress uninitMemberVar
  Parser(Document& document, const Document& model) : document_(document), model_(model) {}
  Result<void> run(std::string_view text);

 private:
  using Node = Document::Node;

  Result<void> fail(std::string_view fault, std::string_view what);
  void copy(std::string_view text);
  bool take_layout();
  bool walk();

  // The cursor is handed on: each of these takes it where its matter begins and returns it behind
  // that, or null for what is not JSON; then `at_` says where. Those that walk() needs for each
  // value are in it, so that what they share stays in registers: a third of the time.
  [[gnu::always_inline]] const char* value(const char* at);
  [[gnu::always_inline]] const char* after_value(const char* at);
  [[gnu::always_inline]] const char* next_child(const char* at);
  [[gnu::always_inline]] const char* member_name(const char* at);
  [[gnu::always_inline]] const char* string(const char* at);
  const char* escaped_string(const char* at);
  [[gnu::always_inline]] const char* number(const char* at);
  const char* literal(const char* at, std::string_view word, Type type);
  const char* stop(const char* at);

  [[gnu::always_inline]] Node* open(Type type, const char* at);
  [[gnu::always_inline]] void close(const char* behind);
  [[gnu::always_inline]] Node& add(Type type, const char* begin, const char* end);
  void make_room(std::size_t nodes);
  void repeat(const Model::Stretch& stretch, std::uint32_t at);

  // Of escaped_string(); they move `at_` itself.
  bool unescape();
  bool unescape_unicode();
  bool hex4(std::uint32_t& unit);

  Document& document_;
  Model model_;
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  char* out_ = nullptr;    // where the next escaped string is written
  Node* nodes_ = nullptr;  // the document's
  std::size_t room_ = 0;
  std::size_t count_ = 0;
  std::size_t depth_ = 0;
  std::uint32_t open_[limits::max_json_depth];  // the containers around the cursor
  bool is_too_deep_ = false;
};

}  // namespace understudy::json
