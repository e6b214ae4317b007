#pragma once

#include <cstddef>
#include <string_view>

namespace understudy::json {

// True if every byte belongs to well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

// The length of the well-formed sequence that `text` begins with, 0 when there is none.
std::size_t utf8_sequence(std::string_view text);

// The longest prefix of at most `max_bytes` that does not cut a UTF-8 sequence in two.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

}  // namespace understudy::json
