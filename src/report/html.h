#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace understudy::report {

// HTML as it is written, element by element, SVG in it as well. Elements are well nested by
// construction, and text and values of attributes pass one door, in html.cc: what comes out of a
// log was written by strangers.
class Html {
 public:
  struct Attribute {
    std::string_view name;  // ours
    std::string value;      // anybody's
  };
  using Attributes = std::vector<Attribute>;

  // An element of this tag; what follows is in it until end().
  Html& begin(std::string_view tag, const Attributes& attributes = {});
  Html& end();
  Html& text(std::string_view text);

  // One with nothing but text in it.
  Html& element(std::string_view tag, std::string_view text, const Attributes& attributes = {});
  // One without a content: <meta>, <rect>.
  Html& empty(std::string_view tag, const Attributes& attributes = {});

  // Our own style sheet or script, as it is.
  Html& own(std::string_view tag, std::string_view content);

  // The document that was written.
  std::string take() &&;

 private:
  void open(std::string_view tag, const Attributes& attributes);

  std::string out_ = "<!DOCTYPE html>\n";
  std::vector<std::string_view> open_;
};

}  // namespace understudy::report
