#include "understudy/http/parser.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>

#include "lines.h"
#include "second_reader.h"
#include "understudy/http/framing.h"

namespace understudy::http {

void ParserEvents::on_request_head(RequestHead&&, const Framing&) {
  assert(!"a parser of requests needs an owner that takes them");
}

void ParserEvents::on_response_head(ResponseHead&&, const Framing&) {
  assert(!"a parser of answers needs an owner that takes them");
}

namespace {

//   idle --> head --> length | until_close -----------------------------> complete
//             ^ |---> chunk_line --> chunk_data --> chunk_end --> ...
//   (1xx) ----+            +--> trailers (after the chunk of size 0) ---> complete
//   from any of them --> failed
enum class Phase {
  idle,
  head,
  length,
  until_close,
  chunk_line,
  chunk_data,
  chunk_end,
  trailers,
  complete,
  failed
};

// An empty line before a request, of which one is forgiven (RFC 9112, 2.2).
enum class Lead { none, cr, crlf };

constexpr int informational_end = 200;
constexpr int switching_protocols = 101;

// Room for the fields in `bytes`; how many of these are a body's is not known unless they are the
// whole section.
void reserve(Fields& fields, std::size_t bytes, bool is_whole) {
  if (!is_whole) bytes = std::min(bytes, limits::usual_field_bytes);
  fields.reserve(bytes / limits::usual_line_bytes + 1, bytes);
}

}  // namespace

// Everything that frames a message (head, chunk lines, trailers) is read by whole lines: out of the
// given bytes where they hold the section whole, else out of `buffer`, which collects it. Our
// reading of a section is complete before llhttp is asked for its own, and both before any event.
struct Parser::State {
  State(Kind parser_kind, ParserEvents& parser_events, ParserLimits parser_limits)
      : kind(parser_kind),
        events(&parser_events),
        limits(parser_limits),
        second_reader(parser_kind == Kind::request) {}

  // Each takes from the front of `bytes` (never empty) and returns how many; errors go to fail().
  std::size_t step(std::string_view bytes);
  std::size_t step_lead(std::string_view bytes);
  std::size_t step_section(std::string_view bytes, std::size_t max_bytes);
  std::size_t step_body(std::string_view bytes);
  std::size_t step_chunk_end(std::string_view bytes);

  // Reads the lines of `seen` that were not read yet. Returns the end of the section, or 0 if it
  // goes on.
  std::size_t read_lines(std::string_view seen);
  // One line with its end, which `behind` follows; true if it was the last of its section.
  bool read_line(std::string_view line, std::string_view behind);
  void read_start_line(std::string_view line);
  void read_field(std::string_view line, std::string_view behind);
  void read_chunk(std::string_view line);

  // The section is complete and `raw` are its bytes.
  void end_section(std::string_view raw);
  void end_head(std::string_view raw);
  template <typename Head>
  bool check_head(const Head& head, std::string_view raw, Result<Framing> result);
  void enter_body(const Framing& body);
  void enter_section(Phase next);
  void enter_complete(Fields&& last);
  void on_section_too_long(std::string_view seen);
  void fail(Code code, std::string detail);
  void fail(std::string detail) { fail(Code::bad_request, std::move(detail)); }

  Fields& fields() {
    if (phase == Phase::trailers) return trailers;
    return kind == Kind::request ? request.fields : response.fields;
  }

  const Kind kind;
  ParserEvents* events;
  ParserLimits limits;
  SecondReader second_reader;

  Phase phase = Phase::idle;
  Lead lead = Lead::none;
  Error error;
  std::string method;  // of the request, read or assumed
  RequestHead request;
  ResponseHead response;
  Fields trailers;
  Framing framing;
  unsigned interim = 0;

