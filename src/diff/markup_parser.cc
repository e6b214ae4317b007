#include "diff/markup_parser.h"

#include <algorithm>
#include <climits>
#include <memory>

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"

namespace understudy::diff {

namespace {

// What the library's callbacks find behind their pointer. It gives them no nodes of its own.
struct Reader {
  Markup& markup;
  std::string_view fault;
  xmlParserCtxt* context;
};

Reader& reader(void* data) {
  return *static_cast<Reader*>(data);
}

void stop(void* data, std::string_view fault) {
  reader(data).fault = fault;
  xmlStopParser(reader(data).context);
}

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

void on_start(void* data, const xmlChar* name, const xmlChar** attributes) {
  auto& to = reader(data);
  if (!to.fault.empty()) return;
  if (!to.markup.open(view(name))) return stop(data, "too_deep");
  if (attributes == nullptr) return;
  for (; attributes[0] != nullptr; attributes += 2) {
    to.markup.attribute(view(attributes[0]), view(attributes[1]));
  }
}

void on_end(void* data, const xmlChar* /*name*/) {
  if (reader(data).fault.empty()) reader(data).markup.close();
}

void on_text(void* data, const xmlChar* text, int size) {
  if (!reader(data).fault.empty()) return;
  reader(data).markup.text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
}

void on_entity(void* data, const xmlChar*, int, const xmlChar*, const xmlChar*, xmlChar*) {
  stop(data, "invalid_xml");
}

void on_reference(void* data, const xmlChar*) {
  stop(data, "invalid_xml");
}

void on_error(void*, xmlErrorPtr) {}

// Without start tags of SAX2 the library leaves names as they are written, prefix and all, and does
// not look for namespaces.
xmlSAXHandler handler() {
  xmlSAXHandler made{};
  made.initialized = XML_SAX2_MAGIC;
  made.startElement = on_start;
  made.endElement = on_end;
  made.characters = on_text;
  made.cdataBlock = on_text;
  made.ignorableWhitespace = on_text;
  made.entityDecl = on_entity;
  made.reference = on_reference;
  made.serror = on_error;
  return made;
}

struct FreeContext {
  void operator()(xmlParserCtxt* context) const {
    xmlFreeDoc(context->myDoc);  // made for declarations of entities
    xmlFreeParserCtxt(context);
  }
};
using Context = std::unique_ptr<xmlParserCtxt, FreeContext>;

void prepare_library() {
  static const bool is_ready = [] {
    xmlInitParser();
    return true;
  }();
  (void)is_ready;
}

// The library compares the attributes of one tag with each other, so their number must be bounded
// beforehand. In XML a tag lies between two "<", and each attribute has a "=".
bool has_long_tag_of_xml(std::string_view text) {
  while (!text.empty()) {
    const auto stretch = text.substr(0, text.find('<', 1));
    const auto marks = std::count(stretch.begin(), stretch.end(), '=');
    if (static_cast<std::size_t>(marks) > limits::max_tag_attributes) return true;
    text.remove_prefix(stretch.size());
  }
  return false;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Reads start tags of HTML as libxml2 does, from every "<" that may begin one: whether it stands in
// a comment, a script or a value need not be known.
class TagScan {
 public:
  explicit TagScan(std::string_view text)
      : text_(text), steps_left_(text.size() * limits::markup_scans) {}

  bool finds_long_tag() {
    for (auto at = text_.find('<'); at != text_.npos; at = text_.find('<', at + 1)) {
      const char first = at + 1 < text_.size() ? text_[at + 1] : ' ';
      const bool may_begin = ascii::is_alpha(first) || first == '_' || first == ':' || first == '.';
      if (may_begin && is_long_tag(at + 1)) return true;
    }
    return false;
  }

 private:
  // Also true when all of it has been read too often.
  bool is_long_tag(std::size_t at) {
    at_ = at;
    std::size_t attributes = 0;
    for (skip_name(); !is_end();) {
      const auto begin = at_;
      skip_name();
      const bool is_name = at_ > begin;
      is_name ? skip_value() : skip_bogus();
      attributes += is_name;
      const auto steps = at_ - begin + 1;
      if (attributes > limits::max_tag_attributes || steps > steps_left_) return true;
      steps_left_ -= steps;
    }
    return false;
  }

  bool is_end() {
    skip([](char c) { return is_space(c); });
    return at_ >= text_.size() || text_[at_] == '>' || text_.substr(at_, 2) == "/>";
  }
  void skip_name() {
    skip([](char c) {
      return ascii::is_alpha(c) || ascii::is_digit(c) || c == ':' || c == '-' || c == '_' ||
             c == '.';
    });
  }
  void skip_value() {
    const auto behind_name = at_;
    skip([](char c) { return is_space(c); });
    if (text_.substr(at_, 1) != "=") {
      at_ = behind_name;
      return;
    }
    ++at_;
    skip([](char c) { return is_space(c); });
    const auto quote = text_.substr(at_, 1);
    if (quote == "\"" || quote == "'") {
      at_ = std::min(text_.find(quote, at_ + 1), text_.size() - 1) + 1;
    } else {
      skip([](char c) { return !is_space(c) && c != '>'; });
    }
  }
  void skip_bogus() {
    ++at_;
    skip([](char c) { return !is_space(c) && c != '>'; });
  }
  template <typename Is>
  void skip(Is is) {
    while (at_ < text_.size() && is(text_[at_])) ++at_;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t steps_left_;
};

}  // namespace

std::string_view read_xml(std::string_view text, Markup& markup) {
  if (text.size() > INT_MAX || has_long_tag_of_xml(text)) return "too_large";
  prepare_library();
  const Context context(xmlNewParserCtxt());
  if (context == nullptr) return "too_large";
  Reader to{markup, {}, context.get()};
  *context->sax = handler();
  context->userData = &to;
  constexpr int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                          XML_PARSE_SAX1 | XML_PARSE_IGNORE_ENC;
  xmlFreeDoc(xmlCtxtReadMemory(context.get(), text.data(), static_cast<int>(text.size()), nullptr,
                               "UTF-8", options));
  if (!to.fault.empty()) return to.fault;
  if (context->wellFormed == 0) return "invalid_xml";
  markup.finish();
  return {};
}

std::string_view read_html(std::string_view text, Markup& markup) {
  if (text.size() > INT_MAX || TagScan(text).finds_long_tag()) return "too_large";
  prepare_library();
  const Context context(htmlNewParserCtxt());
  if (context == nullptr) return "too_large";
  Reader to{markup, {}, context.get()};
  *context->sax = handler();
  context->userData = &to;
  constexpr int options = HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR |
                          HTML_PARSE_NOWARNING | HTML_PARSE_NODEFDTD | HTML_PARSE_IGNORE_ENC;
  xmlFreeDoc(htmlCtxtReadMemory(context.get(), text.data(), static_cast<int>(text.size()), nullptr,
                                "UTF-8", options));
  if (!to.fault.empty()) return to.fault;
  markup.finish();
  return markup.nodes().size() > 1 ? std::string_view() : "invalid_html";
}

}  // namespace understudy::diff
