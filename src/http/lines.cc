#include "lines.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"

namespace understudy::http {
namespace {

enum : std::uint8_t { token_char = 1, text_char = 2 };

// What each byte may be part of. Text is HTAB, SP, the visible characters and everything above
// ASCII (RFC 9110, 5.5).
constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = ' '; c < classes.size(); ++c) classes[c] = text_char;
  classes['\t'] = text_char;
  classes[0x7f] = 0;
  for (unsigned c = '!'; c < 0x7f; ++c) {
    const char as_char = static_cast<char>(c);
    const bool is_mark =
        std::string_view("!#$%&'*+-.^_`|~").find(as_char) != std::string_view::npos;
    if (is_mark || ascii::is_digit(as_char) || ascii::is_alpha(as_char)) classes[c] |= token_char;
  }
  return classes;
}

constexpr auto classes = make_classes();

// Whether every byte is of a class. Almost every line passes, so no byte is worth a branch.
bool are_all(std::string_view text, std::uint8_t wanted) {
  std::uint8_t common = wanted;
  for (const char c : text) common &= classes[static_cast<unsigned char>(c)];
  return common == wanted;
}

// False only if none of eight bytes is a control character; HTAB is one, too. Borrows make the
// bytes above a control character suspicious as well, never those below.
bool may_hold_control(const char* eight) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, eight, sizeof bytes);
  constexpr std::uint64_t ones = 0x0101010101010101;
  const std::uint64_t below_space = (bytes - ones * ' ') & ~bytes;
  const std::uint64_t from_del = bytes ^ (ones * 0x7f);
  const std::uint64_t is_del = (from_del - ones) & ~from_del;
  return ((below_space | is_del) & (ones * 0x80)) != 0;
}

// The same as are_all() of text, for what is long.
bool is_text(std::string_view text) {
  constexpr std::size_t step = sizeof(std::uint64_t);
  while (text.size() >= step) {
    if (may_hold_control(text.data()) && !are_all(text.substr(0, step), text_char)) return false;
    text.remove_prefix(step);
  }
  return are_all(text, text_char);
}

Error bad(std::string detail) {
  return Error{Code::bad_request, Leg::client, std::move(detail)};
}

Error bad_name(std::string_view line) {
  if (!line.empty() && ascii::is_blank(line.front())) {
    return bad("a field is folded over several lines");
  }
  if (line.find(':') == line.npos) return bad("a field line has no colon");
  return bad("a field has no name, or one that is not a token");
}

// The line without its CR LF; false in `ok` when it does not end so.
struct Stripped {
  std::string_view text;
  bool ok = false;
};

Stripped strip_end(std::string_view line) {
  if (!line.ends_with("\r\n")) return {};
  line.remove_suffix(2);
  return {line, true};
}

constexpr std::size_t version_size = std::string_view("HTTP/1.1").size();

// RFC 9112, 2.3: one digit, a point, one digit.
bool is_version(std::string_view text) {
  return text.size() == version_size && text.starts_with("HTTP/") && ascii::is_digit(text[5]) &&
         text[6] == '.' && ascii::is_digit(text[7]);
}

Error bad_version(std::string_view version) {
  if (!is_version(version)) return bad("the start line has no HTTP version");
  return Error{Code::unknown_version, Leg::client, "the HTTP version is neither 1.0 nor 1.1"};
}

bool read_version(std::string_view text, Version& version) {
  if (text == "HTTP/1.1") {
    version = Version::http_1_1;
    return true;
  }
  version = Version::http_1_0;
  return text == "HTTP/1.0";
}

constexpr std::size_t status_digits = 3;

constexpr std::array<std::string_view, 34> known_methods = {
    "GET",       "POST",       "PUT",         "HEAD",  "DELETE",   "OPTIONS", "PATCH",
    "CONNECT",   "TRACE",      "COPY",        "LOCK",  "MKCOL",    "MOVE",    "PROPFIND",
    "PROPPATCH", "SEARCH",     "UNLOCK",      "BIND",  "REBIND",   "UNBIND",  "ACL",
    "REPORT",    "MKACTIVITY", "CHECKOUT",    "MERGE", "M-SEARCH", "NOTIFY",  "SUBSCRIBE",
    "PURGE",     "MKCALENDAR", "UNSUBSCRIBE", "LINK",  "UNLINK",   "SOURCE"};

}  // namespace

