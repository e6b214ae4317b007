#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "understudy/base/result.h"

namespace understudy::http {

// Undoes a Content-Encoding value ("gzip", "br", "gzip, br", "identity", ""): gzip, x-gzip, deflate
// (zlib or raw), br, zstd; several are undone last first.
//
// Errors: unsupported for an unknown coding, over_limit when the output would exceed `max_bytes`
// (against bombs: checked while decoding, never after), bad_answer for a damaged or cut body.
Result<std::string> decode(std::string_view content_encoding, std::string_view body,
                           std::size_t max_bytes);

}  // namespace understudy::http
