#include "diff/translate.h"

#include "diff/event_stream.h"
#include "diff/form_fields.h"
#include "diff/json_lines.h"

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

}  // namespace

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
  }
  return {};
}

}  // namespace understudy::diff
