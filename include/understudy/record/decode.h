#pragma once

#include <optional>
#include <string_view>

#include "understudy/diff/finding.h"
#include "understudy/json/document.h"
#include "understudy/record/record.h"

// Reads what encode() wrote. Lenient: members that are absent or of another type leave the default,
// unknown ones are passed over, so logs of older and slightly newer programs can be read. Whether
// the schema_version fits is the caller's question.
namespace understudy::record {

Exchange decode_exchange(json::Value value);
Window decode_window(json::Value value);

// Reads a window's line into `window`, whose memory is used again. False when it is not a JSON
// object. What stands as encode() wrote it is read straight from the text, which is many times
// quicker; anything else through `scratch`.
bool read_window(std::string_view line, Window& window, json::Document& scratch);

std::optional<Outcome> outcome_of(std::string_view name);
std::optional<diff::Kind> kind_of(std::string_view name);
// What is unknown is no class.
diff::ValueClass class_of(std::string_view name);
std::optional<diff::Severity> severity_of(std::string_view name);

}  // namespace understudy::record
