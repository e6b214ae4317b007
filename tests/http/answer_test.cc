#include <string>

#include "told.h"

namespace understudy::http {
namespace {

using std::string_literals::operator""s;

std::string ok(std::string_view fields, std::string_view body = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

TEST_CASE("answer: a length, chunks and the end of the connection each end a body") {
  CHECK(told_answer(ok("Content-Length: 5\r\n", "hello")) ==
        "200 'OK' 1.1 [Content-Length=5] length 5 keep\nbody hello\nend at 43\nfine\n");
  CHECK(told_answer(ok("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nX: y\r\n\r\n")) ==
        "200 'OK' 1.1 [Transfer-Encoding=chunked] chunked keep\nbody hello\ntrailer X=y\n"
        "end at 68\nfine\n");
  CHECK(told_answer(ok("", "hello")) ==
        "200 'OK' 1.1 until_close\nbody hello\nend at close\nfine\n");
  CHECK(told_answer("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n") ==
        "200 'OK' 1.0 [Connection=keep-alive] until_close\nend at close\nfine\n");
}

TEST_CASE("answer: HEAD, 204 and 304 end with their head") {
  CHECK(told_answer(ok("Content-Length: 5\r\n"), "HEAD") ==
        "200 'OK' 1.1 [Content-Length=5] none keep\nend at 38\nfine\n");
  CHECK(told_answer(ok("Transfer-Encoding: chunked\r\n"), "HEAD") ==
        "200 'OK' 1.1 [Transfer-Encoding=chunked] none keep\nend at 47\nfine\n");
  CHECK(told_answer(ok(""), "HEAD") == "200 'OK' 1.1 none keep\nend at 19\nfine\n");
  CHECK(told_answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") ==
        "304 'Not Modified' 1.1 [Content-Length=5] none keep\nend at 48\nfine\n");
  CHECK(told_answer("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n") ==
        "204 'No Content' 1.1 [Content-Length=0] none keep\nend at 46\nfine\n");
}

TEST_CASE("answer: a 204 that announces a body is the last of its connection (row 18)") {
  CHECK(told_answer("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n") ==
        "204 'No Content' 1.1 [Content-Length=5] none\nend at 46\nfine\n");
  CHECK(told_answer("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        "204 'No Content' 1.1 [Transfer-Encoding=chunked] none\nend at 55\nfine\n");
}

TEST_CASE("answer: interim answers come before the final one") {
  CHECK(told_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" +
                    ok("Content-Length: 0\r\n")) ==
        "100 'Continue' 1.1 none keep\n103 'Early Hints' 1.1 [Link=a] none keep\n"
        "200 'OK' 1.1 [Content-Length=0] length 0 keep\nend at 100\nfine\n");
  CHECK(verdict(told_answer("HTTP/1.1 100 Continue\r\n\r\n")) == "refused closed_early");
  CHECK(verdict(told_answer("HTTP/1.1 103 E\r\nContent-Length: 5\r\n\r\nhello")) ==
        "refused bad_answer");
}

TEST_CASE("answer: a loop of interim answers is no answer") {
  std::string most;
  for (unsigned i = 0; i < limits::max_informational; ++i) most += "HTTP/1.1 100 C\r\n\r\n";

  CHECK(verdict(told_answer(most + ok("Content-Length: 0\r\n"))) == "fine");
  CHECK(verdict(told_answer(most + "HTTP/1.1 100 C\r\n\r\n")) == "refused bad_answer");
  const std::string patient = most + ok("Content-Length: 0\r\n");
  CHECK(verdict(told_answer(patient + patient)) == "fine");
}

TEST_CASE("answer: 101 ends at its head and must say what it switches to (row 20)") {
  Transcript transcript(Parser::Kind::response, "GET");
  transcript.feed("HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(transcript.text() ==
        "101 'S' 1.1 [Connection=Upgrade] [Upgrade=x] none keep upgrade\nend at 51\n");

  CHECK(told_answer("HTTP/1.1 101 S\r\n\r\n") == "refused bad_answer\n");
  CHECK(told_answer("HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n") == "refused bad_answer\n");
}

TEST_CASE("answer: reason phrases may be odd, empty or missing") {
  CHECK(told_answer("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n") ==
        "200 '' 1.1 [Content-Length=0] length 0 keep\nend at 35\nfine\n");
  CHECK(told_answer("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n") ==
        "200 '' 1.1 [Content-Length=0] length 0 keep\nend at 36\nfine\n");
  CHECK(told_answer("HTTP/1.1 999 Na\xc3\xafve \tno\r\nContent-Length: 0\r\n\r\n") ==
        "999 'Na\xc3\xafve \tno' 1.1 [Content-Length=0] length 0 keep\nend at 46\nfine\n");
}

TEST_CASE("answer: what two clients could read differently is refused") {
  struct Refused {
    std::string_view why;
    std::string bytes;
  };
  const Refused refused[] = {
      // Row 3.
      {"status line ended by LF", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"},
      {"status line ended by CR", "HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n"},
      {"field ended by LF", ok("X: a\nContent-Length: 0\r\n")},
      {"head ended by LF", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n"},
      {"empty line first", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"field value CR (injection)", ok("X: a\rSet-Cookie: b\r\n")},
      {"folded", ok("Content-Length:\r\n 0\r\n")},
      {"no name", ok(": a\r\n")},
      // Row 15.
      {"chunked,", ok("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n")},
      {"quoted", ok("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
      {"chunked, gzip", ok("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")},
      {"identity", ok("Transfer-Encoding: identity\r\n", "0\r\n\r\n")},
      {"unknown", ok("Transfer-Encoding: cow\r\n", "0\r\n\r\n")},
      {"empty", ok("Transfer-Encoding:\r\n", "0\r\n\r\n")},
      // Row 16.
      {"twice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"chunked, chunked", ok("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
      {"x, chunked", ok("Transfer-Encoding: x, chunked\r\n", "0\r\n\r\n")},
      {"in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"both", ok("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {"both for HEAD",
       "HTTP/1.1 304 N\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"},
      {"two lengths", ok("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"list of lengths", ok("Content-Length: 5, 5\r\n", "hello")},
      {"empty length", ok("Content-Length:\r\n")},
      {"signed length", ok("Content-Length: +5\r\n", "hello")},
      {"huge length", ok("Content-Length: 9223372036854775807\r\n")},
      // Row 17.
      {"two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"},
      {"four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"},
      {"000", "HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n"},
      {"099", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n"},
      {"sign", "HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n"},
      {"two spaces", "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"no space", "HTTP/1.1200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"tab", "HTTP/1.1 200\tOK\r\nContent-Length: 0\r\n\r\n"},
      {"NUL in the reason", "HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n"s},
      {"control in the reason", "HTTP/1.1 200 O\x1bK\r\nContent-Length: 0\r\n\r\n"},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"HTTP/0.9", "HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"ICY", "ICY 200 OK\r\n\r\n"},
      {"a body without a head", "<html></html>"},
      {"status only", "HTTP/1.1\r\n\r\n"},
      // Limits.
      {"head", ok("X: " + std::string(70'000, 'a'))},
  };
  for (const Refused& input : refused) {
    CAPTURE(input.why);
    CHECK(told_answer(input.bytes) == "refused bad_answer\n");
  }
}

TEST_CASE("answer: a damaged chunk is refused behind its head") {
  CHECK(verdict(told_answer(ok("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFED\r\n"))) ==
        "refused bad_answer");
}

TEST_CASE("answer: one that ends too early is told as such (CVE-2023-0056)") {
  CHECK(verdict(told_answer("HTTP/1.1 200")) == "refused closed_early");
  CHECK(verdict(told_answer(ok("Content-Length: 5\r\n", "hell"))) == "refused closed_early");
  CHECK(verdict(told_answer(ok("Transfer-Encoding: chunked\r\n", "5\r\nhe"))) ==
        "refused closed_early");
  CHECK(told_answer("") == "fine\n");
}

}  // namespace
}  // namespace understudy::http
