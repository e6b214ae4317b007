#pragma once

#include <string>

#include <doctest/doctest.h>

#include "transcript.h"

namespace understudy::http {

// Up to here every single way of cutting an input in two is tried.
constexpr std::size_t longest_split_everywhere = 4096;

// The transcript of an input fed whole, after making sure that byte by byte and cut in two at every
// place tell the same.
inline std::string told(const Case& input) {
  const std::size_t size = input.bytes.size();
  const std::string whole = told_in_pieces(input, size, size);
  CHECK_MESSAGE(told_in_pieces(input, 1, 1) == whole, "byte by byte: ", input.bytes);
  if (size > longest_split_everywhere) return whole;
  for (std::size_t at = 1; at < size; ++at) {
    const bool is_same = told_in_pieces(input, at, size) == whole;
    if (!is_same) FAIL_CHECK("cut at ", at, ": ", input.bytes);
  }
  return whole;
}

inline std::string told_request(std::string_view bytes) {
  return told({Parser::Kind::request, bytes, "", {}});
}

inline std::string told_answer(std::string_view bytes, std::string_view method = "GET") {
  return told({Parser::Kind::response, bytes, method, {}});
}

// The last line of a transcript.
inline std::string verdict(const std::string& text) {
  const auto end = text.size() - 1;
  return text.substr(text.rfind('\n', end - 1) + 1, end - text.rfind('\n', end - 1) - 1);
}

}  // namespace understudy::http
