#include "diff/media.h"

#include <algorithm>

#include "understudy/base/ascii.h"
#include "understudy/json/utf8.h"

namespace understudy::diff {

namespace {

constexpr std::string_view text_types[] = {
    "application/ecmascript", "application/graphql", "application/javascript",
    "application/sql",        "application/toml",    "application/x-javascript",
    "application/x-sh",       "application/x-yaml",  "application/yaml",
};

// A media type, and what bodies of it hold.
struct KnownShape {
  std::string_view type;
  Shape shape;
};

constexpr KnownShape shapes[] = {
    {"application/json-lines", Shape::json_lines},
    {"application/json-seq", Shape::json_sequence},
    {"application/jsonl", Shape::json_lines},
    {"application/jsonlines", Shape::json_lines},
    {"application/ndjson", Shape::json_lines},
    {"application/x-jsonl", Shape::json_lines},
    {"application/x-jsonlines", Shape::json_lines},
    {"application/x-ndjson", Shape::json_lines},
    {"application/x-www-form-urlencoded", Shape::form},
    {"application/xhtml+xml", Shape::html},
    {"application/xml", Shape::xml},
    {"text/event-stream", Shape::events},
    {"text/html", Shape::html},
    {"text/xml", Shape::xml},
};

// The bytes that a file of a kind has at an offset.
struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view name;
};

// clang-tidy does not see that an operator is used.
// NOLINTNEXTLINE(misc-unused-using-decls)
using std::string_view_literals::operator""sv;
constexpr Magic magics[] = {
    {0, "\x89PNG\r\n\x1A\n"sv, "png image"},
    {0, "\xFF\xD8\xFF"sv, "jpeg image"},
    {0, "GIF8"sv, "gif image"},
    {8, "WEBP"sv, "webp image"},
    {4, "ftypavif"sv, "avif image"},
    {0, "\0\0\1\0"sv, "icon"},
    {4, "ftyp"sv, "mp4 media"},
    {0, "OggS"sv, "ogg media"},
    {0, "%PDF-"sv, "pdf"},
    {0, "PK\x03\x04"sv, "zip archive"},
    {0, "\x1F\x8B"sv, "gzip archive"},
    {0, "\x28\xB5\x2F\xFD"sv, "zstd archive"},
    {0, "\xFD\x37zXZ\0"sv, "xz archive"},
    {0, "7z\xBC\xAF\x27\x1C"sv, "7z archive"},
    {0, "wOFF"sv, "woff font"},
    {0, "wOF2"sv, "woff2 font"},
    {0, "OTTO"sv, "opentype font"},
    {0, "\0\1\0\0"sv, "truetype font"},
    {0, "\0asm"sv, "wasm module"},
};

std::string_view after_space(std::string_view body) {
  return body.substr(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
}

}  // namespace

std::string media_type(const http::Fields& fields) {
  const auto value = fields.find("content-type");
  return ascii::to_lower(ascii::trim(value.substr(0, value.find(';'))));
}

bool is_json_type(std::string_view media_type) {
  return media_type == "application/json" || media_type == "text/json" ||
         media_type.ends_with("+json");
}

Shape shape_of(std::string_view media_type) {
  const auto* const known =
      std::find_if(std::begin(shapes), std::end(shapes),
                   [&](const KnownShape& known) { return known.type == media_type; });
  if (known != std::end(shapes)) return known->shape;
  if (media_type.ends_with("+xml")) return Shape::xml;
  return media_type.ends_with("+json-seq") ? Shape::json_sequence : Shape::none;
}

bool is_text_type(std::string_view media_type) {
  if (media_type.starts_with("text/") || shape_of(media_type) != Shape::none) return true;
  return media_type.ends_with("+yaml") || std::find(std::begin(text_types), std::end(text_types),
                                                    media_type) != std::end(text_types);
}

bool looks_like_json(std::string_view body) {
  const auto start = after_space(body);
  return !start.empty() && (start.front() == '{' || start.front() == '[');
}

std::string_view body_name(std::string_view media_type, std::string_view body) {
  const auto magic = magic_name(body);
  if (!magic.empty()) return magic;
  if (media_type.find("html") != media_type.npos) return "html";
  const auto start = after_space(body);
  if (start.starts_with("<?xml") || media_type.ends_with("xml")) return "xml";
  if (start.starts_with("<")) return "html";
  return is_plain_text(body) ? "text" : "bytes";
}

std::string_view magic_name(std::string_view body) {
  const auto* const known =
      std::find_if(std::begin(magics), std::end(magics), [&](const Magic& magic) {
        return body.size() > magic.at && body.substr(magic.at).starts_with(magic.bytes);
      });
  return known == std::end(magics) ? std::string_view() : known->name;
}

bool is_plain_text(std::string_view body) {
  return body.find('\0') == body.npos && json::is_utf8(body);
}

}  // namespace understudy::diff
