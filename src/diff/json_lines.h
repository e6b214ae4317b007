#pragma once

#include <string_view>

#include "diff/told.h"

namespace understudy::diff {

// Many JSON texts as one: an array of them. Faults: "invalid_json_lines", "invalid_utf8" and
// "too_deep", of one of them.
//
// JSON lines (NDJSON): one text a line, empty lines count for nothing. A JSON text sequence (RFC
// 7464): each text begins with a record separator.
Told read_json_lines(std::string_view body);
Told read_json_sequence(std::string_view body);

}  // namespace understudy::diff