  std::string buffer;           // the section so far, when it came in several pieces
  std::size_t line_begin = 0;   // in the section: the line being read
  std::size_t scanned = 0;      // in the section: up to here there is no end of that line
  std::size_t lines = 0;        // of this section, read
  ChunkLine chunk;              // its digits are valid until the section ends
  std::uint64_t remaining = 0;  // of the body or the chunk
  bool has_chunk_cr = false;
};

std::size_t Parser::State::step(std::string_view bytes) {
  switch (phase) {
    case Phase::idle:
      return step_lead(bytes);
    case Phase::head:
      return step_section(bytes, limits.max_head_bytes);
    case Phase::chunk_line:
      return step_section(bytes, limits::max_chunk_line_bytes);
    case Phase::trailers:
      return step_section(bytes, limits::max_trailer_bytes);
    case Phase::chunk_end:
      return step_chunk_end(bytes);
    default:
      return step_body(bytes);
  }
}

// What cannot begin a message is refused at its first byte: a TLS handshake on a plain port, say.
std::size_t Parser::State::step_lead(std::string_view bytes) {
  const char c = bytes.front();
  if (lead == Lead::cr) {
    if (c != '\n') fail("a message begins with a bare CR");
    lead = Lead::crlf;
    return 1;
  }
  if (kind == Kind::request && c == '\r' && lead == Lead::none) {
    lead = Lead::cr;
    return 1;
  }
  if (kind == Kind::request ? !is_token_char(c) : c != 'H') {
    fail("the bytes are not HTTP");
    return 0;
  }
  enter_section(Phase::head);
  return 0;
}

std::size_t Parser::State::step_section(std::string_view bytes, std::size_t max_bytes) {
  const std::size_t held = buffer.size();
  const std::string_view piece = bytes.substr(0, max_bytes - held);
  if (held > 0) buffer.append(piece);
  const std::string_view seen = held > 0 ? std::string_view(buffer) : piece;

  const std::size_t end = read_lines(seen);
  if (phase == Phase::failed) return 0;
  if (end > 0) {
    end_section(seen.substr(0, end));
    return end - held;
  }
  if (seen.size() == max_bytes) {
    on_section_too_long(seen);
    return 0;
  }
  if (held == 0) buffer.assign(piece);
  return piece.size();
}

std::size_t Parser::State::read_lines(std::string_view seen) {
  for (;;) {
    const auto at = seen.find('\n', scanned);
    if (at == seen.npos) {
      scanned = seen.size();
      return 0;
    }
    const std::string_view line = seen.substr(line_begin, at + 1 - line_begin);
    line_begin = scanned = at + 1;
    const bool is_last = read_line(line, seen.substr(at + 1));
    ++lines;
    if (phase == Phase::failed) return 0;
    if (is_last) return line_begin;
  }
}

bool Parser::State::read_line(std::string_view line, std::string_view behind) {
  if (phase == Phase::chunk_line) {
    read_chunk(line);
    return true;
  }
  if (phase == Phase::head && lines == 0) {
    read_start_line(line);
    return false;
  }
  if (line == "\r\n") return true;
  read_field(line, behind);
  return false;
}

void Parser::State::read_start_line(std::string_view line) {
  if (kind == Kind::response) {
    auto status = read_status_line(line);
    if (!status) return fail(status.error().detail);
    response.status = status->status;
    response.reason = status->reason;
    response.version = status->version;
    return;
  }
  auto read = read_request_line(line);
  if (!read) return fail(read.error().code, read.error().detail);
  if (read->target.size() > limits.max_target_bytes) {
    return fail(Code::target_too_long, "the target is too long");
  }
  if (!is_known_method(read->method)) {
    return fail(Code::unsupported, "the method is not supported");
  }
  method = read->method;
  request.method = read->method;
  request.target = read->target;
  request.version = read->version;
}

void Parser::State::read_field(std::string_view line, std::string_view behind) {
  auto field = read_field_line(line);
  if (!field) return fail(field.error().detail);
  Fields& into = fields();
  if (into.size() == limits::max_fields)
    return fail(Code::head_too_large, "there are too many fields");
  if (into.empty()) reserve(into, line.size() + behind.size(), behind.ends_with("\r\n\r\n"));
  into.add(field->name, field->value);
}

void Parser::State::read_chunk(std::string_view line) {
  auto read = read_chunk_line(line);
  if (!read) return fail(read.error().detail);
  chunk = *read;
}

void Parser::State::on_section_too_long(std::string_view seen) {
  if (phase == Phase::chunk_line) return fail("a chunk line is too long");
  if (phase == Phase::trailers) return fail("the trailers are too long");
  const auto space = seen.find(' ');
  const bool is_in_target = lines == 0 && kind == Kind::request && space != seen.npos;
  if (is_in_target && seen.size() - space > limits.max_target_bytes) {
    return fail(Code::target_too_long, "the target is too long");
  }
  fail(Code::head_too_large, "the head is too large");
}

void Parser::State::end_section(std::string_view raw) {
  if (phase == Phase::head) return end_head(raw);
  if (phase == Phase::trailers) {
    if (!second_reader.agrees_on_trailers(raw, trailers)) return fail("the trailers are ambiguous");
    return enter_complete(std::move(trailers));
  }
  if (!second_reader.agrees_on_chunk(chunk.digits, chunk.size)) return fail("a chunk is ambiguous");
  remaining = chunk.size;
  if (remaining == 0) return enter_section(Phase::trailers);
  enter_section(Phase::chunk_data);
}

template <typename Head>
bool Parser::State::check_head(const Head& head, std::string_view raw, Result<Framing> result) {
  if (!result) {
    fail(result.error().code, result.error().detail);
    return false;
  }
  framing = *result;
  if (!second_reader.agrees(raw, head) || !second_reader.agrees_on_framing(framing)) {
    fail("the head is ambiguous");
  }
  return phase != Phase::failed;
}

void Parser::State::end_head(std::string_view raw) {
  if (kind == Kind::request) {
    if (!check_head(request, raw, frame_request(request))) return;
    const Framing told = framing;
    events->on_request_head(std::move(request), told);
    request.fields = {};
    return enter_body(told);
  }
  if (!check_head(response, raw, frame_response(response, method))) return;
  const int status = response.status;
  const bool is_interim = status < informational_end && status != switching_protocols;
  if (is_interim && ++interim > limits::max_informational) {
    return fail("there are too many interim answers");
  }
  events->on_response_head(std::move(response), framing);
  response.fields = {};
  if (is_interim) return enter_section(Phase::head);
  enter_body(framing);
}

void Parser::State::enter_body(const Framing& body) {
  enter_section(Phase::length);
  remaining = body.length;
  if (body.body == BodyKind::chunked) {
    phase = Phase::chunk_line;
  } else if (body.body == BodyKind::until_close) {
    phase = Phase::until_close;
  } else if (remaining == 0) {
    enter_complete({});
  }
}

void Parser::State::enter_section(Phase next) {
  phase = next;
  line_begin = scanned = lines = 0;
  if (buffer.capacity() > limits::kept_head_bytes) buffer = {};
  buffer.clear();
}

void Parser::State::enter_complete(Fields&& last) {
  phase = Phase::complete;
  events->on_message_complete(std::move(last));
}

std::size_t Parser::State::step_body(std::string_view bytes) {
  if (phase == Phase::until_close) {
    events->on_body(bytes);
    return bytes.size();
  }
  const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(remaining, bytes.size()));
  if (phase == Phase::chunk_data && !second_reader.agrees_on_data(piece)) {
    fail("a chunk is ambiguous");
    return 0;
  }
  remaining -= piece.size();
  events->on_body(piece);
  if (remaining > 0) return piece.size();
  if (phase == Phase::chunk_data) {
    phase = Phase::chunk_end;
  } else {
    enter_complete({});
  }
  return piece.size();
}

