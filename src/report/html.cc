#include "report/html.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "report/text.h"

namespace understudy::report {

namespace {

// The door: after it a text has no power over a document (HTML, section 13.1.2.3 and 13.1.4), nor
// over the direction in which it is read.
void put_escaped(std::string& out, std::string_view text) {
  for (const char c : harmless(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

// Elements after which a line may end without a trace on the page.
constexpr std::array<std::string_view, 18> blocks{
    "head",    "title",   "style", "script", "body", "header",  "nav",   "main", "footer",
    "section", "article", "table", "tr",     "p",    "details", "thead", "ul",   "li"};

bool is_block(std::string_view tag) {
  return std::find(blocks.begin(), blocks.end(), tag) != blocks.end();
}

}  // namespace

void Html::open(std::string_view tag, const Attributes& attributes) {
  out_.append("<").append(tag);
  for (const auto& [name, value] : attributes) {
    out_.append(" ").append(name).append("=\"");
    put_escaped(out_, value);
    out_ += '"';
  }
}

Html& Html::begin(std::string_view tag, const Attributes& attributes) {
  open(tag, attributes);
  out_ += '>';
  open_.push_back(tag);
  return *this;
}

Html& Html::end() {
  assert(!open_.empty());
  out_.append("</").append(open_.back()).append(is_block(open_.back()) ? ">\n" : ">");
  open_.pop_back();
  return *this;
}

Html& Html::text(std::string_view text) {
  put_escaped(out_, text);
  return *this;
}

Html& Html::element(std::string_view tag, std::string_view text, const Attributes& attributes) {
  return begin(tag, attributes).text(text).end();
}

Html& Html::empty(std::string_view tag, const Attributes& attributes) {
  open(tag, attributes);
  out_ += "/>";
  return *this;
}

Html& Html::own(std::string_view tag, std::string_view content) {
  begin(tag);
  out_ += content;
  return end();
}

std::string Html::take() && {
  assert(open_.empty());
  return std::move(out_);
}

}  // namespace understudy::report
