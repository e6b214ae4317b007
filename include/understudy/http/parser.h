#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "understudy/base/limits.h"
#include "understudy/base/result.h"
#include "understudy/http/head.h"

namespace understudy::http {

// What a parser tells, in the order of the message. Heads are complete, checked and framed before
// they are told; nothing of a refused message is.
class ParserEvents {
 public:
  // Exactly one of the two, by the parser's kind. An answer may be interim (1xx): then another
  // follows.
  virtual void on_request_head(RequestHead&& head, const Framing& framing);
  virtual void on_response_head(ResponseHead&& head, const Framing& framing);
  // A piece of the body without its framing; valid until the call returns.
  virtual void on_body(std::string_view piece) = 0;
  // The message is complete. `trailers` is empty unless the body was chunked and had some.
  virtual void on_message_complete(Fields&& trailers) = 0;

 protected:
  ~ParserEvents() = default;
};

// What the configuration may set; every other limit is fixed in base/limits.h.
struct ParserLimits {
  std::size_t max_head_bytes = limits::max_head_bytes;
  std::size_t max_target_bytes = limits::max_target_bytes;
};

// Bytes to messages, strict: our own reading of each head, chunk line and trailer section, framed
// by http/framing, and llhttp's as a second opinion; where the two differ the message is refused.
// What is refused is refused before any event that could have passed it on. Reads one message at a
// time: after on_message_complete the parser stops, and whatever follows stays with the caller
// until next().
//
// Owner:   a session while it reads a request; a connection to a server.
// Thread:  its loop. The events may not destroy the parser; they may call nothing on it but
//          the const members and assume_method().
class Parser {
 public:
  enum class Kind { request, response };

  Parser(Kind kind, ParserEvents& events, ParserLimits limits = {});
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // A parser may go from owner to owner between messages. Requires: nothing fed since next().
  void serve(ParserEvents& events, ParserLimits limits = {});

  // Reads `bytes` up to the end of the message at most and returns how many were consumed: fewer
  // than given only when the message is complete. After an error the parser stays failed. Codes:
  // client side bad_request, unsupported (501), head_too_large, target_too_long; upstream side
  // bad_answer. The leg is client for requests and primary for answers; callers may rewrite it.
  Result<std::size_t> feed(std::string_view bytes);

  // The peer closed its side. Fine between messages and at the end of an until_close body (which it
  // completes); closed_early in the middle.
  Result<void> finish();

  // Answers only: the request's method, for HEAD and for framing; after next(), which forgets it,
  // and before the answer's first byte.
  void assume_method(std::string_view method);

  // Of the request being read, or the assumed one; empty before it is known.
  std::string_view method() const;

  // Ready for the next message on the same connection. Requires: is_complete() or nothing fed.
  void next();

  bool is_complete() const;  // between on_message_complete and next()
  bool has_begun() const;    // at least one byte of the current message was seen
  bool in_body() const;      // after the (final) head, before the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace understudy::http
