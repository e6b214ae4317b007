#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "understudy/base/result.h"

namespace understudy::http {

// One coding undone, each in the one file that knows its library. Errors as decode() has them.
Result<std::string> decode_gzip(std::string_view body, std::size_t max_bytes);
Result<std::string> decode_deflate(std::string_view body, std::size_t max_bytes);
Result<std::string> decode_brotli(std::string_view body, std::size_t max_bytes);
Result<std::string> decode_zstd(std::string_view body, std::size_t max_bytes);

inline Error damaged(std::string_view coding) {
  return {Code::bad_answer, Leg::self, "the " + std::string(coding) + " body is damaged or cut"};
}

// Appends what a decoder wrote, unless the whole would be larger than allowed.
inline Result<void> append_decoded(std::string& out, std::string_view piece,
                                   std::size_t max_bytes) {
  if (piece.size() > max_bytes - out.size()) {
    return Error{Code::over_limit, Leg::self, "the decoded body is larger than allowed"};
  }
  out.append(piece);
  return {};
}

}  // namespace understudy::http
