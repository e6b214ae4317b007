#pragma once

#include <string>
#include <string_view>

#include "understudy/http/head.h"

namespace understudy::diff {

// The media type of a message in lower case, without parameters; empty when it has none.
std::string media_type(const http::Fields& fields);

bool is_json_type(std::string_view media_type);  // application/json, text/json, +json

// What a body that is no JSON holds, where it can be told as JSON and compared as such.
enum class Shape { none, json_lines, json_sequence, events, form, xml, html };
Shape shape_of(std::string_view media_type);

// Made of lines: text/*, and what is text under another name (scripts, XML, forms, YAML ...).
bool is_text_type(std::string_view media_type);

// True if the first byte that is not white space could begin a JSON container.
bool looks_like_json(std::string_view body);

// What people would call a body that is not JSON: "html", "xml", "text", "png image", "bytes".
std::string_view body_name(std::string_view media_type, std::string_view body);

// What the first bytes of a file say that it is: "png image", "zip archive"; empty if nothing
// known.
std::string_view magic_name(std::string_view body);

// UTF-8 without NUL.
bool is_plain_text(std::string_view body);

}  // namespace understudy::diff
