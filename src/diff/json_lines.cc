#include "diff/json_lines.h"

#include "understudy/json/document.h"
#include "understudy/json/writer.h"

namespace understudy::diff {

namespace {

constexpr std::string_view space = " \t\r\n";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(space) == text.npos;
}

// Each item is parsed by itself: else "1,2" would pass for two.
Told items_between(std::string_view body, char separator) {
  Told items;
  json::Document document;
  json::Writer array;
  array.begin_array();
  for (std::size_t at = 0; at < body.size();) {
    const auto item = body.substr(at, body.find(separator, at) - at);
    at += item.size() + 1;
    if (is_blank(item)) continue;
    if (!document.parse(item).ok()) {
      const auto fault = document.fault();
      items.fault = fault == "invalid_json" ? "invalid_json_lines" : fault;
      return items;
    }
    array.raw(item);
  }
  array.end_array();
  items.text = array.take();
  return items;
}

}  // namespace

Told read_json_lines(std::string_view body) {
  return items_between(body, '\n');
}

Told read_json_sequence(std::string_view body) {
  return items_between(body, '\x1E');
}

}  // namespace understudy::diff