bool is_token_char(char c) {
  return (classes[static_cast<unsigned char>(c)] & token_char) != 0;
}

bool is_token(std::string_view text) {
  return !text.empty() && are_all(text, token_char);
}

bool is_known_method(std::string_view method) {
  return std::find(known_methods.begin(), known_methods.end(), method) != known_methods.end();
}

Result<RequestLine> read_request_line(std::string_view line) {
  const Stripped stripped = strip_end(line);
  if (!stripped.ok) return bad("the request line does not end with CR LF");
  const std::string_view text = stripped.text;

  const auto first = text.find(' ');
  RequestLine out;
  out.method = text.substr(0, first);
  if (!is_token(out.method)) return bad("the method is not a token");
  if (first == text.npos) return bad("the request line has no target");
  const auto last = text.rfind(' ');
  if (last == first) return bad("the start line has no HTTP version");
  out.target = text.substr(first + 1, last - first - 1);
  const bool has_only_visible =
      std::all_of(out.target.begin(), out.target.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (out.target.empty() || !has_only_visible) {
    return bad("the target is not one run of visible ASCII between single spaces");
  }
  if (!read_version(text.substr(last + 1), out.version)) return bad_version(text.substr(last + 1));
  return out;
}

Result<StatusLine> read_status_line(std::string_view line) {
  const Stripped stripped = strip_end(line);
  if (!stripped.ok) return bad("the status line does not end with CR LF");
  std::string_view text = stripped.text;

  StatusLine out;
  if (!read_version(text.substr(0, version_size), out.version)) return bad_version(text);
  text.remove_prefix(version_size);
  if (!text.starts_with(' ')) return bad("the status line has no status");
  text.remove_prefix(1);
  const std::string_view digits = text.substr(0, status_digits);
  const auto status = ascii::to_number(digits);
  text.remove_prefix(digits.size());
  const bool is_separated = text.empty() || text.starts_with(' ');
  if (digits.size() != status_digits || !status || *status < limits::min_status || !is_separated) {
    return bad("the status is not a number from 100 to 999");
  }
  out.status = static_cast<int>(*status);
  out.reason = text.empty() ? text : text.substr(1);
  if (!is_text(out.reason)) return bad("the reason phrase holds control characters");
  return out;
}

Result<Field> read_field_line(std::string_view line) {
  const Stripped stripped = strip_end(line);
  if (!stripped.ok) return bad("a field line does not end with CR LF");
  const std::string_view text = stripped.text;

  std::size_t colon = 0;
  while (colon < text.size() && is_token_char(text[colon])) ++colon;
  if (colon == 0 || colon == text.size() || text[colon] != ':') return bad_name(text);
  const std::string_view name = text.substr(0, colon);
  const std::string_view value = text.substr(colon + 1);
  if (!is_text(value)) return bad("a field value holds control characters");
  return Field{name, ascii::trim(value)};
}

Result<ChunkLine> read_chunk_line(std::string_view line) {
  const Stripped stripped = strip_end(line);
  if (!stripped.ok) return bad("a chunk line does not end with CR LF");
  const std::string_view text = stripped.text;

  std::size_t at = 0;
  ChunkLine out;
  while (at < text.size() && ascii::is_hex(text[at])) {
    if (at == limits::max_chunk_size_digits) return bad("a chunk size has too many digits");
    const char c = ascii::lower(text[at++]);
    const int digit = ascii::is_digit(c) ? c - '0' : c - 'a' + 10;
    out.size = out.size * 16 + static_cast<std::uint64_t>(digit);
  }
  out.digits = text.substr(0, at);
  if (at == 0) return bad("a chunk has no size");
  if (out.size > limits::max_body_length) return bad("a chunk is impossibly large");
  const std::string_view extension = text.substr(at);
  if (!extension.empty() && !extension.starts_with(';')) {
    return bad("a chunk size is followed by something that is no extension");
  }
  if (!is_text(extension)) return bad("a chunk extension holds control characters");
  return out;
}

}  // namespace understudy::http
