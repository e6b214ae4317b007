// The parser and the decoders on whatever comes. Promises:
// - neither events nor verdict depend on how the bytes were cut;
// - what was accepted and is forwarded is accepted again, with the same framing;
// - no decoder writes more than it is allowed to.
//
// The first byte of an input says what it is for.

#include <algorithm>

#include "../http/transcript.h"
#include "fuzz.h"
#include "understudy/http/coding.h"
#include "understudy/http/forwarding.h"
#include "understudy/http/serializer.h"

namespace understudy::http {
namespace {

using fuzz::must;
using namespace std::string_view_literals;

constexpr std::size_t max_decoded = 64 * 1024;
constexpr std::size_t longest_piece = 40;

std::string told_in_random_pieces(const Case& input, fuzz::Dice& dice) {
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

// Keeps the first head that is told, and how it was framed.
struct FirstHead final : ParserEvents {
  void on_request_head(RequestHead&& head, const Framing& head_framing) override {
    request = std::move(head);
    framing = head_framing;
    is_told = true;
  }
  void on_response_head(ResponseHead&& head, const Framing& head_framing) override {
    if (is_told) return;
    response = std::move(head);
    framing = head_framing;
    is_told = true;
  }
  void on_body(std::string_view) override {}
  void on_message_complete(Fields&&) override {}

  RequestHead request;
  ResponseHead response;
  Framing framing;
  bool is_told = false;
};

void read_first_head(const Case& input, FirstHead& events) {
  Parser parser(input.kind, events, input.limits);
  if (!input.method.empty()) parser.assume_method(input.method);
  static_cast<void>(parser.feed(input.bytes));
}

// A head that our own fields make too large for our limits is not held against anybody.
bool has_room(const Fields& fields) {
  return fields.size() + 8 < limits::max_fields && fields.bytes() < limits::max_head_bytes / 2;
}

void check_forwarded_request(const FirstHead& read) {
  if (!read.is_told || !has_room(read.request.fields)) return;
  const ForwardingContext context{"192.0.2.1", "up:80", read.framing.upgrade};
  std::string bytes;
  write_head(bytes, for_upstream(read.request, read.framing, context));

  FirstHead again;
  read_first_head({Parser::Kind::request, bytes, "", {}}, again);
  must(again.is_told, "a forwarded request is accepted");
  must(again.request.method == read.request.method, "the method is forwarded");
  must(again.request.target == read.request.target, "the target is forwarded");
  must(again.framing.body == read.framing.body, "the request's body is framed as it was");
  must(again.framing.length == read.framing.length, "the request's length is forwarded");
  must(again.framing.upgrade == read.framing.upgrade, "an upgrade is forwarded");
}

void check_forwarded_answer(const FirstHead& read, std::string_view method, Version client) {
  if (!read.is_told || !has_room(read.response.fields)) return;
  const AnswerContext context{client, method, true};
  const Framing framing = client_framing(read.framing, context);
  std::string bytes;
  write_head(bytes, for_client(read.response, framing, context));

  FirstHead again;
  read_first_head({Parser::Kind::response, bytes, method, {}}, again);
  must(again.is_told, "a forwarded answer is accepted");
  must(again.response.status == read.response.status, "the status is forwarded");
  must(again.framing.body == framing.body, "the answer's body is framed as decided");
  must(again.framing.length == framing.length, "the answer's length is forwarded");
  must(again.framing.upgrade == framing.upgrade, "an upgrade is answered");
}

void check_parser(Parser::Kind kind, std::string_view bytes, std::string_view method) {
  const Case input{kind, bytes, method, {}};
  const std::string whole = told_in_pieces(input, bytes.size(), bytes.size());
  fuzz::Dice dice(bytes.size());
  must(told_in_pieces(input, 1, 1) == whole, "byte by byte tells the same as whole");
  must(told_in_random_pieces(input, dice) == whole, "random pieces tell the same as whole");
  must(whole.find("LEFT BYTES") == whole.npos, "bytes are left only behind a complete message");
  must(whole.find("EMPTY PIECE") == whole.npos, "no empty piece of a body is told");

  FirstHead read;
  read_first_head(input, read);
  if (kind == Parser::Kind::request) return check_forwarded_request(read);
  check_forwarded_answer(read, method, Version::http_1_1);
  check_forwarded_answer(read, method, Version::http_1_0);
}

void check_decoder(std::string_view coding, std::string_view body) {
  const auto decoded = decode(coding, body, max_decoded);
  must(!decoded || decoded->size() <= max_decoded, "no decoder writes more than allowed");
}

constexpr std::string_view coding_names[] = {"gzip", "deflate", "br", "zstd", "gzip, zstd, br"};

constexpr std::string_view seed_list[] = {
    "qGET / HTTP/1.1\r\nHost: a\r\n\r\n"
    "POST /b?c HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\n\r\nhello"
    "GET http://a/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"sv,
    "qPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"
    "5;a=b\r\nhello\r\n0a\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n"sv,
    "qPOST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
    "X-Forwarded-For: c\r\nTE: trailers\r\nConnection: TE, X\r\nX: y\r\n\r\nhi"sv,
    "q\r\nGET / HTTP/1.1\r\nHost: [::1]:80\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"sv,
    "qOPTIONS * HTTP/1.1\r\nhost:a\r\nConnection: close, Host\r\nProxy-Connection: x\r\n\r\n"sv,
    "aHTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: x\r\n\r\nhello"sv,
    "aHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n0\r\nX: y\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"sv,
    "aHTTP/1.0 200 OK\r\nServer: x\r\n\r\nuntil the end"sv,
    "aHTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"sv,
    "hHTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"sv,
    "hHTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\nETag: x\r\n\r\n"sv,
    "0\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36"
    "\x05\x00\x00\x00"sv,
    "1\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15"sv,
    "1\xcb\x48\xcd\xc9\xc9\x07\x00"sv,
    "2\x0b\x02\x80\x68\x65\x6c\x6c\x6f\x03"sv,
    "3\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00\x68\x65\x6c\x6c\x6f"sv,
    "4\x0b\x02\x80\x68\x65\x6c\x6c\x6f\x03"sv,
};

constexpr std::string_view word_list[] = {
    "\r\n",
    "\r\n\r\n",
    "\r\n ",
    "Content-Length: 5\r\n",
    "Content-Length: 0\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Host: a\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Connection: upgrade\r\n",
    "Upgrade: x\r\n",
    "Expect: 100-continue\r\n",
    "X-Forwarded-For: b\r\n",
    "TE: trailers\r\n",
    "0\r\n\r\n",
    "5\r\nhello\r\n",
    "FFFFFFFFFFFFFFFF",
    "18446744073709551616",
    "HTTP/1.0",
    "HTTP/1.1 103 E\r\n\r\n",
    "HTTP/1.1 204 N\r\n",
    "HEAD ",
    "CONNECT ",
    "http://a",
};

}  // namespace
}  // namespace understudy::http

std::span<const std::string_view> understudy::fuzz::seeds() {
  return http::seed_list;
}
std::span<const std::string_view> understudy::fuzz::words() {
  return http::word_list;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy::http;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const char what = static_cast<char>(data[0]);
  if (what >= '0' && what < '0' + static_cast<int>(std::size(coding_names))) {
    check_decoder(coding_names[what - '0'], bytes);
  } else if (what == 'a') {
    check_parser(Parser::Kind::response, bytes, "GET");
  } else if (what == 'h') {
    check_parser(Parser::Kind::response, bytes, "HEAD");
  } else {
    check_parser(Parser::Kind::request, bytes, "");
  }
  return 0;
}
