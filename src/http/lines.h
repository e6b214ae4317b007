#pragma once

#include <cstdint>
#include <string_view>

#include "understudy/base/result.h"
#include "understudy/http/head.h"

namespace understudy::http {

// Our own reading of the lines that frame a message, stricter than any grammar that is in use: each
// line ends with CR LF, holds no other CR or LF and no control character. Lines are given with
// their end. Errors carry what is wrong as `detail`; code bad_request unless said otherwise.

// What one line said; views into the line.
struct RequestLine {
  std::string_view method;
  std::string_view target;
  Version version = Version::http_1_1;
};

struct StatusLine {
  int status = 0;
  std::string_view reason;
  Version version = Version::http_1_1;
};

Result<RequestLine> read_request_line(std::string_view line);
Result<StatusLine> read_status_line(std::string_view line);
// `line` is not the empty line. The value is without surrounding white space.
Result<Field> read_field_line(std::string_view line);

// The size on a chunk's line, and how many digits it took; extensions are checked and forgotten.
struct ChunkLine {
  std::uint64_t size = 0;
  std::string_view digits;
};
Result<ChunkLine> read_chunk_line(std::string_view line);

// RFC 9110, 5.6.2.
bool is_token(std::string_view text);
bool is_token_char(char c);

// The methods that are forwarded: those of llhttp's HTTP table that every version of it has.
bool is_known_method(std::string_view method);

}  // namespace understudy::http
