#include "diff/form_fields.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "understudy/base/ascii.h"
#include "understudy/json/utf8.h"
#include "understudy/json/writer.h"

namespace understudy::diff {

namespace {

int from_hex(char c) {
  return ascii::is_digit(c) ? c - '0' : ascii::lower(c) - 'a' + 10;
}

std::string decoded(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() && ascii::is_hex(text[i + 1]) &&
                           ascii::is_hex(text[i + 2]);
    if (is_escape) {
      plain += static_cast<char>(from_hex(text[i + 1]) * 16 + from_hex(text[i + 2]));
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return json::is_utf8(plain) ? plain : std::string(text);
}

// A name, and all that is said under it.
struct Field {
  std::string name;
  std::vector<std::string> values;
};

std::vector<Field> fields_of(std::string_view body) {
  std::vector<Field> fields;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t at = 0; at < body.size();) {
    const auto pair = body.substr(at, body.find('&', at) - at);
    at += pair.size() + 1;
    if (pair.empty()) continue;
    const auto coded = pair.substr(0, pair.find('='));
    auto name = decoded(coded);
    const auto found = known.emplace(name, fields.size());
    if (found.second) fields.push_back({std::move(name), {}});
    fields[found.first->second].values.push_back(
        decoded(pair.substr(std::min(coded.size() + 1, pair.size()))));
  }
  return fields;
}

}  // namespace

std::string read_form(std::string_view body) {
  json::Writer out;
  out.begin_object();
  for (const auto& field : fields_of(body)) {
    out.key(field.name);
    if (field.values.size() > 1) out.begin_array();
    for (const auto& value : field.values) out.string(value);
    if (field.values.size() > 1) out.end_array();
  }
  out.end_object();
  return out.take();
}

}  // namespace understudy::diff
