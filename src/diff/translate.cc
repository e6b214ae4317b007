#include "diff/translate.h"

#include "diff/event_stream.h"
#include "diff/form_fields.h"
#include "diff/json_lines.h"
#include "diff/markup.h"
#include "diff/markup_parser.h"

namespace understudy::diff {

namespace {

// Each body by itself, the shadow's only if the primary's is what it claims to be.
template <typename Read>
Translation translate_each(Read&& read, std::string_view primary, std::string_view shadow) {
  Translation translation;
  auto left = read(primary);
  translation.fault = left.fault;
  if (!translation.fault.empty()) return translation;
  auto right = read(shadow);
  translation.fault = right.fault;
  translation.primary = std::move(left.text);
  translation.shadow = std::move(right.text);
  return translation;
}

Translation translate_markup(Shape shape, std::string_view primary, std::string_view shadow,
                             bool with_order) {
  const bool is_html = shape == Shape::html;
  const auto read = is_html ? read_html : read_xml;
  Markup left(is_html);
  Markup right(is_html);
  Translation translation;
  translation.fault = read(primary, left);
  if (translation.fault.empty()) translation.fault = read(shadow, right);
  if (!translation.fault.empty()) return translation;
  auto told = tell_markup(left, right, with_order);
  translation.primary = std::move(told.primary);
  translation.shadow = std::move(told.shadow);
  return translation;
}

}  // namespace

Translation translate_order(Shape shape, std::string_view primary, std::string_view shadow) {
  const bool has_names = shape == Shape::xml || shape == Shape::html;
  if (!has_names) return translate(shape, primary, shadow);
  return translate_markup(shape, primary, shadow, true);
}

Translation translate(Shape shape, std::string_view primary, std::string_view shadow) {
  switch (shape) {
    case Shape::none:
      break;
    case Shape::json_lines:
      return translate_each(read_json_lines, primary, shadow);
    case Shape::json_sequence:
      return translate_each(read_json_sequence, primary, shadow);
    case Shape::events:
      return translate_each(read_events, primary, shadow);
    case Shape::form:
      return {read_form(primary), read_form(shadow), {}};
    case Shape::xml:
    case Shape::html:
      return translate_markup(shape, primary, shadow, false);
  }
  return {};
}

}  // namespace understudy::diff
