#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "../http/transcript.h"
#include "fuzz.h"
#include "understudy/http/forwarding.h"
#include "understudy/http/serializer.h"

// What requests and answers promise alike: neither events nor verdict depend on how the bytes were
// cut.
namespace understudy::http {

using fuzz::must;

constexpr std::size_t longest_piece = 40;

inline std::string told_in_random_pieces(const Case& input, fuzz::Dice& dice) {
  Transcript transcript(input.kind, input.method, input.limits);
  for (std::string_view rest = input.bytes; !rest.empty();) {
    const std::size_t size = std::min(rest.size(), 1 + dice.below(longest_piece));
    const std::vector<char> piece(rest.begin(), rest.begin() + static_cast<long>(size));
    transcript.feed({piece.data(), piece.size()});
    rest.remove_prefix(size);
  }
  transcript.finish();
  return transcript.text();
}

// Returns what is told of the whole.
inline std::string check_cuts(const Case& input) {
  const std::string whole = told_in_pieces(input, input.bytes.size(), input.bytes.size());
  fuzz::Dice dice(input.bytes.size());
  must(told_in_pieces(input, 1, 1) == whole, "byte by byte tells the same as whole");
  must(told_in_random_pieces(input, dice) == whole, "random pieces tell the same as whole");
  must(!whole.starts_with("LEFT BYTES"), "bytes are left only behind a complete message");
  must(!whole.starts_with("EMPTY PIECE"), "no empty piece of a body is told");
  return whole;
}

// A head that our own fields make too large for our limits is not held against anybody.
inline bool has_room(const Fields& fields) {
  return fields.size() + 8 < limits::max_fields && fields.bytes() < limits::max_head_bytes / 2;
}

// Writes the body and the end of a message as both are forwarded.
class BodyWriter {
 public:
  void begin(const Framing& framing) { is_chunked_ = framing.body == BodyKind::chunked; }
  void piece(std::string& out, std::string_view piece) const {
    if (is_chunked_) write_chunk_line(out, piece.size());
    out.append(piece);
    if (is_chunked_) out.append(chunk_end);
  }
  void end(std::string& out, const Fields& trailers) const {
    if (is_chunked_) write_last_chunk(out, allowed_trailers(trailers));
  }

 private:
  bool is_chunked_ = false;
};

}  // namespace understudy::http
