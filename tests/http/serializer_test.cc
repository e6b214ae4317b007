#include "understudy/http/serializer.h"

#include <doctest/doctest.h>

#include "told.h"

namespace understudy::http {
namespace {

TEST_CASE("serializer: heads are written as they are") {
  RequestHead request{"GET", "/a?b", Version::http_1_1, {}};
  request.fields.add("hOST", "a");
  request.fields.add("X", "");
  ResponseHead response{404, "Nothing Here", Version::http_1_0, {}};

  std::string out = "before ";
  write_head(out, request);
  write_head(out, response);

  CHECK(out ==
        "before GET /a?b HTTP/1.1\r\nhOST: a\r\nX: \r\n\r\nHTTP/1.0 404 Nothing Here\r\n\r\n");
}

TEST_CASE("serializer: chunks have hexadecimal sizes and end with their trailers") {
  std::string out;
  write_chunk_line(out, 255);
  write_chunk_line(out, UINT64_MAX);
  Fields trailers;
  write_last_chunk(out, trailers);
  trailers.add("X", "y");
  write_last_chunk(out, trailers);

  CHECK(out == "ff\r\nffffffffffffffff\r\n0\r\n\r\n0\r\nX: y\r\n\r\n");
}

TEST_CASE("serializer: our own answers can be read") {
  CHECK(told_answer(own_answer(502, "the primary refused", true, false)) ==
        "502 'Bad Gateway' 1.1 [Content-Type=text/plain; charset=utf-8] [Content-Length=37] "
        "[Connection=keep-alive] length 37 keep\nbody 502 Bad Gateway: the primary refused\n\n"
        "end at 150\nfine\n");
  CHECK(told_answer(own_answer(400, "", false, true), "HEAD") ==
        "400 'Bad Request' 1.1 [Content-Type=text/plain; charset=utf-8] [Content-Length=16] "
        "[Connection=close] none\nend at 108\nfine\n");
}

TEST_CASE("serializer: reasons are known for registered statuses only") {
  CHECK(reason_phrase(100) == "Continue");
  CHECK(reason_phrase(431) == "Request Header Fields Too Large");
  CHECK(reason_phrase(511) == "Network Authentication Required");
  CHECK(reason_phrase(0).empty());
  CHECK(reason_phrase(299).empty());
  CHECK(reason_phrase(999).empty());
}

}  // namespace
}  // namespace understudy::http
