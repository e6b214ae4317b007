#include "understudy/json/utf8.h"

#include <simdjson.h>

namespace understudy::json {

namespace {

constexpr unsigned char byte(char c) {
  return static_cast<unsigned char>(c);
}
constexpr bool is_continuation(char c) {
  return (byte(c) & 0xC0) == 0x80;
}

// Bytes that a sequence with this first byte has; 0 for a byte that can begin none.
std::size_t expected_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

// The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
bool second_fits(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second <= 0x9F;
  if (first == 0xF0) return second >= 0x90;
  return first != 0xF4 || second <= 0x8F;
}

}  // namespace

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;
  const auto length = expected_length(byte(text[0]));
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  return length == 1 || second_fits(byte(text[0]), byte(text[1])) ? length : 0;
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  // A sequence has at most three continuation bytes; more of them are not UTF-8 and may be cut.
  for (int i = 0; i < 3 && end > 0 && is_continuation(text[end]); ++i) --end;
  return text.substr(0, is_continuation(text[end]) ? max_bytes : end);
}

}  // namespace understudy::json
