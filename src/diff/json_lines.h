#pragma once

#include <string>
#include <string_view>

namespace understudy::diff {

// Many JSON texts as one: an array of them. Requires nothing of the bodies; `fault` says why one of
// them is no such list.
//
// JSON lines (NDJSON): one text a line, empty lines count for nothing. A JSON text sequence (RFC
// 7464): each text begins with a record separator.
struct JsonItems {
  std::string text;        // the array, as JSON
  std::string_view fault;  // "invalid_json_lines", "invalid_utf8", "too_deep", or empty
};
JsonItems read_json_lines(std::string_view body);
JsonItems read_json_sequence(std::string_view body);

}  // namespace understudy::diff
