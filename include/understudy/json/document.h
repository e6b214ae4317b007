#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"

namespace understudy::json {

enum class Type : std::uint8_t { null, boolean, number, string, array, object };
std::string_view name(Type type);

class Model;
class Parser;
class Value;

// A parsed JSON text: flat (all nodes in one array), strings unescaped, numbers as their exact
// text, members in order with duplicate names kept. Reusable: parse() again forgets the old text
// and keeps the memory.
//
// Values point into the document: valid until the next parse() or its end.
class Document {
 public:
  // Errors (bad_input): not JSON, not UTF-8, or nested deeper than limits::max_json_depth; the
  // detail says which and where, fault() says it in one word. The text is copied. The text that it
  // holds already is only looked at: answers are compared with several others.
  Result<void> parse(std::string_view text);
  // The same, quicker where the text repeats another one: what stands there is taken from `model`,
  // which may be any other document.
  Result<void> parse(std::string_view text, const Document& model);

  // After a failed parse(): "invalid_json", "invalid_utf8" or "too_deep"; empty after success.
  std::string_view fault() const { return fault_; }

  // Requires: parse() succeeded.
  Value root() const;

  // All values and member names, each counted once; names read as strings.
  std::size_t size() const { return count_; }
  Value at(std::size_t index) const;  // Requires: index < size()

 private:
  friend class Value;
  friend class Parser;
  friend class Model;
  bool holds(std::string_view text) const;
  struct Node {
    Type type;
    bool flag;            // boolean: its value
    std::uint32_t count;  // array: elements; object: members
    std::uint32_t next;   // index of the node after this whole subtree
    std::uint32_t at;     // arena offset of string or number text, or of a container's source
    std::uint32_t size;   // its length in bytes
  };
  std::vector<Node> nodes_;      // depth first; an object's members are name, value, name, ...
  std::size_t count_ = 0;        // of the nodes, how many are this text's; the rest is room
  std::string arena_;            // the text as it is, and behind it what its escaped strings mean
  std::size_t text_bytes_ = 0;   // of the arena, without the padding
  std::size_t escaped_end_ = 0;  // of what is written behind both
  std::string_view fault_;
};

// One value of a document; cheap to copy.
class Value {
 public:
  Type type() const;
  bool boolean() const;           // Requires: boolean
  std::string_view text() const;  // Requires: string (unescaped) or number (exact text)
  std::size_t size() const;       // elements or members; 0 for scalars
  // All of it as it stands in the text, from bracket to bracket. Requires: array or object.
  std::string_view source() const;

  // Children in order:
  //   for (auto child = v.first(); child; child = child.next()) { child.name(); child.value(); }
  class Child {
   public:
    explicit operator bool() const { return left_ > 0; }
    std::string_view name() const;  // Requires: the parent is an object
    Value value() const;
    Child next() const;

   private:
    friend class Value;
    const Document* document_ = nullptr;
    std::uint32_t node_ = 0;
    std::uint32_t left_ = 0;
    bool is_member_ = false;
  };
  Child first() const;

  // Objects: the last member of that name (as JavaScript, Python and jq read it), or null type
  // check by has(). Convenience for reading our own log; comparing walks children.
  bool has(std::string_view member) const;
  Value operator[](std::string_view member) const;  // Requires: has(member)
  // Fallbacks for absent members and other types.
  std::string_view string_or(std::string_view member, std::string_view fallback) const;
  std::int64_t integer_or(std::string_view member, std::int64_t fallback) const;
  bool has_duplicate_names() const;  // Requires: object

  // The value as compact JSON text, exact numbers.
  std::string to_json() const;

  // The value's place in its document, counted depth first from 0 at the root (names count too),
  // and the place behind its last descendant: for tables that run beside a document.
  std::size_t index() const { return node_; }
  std::size_t end_index() const;

 private:
  friend class Document;
  friend class Child;
  Value(const Document* document, std::uint32_t node) : document_(document), node_(node) {}
  bool find(std::string_view member, Value& found) const;
  const Document* document_;
  std::uint32_t node_;
};

// Here, since walks over documents do nothing else.

inline Type Value::type() const {
  return document_->nodes_[node_].type;
}

inline std::string_view Value::text() const {
  const auto& node = document_->nodes_[node_];
  assert(node.type == Type::string || node.type == Type::number);
  return std::string_view(document_->arena_).substr(node.at, node.size);
}

inline std::size_t Value::size() const {
  const auto& node = document_->nodes_[node_];
  return node.type == Type::array || node.type == Type::object ? node.count : 0;
}

inline std::string_view Value::source() const {
  const auto& node = document_->nodes_[node_];
  assert(node.type == Type::array || node.type == Type::object);
  return std::string_view(document_->arena_).substr(node.at, node.size);
}

inline std::size_t Value::end_index() const {
  return document_->nodes_[node_].next;
}

inline std::string_view Value::Child::name() const {
  assert(is_member_ && left_ > 0);
  return Value(document_, node_).text();
}

inline Value Value::Child::value() const {
  assert(left_ > 0);
  return Value(document_, is_member_ ? node_ + 1 : node_);
}

inline Value::Child Value::Child::next() const {
  Child next = *this;
  --next.left_;
  next.node_ = document_->nodes_[is_member_ ? node_ + 1 : node_].next;
  return next;
}

inline Value::Child Value::first() const {
  Child child;
  child.document_ = document_;
  child.node_ = node_ + 1;
  child.left_ = static_cast<std::uint32_t>(size());
  child.is_member_ = type() == Type::object;
  return child;
}

inline Value Document::at(std::size_t index) const {
  assert(index < count_);
  return Value(this, static_cast<std::uint32_t>(index));
}

}  // namespace understudy::json
