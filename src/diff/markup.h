#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::diff {

// An XML or HTML document as the flat list of its elements, attributes and texts, in order.
//
// In HTML, white space at the ends of a text does not count, and is one blank within it; in XML,
// and in <pre>, <textarea>, <script> and <style>, text is kept as it is. White space alone is text
// only where an element of these has nothing else.
class Markup {
 public:
  struct Node {
    std::uint64_t path;  // hash of the names from the root to here
    std::uint32_t end;   // index of the node behind this subtree
    std::uint32_t name_at;
    std::uint32_t name_size;
    std::uint32_t text_at;
    std::uint32_t text_size;
  };

  explicit Markup(bool is_html);

  // As a parser meets them; `open` is false when there are too many around it.
  bool open(std::string_view name);
  void attribute(std::string_view name, std::string_view value);  // of what was opened last
  void text(std::string_view part);  // parts with no tag between them are one text
  void close();
  void finish();

  // The first stands for the document; its name is empty. Names of elements are as they are; those
  // of attributes are "@class", that of every text is "#text".
  const std::vector<Node>& nodes() const { return nodes_; }
  std::string_view name(const Node& node) const {
    return std::string_view(arena_).substr(node.name_at, node.name_size);
  }
  std::string_view text(const Node& node) const {
    return std::string_view(arena_).substr(node.text_at, node.text_size);
  }

 private:
  struct Open {
    std::uint32_t node;
    bool keeps_space;
    bool has_content;
  };
  void add(std::string_view name, std::string_view text);
  void end_text(bool is_closing);
  std::string without_space() const;

  const bool is_html_;
  std::vector<Node> nodes_;
  std::vector<Open> open_;
  std::string arena_;
  std::string pending_;  // the text that may go on
};

// Two documents as JSON. An element is an object: "@class" is an attribute, "#text" a text, "div" a
// child; one with nothing but text is a string. What either document repeats below one parent, or
// has more than text, is an array or object everywhere at that path, so that both have one form.
//
// Where children of several names stand in another order is told only when `with_order`: the names
// of children are "#order" then.
struct MarkupTexts {
  std::string primary;
  std::string shadow;
};
MarkupTexts tell_markup(const Markup& primary, const Markup& shadow, bool with_order);

}  // namespace understudy::diff