std::size_t Parser::State::step_chunk_end(std::string_view bytes) {
  if (bytes.front() != (has_chunk_cr ? '\n' : '\r')) {
    fail("the data of a chunk is not followed by CR LF");
    return 0;
  }
  has_chunk_cr = !has_chunk_cr;
  if (has_chunk_cr) return 1;
  if (!second_reader.agrees_on_data_end()) fail("a chunk is ambiguous");
  if (phase != Phase::failed) enter_section(Phase::chunk_line);
  return 1;
}

void Parser::State::fail(Code code, std::string detail) {
  const bool is_request = kind == Kind::request;
  phase = Phase::failed;
  error = Error{is_request ? code : Code::bad_answer, is_request ? Leg::client : Leg::primary,
                std::move(detail)};
  buffer = {};
}

Parser::Parser(Kind kind, ParserEvents& events, ParserLimits limits)
    : state_(std::make_unique<State>(kind, events, limits)) {}

Parser::~Parser() = default;

void Parser::serve(ParserEvents& events, ParserLimits limits) {
  assert(!has_begun());
  state_->events = &events;
  state_->limits = limits;
}

Result<std::size_t> Parser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && state_->phase != Phase::complete) {
    if (state_->phase == Phase::failed) break;
    used += state_->step(bytes.substr(used));
  }
  if (state_->phase == Phase::failed) return state_->error;
  return used;
}

Result<void> Parser::finish() {
  if (state_->phase == Phase::failed) return state_->error;
  if (state_->phase == Phase::until_close) state_->enter_complete({});
  if (is_complete() || !has_begun()) return {};
  const Leg leg = state_->kind == Kind::request ? Leg::client : Leg::primary;
  return Error{Code::closed_early, leg, "the connection ended in the middle of a message"};
}

void Parser::assume_method(std::string_view method) {
  assert(state_->phase == Phase::idle);
  state_->method = method;
}

std::string_view Parser::method() const {
  return state_->method;
}

void Parser::next() {
  assert(is_complete() || !has_begun());
  State& state = *state_;
  state.enter_section(Phase::idle);
  state.lead = Lead::none;
  state.method.clear();
  state.interim = 0;
  state.framing = {};
  state.trailers = {};
}

bool Parser::is_complete() const {
  return state_->phase == Phase::complete;
}

bool Parser::has_begun() const {
  return state_->phase != Phase::idle || state_->lead == Lead::cr;
}

bool Parser::in_body() const {
  const Phase phase = state_->phase;
  return phase != Phase::idle && phase != Phase::head && phase != Phase::complete &&
         phase != Phase::failed;
}

}  // namespace understudy::http
