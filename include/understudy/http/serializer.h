#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/http/head.h"

namespace understudy::http {

// Heads and chunks, always written afresh. Each appends to `out`.
void write_head(std::string& out, const RequestHead& head);
void write_head(std::string& out, const ResponseHead& head);
// The first line of an answer's head.
void write_status_line(std::string& out, int status, std::string_view reason,
                       Version version = Version::http_1_1);
// The line before a chunk's data; the data is followed by chunk_end.
void write_chunk_line(std::string& out, std::uint64_t size);
constexpr std::string_view chunk_end = "\r\n";
// The last chunk with the trailers and the closing empty line.
void write_last_chunk(std::string& out, const Fields& trailers);

// A short plain-text answer of our own, head and body: 400, 502, 504 ... `detail` is shown to
// people.
std::string own_answer(int status, std::string_view detail, bool keep_alive, bool is_head);

// Our answer to a TRACE or OPTIONS that nobody may pass on: TRACE gets its own head back, without
// the fields named in `secrets`. The connection ends with it.
std::string final_answer(const RequestHead& head, const std::vector<std::string>& secrets);

// The reason phrase registered for a status, empty when unknown.
std::string_view reason_phrase(int status);

}  // namespace understudy::http
