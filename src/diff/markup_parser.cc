#include "diff/markup_parser.h"

#include <algorithm>
#include <climits>
#include <memory>

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/json/utf8.h"

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

// Attributes of one tag are compared with each other: their number must be bounded beforehand. In
// XML a tag lies between two "<", and each attribute has a "=".
bool has_long_tag(std::string_view xml) {
  while (!xml.empty()) {
    const auto stretch = xml.substr(0, xml.find('<', 1));
    if (std::count(stretch.begin(), stretch.end(), '=') > limits::max_tag_marks) return true;
    xml.remove_prefix(stretch.size());
  }
  return false;
}

// The same question about a start tag that is only half there. What stands between its attributes
// is white space, or the end of a value.
bool has_long_tag(const xmlParserCtxt& context) {
  const auto* const input = context.input;
  if (input == nullptr || input->end - input->cur < 2 || input->cur[0] != '<') return false;
  if (!ascii::is_alpha(static_cast<char>(input->cur[1]))) return false;
  const auto is_mark = [](xmlChar c) { return c <= ' ' || c == '=' || c == '"' || c == '\''; };
  return std::count_if(input->cur, input->end, is_mark) > limits::max_tag_marks;
}

}  // namespace

std::string_view read_xml(std::string_view text, Markup& markup) {
  if (text.size() > INT_MAX || has_long_tag(text)) return "too_large";
  prepare_library();
  Context context(xmlNewParserCtxt());
  if (context == nullptr) return "too_large";
  Reader to{markup, {}, context.get()};
  *context->sax = handler();
  context->userData = &to;
  constexpr int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                          XML_PARSE_SAX1 | XML_PARSE_IGNORE_ENC;
  xmlFreeDoc(xmlCtxtReadMemory(context.get(), text.data(), static_cast<int>(text.size()), nullptr,
                               "UTF-8", options));
  context->myDoc = nullptr;
  if (!to.fault.empty()) return to.fault;
  if (context->wellFormed == 0) return "invalid_xml";
  markup.finish();
  return {};
}

// Piece by piece: so that a tag is seen before all of it is there.
std::string_view read_html(std::string_view text, Markup& markup) {
  if (text.size() > INT_MAX) return "too_large";
  prepare_library();
  Reader to{markup, {}, nullptr};
  auto calls = handler();
  Context context(
      htmlCreatePushParserCtxt(&calls, &to, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8));
  if (context == nullptr) return "too_large";
  to.context = context.get();
  htmlCtxtUseOptions(context.get(), HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR |
                                        HTML_PARSE_NOWARNING | HTML_PARSE_NODEFDTD |
                                        HTML_PARSE_IGNORE_ENC);
  while (!text.empty() && to.fault.empty()) {
    const auto part = json::utf8_prefix(text, limits::markup_step_bytes);
    htmlParseChunk(context.get(), part.data(), static_cast<int>(part.size()), 0);
    if (has_long_tag(*context)) return "too_large";
    text.remove_prefix(part.size());
  }
  if (!to.fault.empty()) return to.fault;
  htmlParseChunk(context.get(), nullptr, 0, 1);
  if (!to.fault.empty()) return to.fault;
  markup.finish();
  return markup.nodes().size() > 1 ? std::string_view() : "invalid_html";
}

}  // namespace understudy::diff
