#include <string>

#include "told.h"

namespace understudy::http {
namespace {

using std::string_literals::operator""s;

struct Refusal {
  std::string_view why;
  std::string bytes;
  std::string_view verdict = "refused bad_request";
};

std::string with_field(std::string_view field) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n";
}

std::string post(std::string_view fields, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

std::string chunked(std::string_view body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

void check_refused(const Refusal& refusal) {
  CAPTURE(refusal.why);
  CAPTURE(refusal.bytes);
  CHECK(verdict(told_request(refusal.bytes)) == refusal.verdict);
}

TEST_CASE("parser: a small GET is told as one head and its end") {
  CHECK(told_request("GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-Y:  z \t\r\nx-y:\r\n\r\n") ==
        "GET /a?b=c 1.1 [Host=a] [X-Y=z] [x-y=] none keep\nend at 49\nfine\n");
}

TEST_CASE("parser: names keep their case and order, and duplicates stay apart") {
  CHECK(told_request("GET / HTTP/1.1\r\nB: 1\r\nhOST: a\r\nb: 2\r\nB: 3\r\n\r\n") ==
        "GET / 1.1 [B=1] [hOST=a] [b=2] [B=3] none keep\nend at 45\nfine\n");
}

TEST_CASE("parser: pipelined messages end where the next one begins") {
  CHECK(told_request(post("Content-Length: 5\r\n", "hello") + chunked("2\r\nhi\r\n0\r\n\r\n") +
                     "GET /2 HTTP/1.0\r\n\r\n") ==
        "POST / 1.1 [Host=a] [Content-Length=5] length 5 keep\nbody hello\nend at 52\n"
        "POST / 1.1 [Host=a] [Transfer-Encoding=chunked] chunked keep\nbody hi\nend at 120\n"
        "GET /2 1.0 none\nend at 139\nfine\n");
}

TEST_CASE("parser: chunks lose their framing and keep their trailers") {
  CHECK(told_request(chunked("5;a=b;c=\"d e\"\r\nhello\r\n00A\r\n0123456789\r\n"
                             "0\r\nX-Sum: 1 \r\ny: 2\r\n\r\n")) ==
        "POST / 1.1 [Host=a] [Transfer-Encoding=chunked] chunked keep\nbody hello0123456789\n"
        "trailer X-Sum=1\ntrailer y=2\nend at 117\nfine\n");
}

TEST_CASE("parser: body bytes that look like framing stay body") {
  CHECK(told_request(chunked("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n")) ==
        "POST / 1.1 [Host=a] [Transfer-Encoding=chunked] chunked keep\nbody \r\n0\r\n\r\n\n"
        "end at 73\nfine\n");
}

TEST_CASE("parser: one empty line before a request is forgiven, a second is not") {
  CHECK(told_request("\r\nGET / HTTP/1.0\r\n\r\n") == "GET / 1.0 none\nend at 20\nfine\n");
  CHECK(told_request("\r\n\r\nGET / HTTP/1.0\r\n\r\n") == "refused bad_request\n");
  CHECK(told_request("\nGET / HTTP/1.0\r\n\r\n") == "refused bad_request\n");
  CHECK(told_request("\rGET / HTTP/1.0\r\n\r\n") == "refused bad_request\n");
  CHECK(told_request("\r\n") == "fine\n");
  CHECK(told_request("\r") == "refused closed_early\n");
}

TEST_CASE("parser: bytes behind Connection: close belong to nobody yet") {
  CHECK(told_request("GET / HTTP/1.0\r\nConnection: close\r\n\r\nGET / HTTP/1.0\r\n\r\n") ==
        "GET / 1.0 [Connection=close] none\nend at 37\nGET / 1.0 none\nend at 55\nfine\n");
}

TEST_CASE("parser: a line is not ended by a bare CR (CVE-2023-30589)") {
  CHECK(told_request(post("X:\rContent-Length: 5\r\n", "hello")) == "refused bad_request\n");
  CHECK(told_answer("HTTP/1.1 200 OK\r\nX:\rContent-Length: 5\r\n\r\nhello") ==
        "refused bad_answer\n");
}

void check_refused(std::initializer_list<Refusal> refusals) {
  for (const Refusal& refusal : refusals) check_refused(refusal);
}

TEST_CASE("parser: field lines that two servers could read differently are refused") {
  check_refused({
      // What the default build of llhttp lets through.
      {"CR before the next head", "GET / HTTP/1.1\r\nHost: a\r\n\rZGET /evil: x\r\n\r\n"},
      {"space before the colon", with_field("X : a")},
      {"tab before the colon", with_field("X\t: a")},
      {"tab in the target", "GET /\ta HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"form feed in the target", "GET /\fa HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"8-bit byte in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"},
      // Row 1: obs-fold.
      {"folded value", with_field("X: a\r\n b")},
      {"folded value with tab", with_field("X: a\r\n\tb")},
      {"folded coding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
      {"folded length", post("Content-Length:\r\n 5\r\n", "hello")},
      {"fold before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      // Rows 2 and 3.
      {"empty field name (CVE-2023-25725)", with_field(": a")},
      {"head ended by LF", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
      {"field ended by LF", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"},
      {"request line ended by LF", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
      {"all ended by LF", "GET / HTTP/1.1\nHost: a\n\n"},
      {"CR in a value", with_field("X: a\rb")},
      {"CR CR LF", with_field("X: a\r")},
      {"NUL in a value", with_field("X: a\0b"s)},
      {"DEL in a value", with_field("X: a\x7f")},
      {"control character in a value", with_field("X: a\x01")},
      {"NUL in a name", with_field("X\0: a"s)},
      {"8-bit byte in a name", with_field("X\xe9: a")},
      {"no colon", with_field("Xa")},
      {"name in quotes", with_field("\"X\": a")},
      // Row 4.
      {"no Host", "GET / HTTP/1.1\r\n\r\n"},
      {"two Hosts", with_field("Host: a")},
      {"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {"Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {"Host with a list", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
      {"Host with a bad port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"},
      {"Host that is another", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n"},
  });
}

TEST_CASE("parser: request lines that two servers could read differently are refused") {
  check_refused({
      // Row 9.
      {"no version", "GET /\r\n\r\n"},
      {"no target", "GET\r\n\r\n"},
      {"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", "refused unknown_version"},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "refused unknown_version"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "refused unknown_version"},
      {"HTTP/1.01", "GET / HTTP/1.01\r\nHost: a\r\n\r\n"},
      {"http/1.1", "GET / http/1.1\r\nHost: a\r\n\r\n"},
      {"RTSP", "PLAY / RTSP/1.0\r\n\r\n"},
      {"ICE", "SOURCE / ICE/1.0\r\n\r\n"},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "refused unknown_version"},
      // Row 10.
      {"two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"two spaces behind the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
      {"leading space", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"tab around the target", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      // Row 11.
      {"GET *", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"OPTIONS */x", "OPTIONS */x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"fragment (CVE-2023-45539)", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"angle brackets", "GET /<a> HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"quotes", "GET /?\"a\" HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"backslash in the path", "GET /a\\..\\b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"braces in the path", "GET /{a} HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"user information", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"URL without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a TLS handshake", "\x16\x03\x01\x02\x00\x01\xfc"s},
  });
}

TEST_CASE("parser: methods that are not spoken here are unsupported") {
  constexpr std::string_view unsupported = "refused unsupported";
  check_refused({"QUERY (row 14)", "QUERY / HTTP/1.1\r\nHost: a\r\n\r\n", unsupported});
  check_refused({"lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", unsupported});
  check_refused({"extension", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", unsupported});
  check_refused({"RTSP's in HTTP", "PLAY / HTTP/1.1\r\nHost: a\r\n\r\n", unsupported});
  check_refused({"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", unsupported});
  check_refused({"CONNECT /x", "CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n", unsupported});
  check_refused({"method with a bracket", "G[T / HTTP/1.1\r\nHost: a\r\n\r\n"});
}

TEST_CASE("parser: every method that llhttp knows is forwarded") {
  for (const std::string method :
       {"GET",        "POST",        "PUT",   "HEAD",     "DELETE", "OPTIONS",   "PATCH",
        "TRACE",      "COPY",        "LOCK",  "MKCOL",    "MOVE",   "PROPFIND",  "PROPPATCH",
        "SEARCH",     "UNLOCK",      "BIND",  "REBIND",   "UNBIND", "ACL",       "REPORT",
        "MKACTIVITY", "CHECKOUT",    "MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE", "PURGE",
        "MKCALENDAR", "UNSUBSCRIBE", "LINK",  "UNLINK",   "SOURCE"}) {
    CAPTURE(method);
    CHECK(verdict(told_request(method + " / HTTP/1.1\r\nHost: a\r\n\r\n")) == "fine");
  }
}

TEST_CASE("parser: ambiguous lengths and codings are refused") {
  check_refused({
      // Row 5.
      {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
       "refused unsupported"},
      {"cow and chunked",
       post("Transfer-Encoding: cow\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"empty element", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n")},
      {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
      {"chunked in two lines",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
      {"identity", post("Transfer-Encoding: identity\r\n", "")},
      {"quoted", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
      {"with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n")},
      {"xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
      // Rows 6 and 7.
      {"empty coding", post("Transfer-Encoding:\r\nContent-Length: 0\r\n", "")},
      {"empty coding alone", post("Transfer-Encoding: \r\n", "")},
      {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      // Lengths.
      {"both", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"both, other order",
       post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
      {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"list", post("Content-Length: 5, 5\r\n", "hello")},
      {"empty (CVE-2023-40225)", post("Content-Length:\r\n", "")},
      {"sign", post("Content-Length: +5\r\n", "hello")},
      {"minus", post("Content-Length: -5\r\n", "hello")},
      {"hexadecimal", post("Content-Length: 0x5\r\n", "hello")},
      {"space inside", post("Content-Length: 1 0\r\n", "hello")},
      {"trailing text", post("Content-Length: 5a\r\n", "hello")},
      // Row 8.
      {"above 2^62", post("Content-Length: 4611686018427387905\r\n", "")},
      {"2^64", post("Content-Length: 18446744073709551616\r\n", "")},
      {"leading zeros", post("Content-Length: 00000000000000000005\r\n", "hello")},
      // Expect.
      {"unknown expectation", post("Expect: cake\r\n", ""), "refused unmet_expectation"},
      {"two expectations", post("Expect: 100-continue\r\nExpect: 100-continue\r\n", ""),
       "refused unmet_expectation"},
      {"decorated expectation", post("Expect: y 100-continue\r\n", ""),
       "refused unmet_expectation"},
  });
}

TEST_CASE("parser: chunks that two servers could read differently are refused") {
  check_refused({
      {"data followed by other bytes", chunked("2\r\nhiXX0\r\n\r\n")},
      {"data followed by LF", chunked("2\r\nhi\n0\r\n\r\n")},
      {"data followed by CR and a byte", chunked("2\r\nhi\rX0\r\n\r\n")},
      {"data too long", chunked("2\r\nhip\r\n0\r\n\r\n")},
      {"line ended by LF", chunked("2\nhi\r\n0\r\n\r\n")},
      {"line ended by CR and a byte", chunked("2\rXhi\r\n0\r\n\r\n")},
      {"CR in an extension", chunked("2;a\rb\r\nhi\r\n0\r\n\r\n")},
      {"LF in an extension", chunked("2;a\nb\r\nhi\r\n0\r\n\r\n")},
      {"NUL in an extension", chunked("2;a\0\r\nhi\r\n0\r\n\r\n"s)},
      {"space behind the size", chunked("2 \r\nhi\r\n0\r\n\r\n")},
      {"space before the size", chunked(" 2\r\nhi\r\n0\r\n\r\n")},
      {"0x", chunked("0x2\r\nhi\r\n0\r\n\r\n")},
      {"sign", chunked("+2\r\nhi\r\n0\r\n\r\n")},
      {"minus", chunked("-2\r\nhi\r\n0\r\n\r\n")},
      {"underscore", chunked("0_2\r\nhi\r\n0\r\n\r\n")},
      {"longest prefix", chunked("2g\r\nhi\r\n0\r\n\r\n")},
      {"no size", chunked("\r\nhi\r\n0\r\n\r\n")},
      {"no size but an extension", chunked(";a\r\nhi\r\n0\r\n\r\n")},
      // Row 8 and Varnish's f00001.
      {"wrapping size", chunked("FFFFFFFFFFFFFFED\r\nhi\r\n0\r\n\r\n")},
      {"above 2^62", chunked("4000000000000001\r\n")},
      {"17 digits", chunked("00000000000000002\r\nhi\r\n0\r\n\r\n")},
      // Row 3, 12 and trailers.
      {"trailer ended by LF", chunked("0\r\nX: a\n\r\n")},
      {"trailers ended by LF", chunked("0\r\nX: a\r\n\n")},
      {"no trailers ended by LF", chunked("0\r\n\n")},
      {"no trailers ended by CR", chunked("0\r\n\rX: a\r\n\r\n")},
      {"last chunk ended by LF", chunked("0\n\r\n")},
      {"folded trailer", chunked("0\r\nX: a\r\n b\r\n\r\n")},
      {"trailer without a name", chunked("0\r\n: a\r\n\r\n")},
      {"trailer without a colon", chunked("0\r\nGET / HTTP/1.1\r\n\r\n")},
      {"control character in a trailer", chunked("0\r\nX: \x01\r\n\r\n")},
      {"bare CR in a trailer", chunked("0\r\nX:\rY: a\r\n\r\n")},
  });
}

TEST_CASE("parser: what is refused in a body is refused before more of it is told") {
  CHECK(told_request(chunked("2\r\nhi\r\n2\nho\r\n0\r\n\r\n")) ==
        "POST / 1.1 [Host=a] [Transfer-Encoding=chunked] chunked keep\nbody hi\n"
        "refused bad_request\n");
}

TEST_CASE("parser: everything a peer can lengthen has a limit") {
  const std::string many(100, '0');
  check_refused({"zeros before a chunk size (row 24)", chunked(std::string(200'000, '0'))});
  check_refused({"zeros before a length", post("Content-Length: " + many + "5\r\n", "hello")});
  check_refused({"empty lines", "\r\n\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n"});
  check_refused({"chunk extension", chunked("2;" + std::string(300, 'a') + "\r\nhi\r\n0\r\n\r\n")});
  check_refused({"trailers", chunked("0\r\nX: " + std::string(9000, 'a') + "\r\n\r\n")});
  check_refused({"endless trailers", chunked("0\r\nX: " + std::string(9000, 'a'))});
  check_refused({"head", with_field("X: " + std::string(70'000, 'a')), "refused head_too_large"});
  check_refused({"endless head", "GET / HTTP/1.1\r\nX: " + std::string(70'000, 'a'),
                 "refused head_too_large"});
  check_refused({"endless method", std::string(70'000, 'A'), "refused head_too_large"});
  check_refused({"target", "GET /" + std::string(17'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
                 "refused target_too_long"});
  check_refused({"endless target", "GET /" + std::string(70'000, 'a'), "refused target_too_long"});

  std::string fields;
  for (std::size_t i = 0; i < limits::max_fields; ++i) fields += "X: a\r\n";
  check_refused({"fields", with_field(fields + "Y: a"), "refused head_too_large"});
  std::string trailers;
  for (std::size_t i = 0; i <= limits::max_fields; ++i) trailers += "X: a\r\n";
  check_refused({"trailer fields", chunked("0\r\n" + trailers + "\r\n"), "refused head_too_large"});
}

TEST_CASE("parser: the limits themselves are allowed") {
  const std::string target = "/" + std::string(limits::max_target_bytes - 1, 'a');
  CHECK(verdict(told_request("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")) == "fine");

  const std::string head = with_field("X: 12345");
  const Case fits{Parser::Kind::request, head, "", {head.size(), limits::max_target_bytes}};
  CHECK(verdict(told(fits)) == "fine");
  const Case too_large{
      Parser::Kind::request, head, "", {head.size() - 1, limits::max_target_bytes}};
  CHECK(verdict(told(too_large)) == "refused head_too_large");

  const std::string line = "1;" + std::string(limits::max_chunk_line_bytes - 4, 'a') + "\r\n";
  CHECK(verdict(told_request(chunked(line + "x\r\n0\r\n\r\n"))) == "fine");
  CHECK(verdict(told_request(chunked("4000000000000000\r\n"))) == "refused closed_early");
  CHECK(verdict(told_request(post("Content-Length: 4611686018427387904\r\n", ""))) ==
        "refused closed_early");
}

TEST_CASE("parser: Connection decides about going on, as a list and in any case") {
  const auto keeps = [](std::string_view head) {
    return told_request(std::string(head) + "\r\n").find(" keep\n") != std::string::npos;
  };

  CHECK(keeps("GET / HTTP/1.1\r\nHost: a\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.0\r\n"));
  CHECK(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\t\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\t,y\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n"));
  CHECK(keeps("GET / HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n"));
}

TEST_CASE("parser: Expect and Upgrade are seen where they count") {
  CHECK(told_request(post("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x")) ==
        "POST / 1.1 [Host=a] [Expect=100-Continue] [Content-Length=1] length 1 keep continue\n"
        "body x\nend at 70\nfine\n");
  CHECK(told_request(post("Expect: 100-continue\r\n", "")) ==
        "POST / 1.1 [Host=a] [Expect=100-continue] none keep\nend at 50\nfine\n");
  CHECK(told_request("POST / HTTP/1.0\r\nExpect: cake\r\nContent-Length: 1\r\n\r\nx") ==
        "POST / 1.0 [Expect=cake] [Content-Length=1] length 1\nbody x\nend at 53\nfine\n");
  CHECK(told_request(with_field("Connection: Upgrade\r\nUpgrade: websocket")) ==
        "GET / 1.1 [Host=a] [Connection=Upgrade] [Upgrade=websocket] none keep upgrade\n"
        "end at 68\nfine\n");
  CHECK(told_request(with_field("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c")) ==
        "GET / 1.1 [Host=a] [Connection=Upgrade, HTTP2-Settings] [Upgrade=h2c] none keep\n"
        "end at 78\nfine\n");
  CHECK(told_request(with_field("Upgrade: websocket")) ==
        "GET / 1.1 [Host=a] [Upgrade=websocket] none keep\nend at 47\nfine\n");
}

TEST_CASE("parser: who sends a body does not ask for an upgrade") {
  CHECK(told_request(post("Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n", "hi")) ==
        "POST / 1.1 [Host=a] [Connection=Upgrade] [Upgrade=x] [Content-Length=2] length 2 "
        "keep\nbody hi\nend at 82\nfine\n");
  CHECK(verdict(
            told_request(post("Connection: Upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n",
                              "2\r\nhi\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n"))) == "fine");
}

TEST_CASE("parser: a peer that leaves in the middle left early") {
  CHECK(verdict(told_request("GET / HTTP/1.1\r\nHost: a\r\n")) == "refused closed_early");
  CHECK(verdict(told_request("G")) == "refused closed_early");
  CHECK(verdict(told_request(post("Content-Length: 5\r\n", "hell"))) == "refused closed_early");
  CHECK(verdict(told_request(chunked("5\r\nhello"))) == "refused closed_early");
  CHECK(verdict(told_request(chunked("5\r\nhello\r\n0\r\n"))) == "refused closed_early");
  CHECK(told_request("") == "fine\n");
}

// Takes everything, remembers nothing.
struct Deaf final : ParserEvents {
  void on_request_head(RequestHead&&, const Framing&) override { ++heads; }
  void on_body(std::string_view) override {}
  void on_message_complete(Fields&&) override {}
  int heads = 0;
};

TEST_CASE("parser: knows whether a message has begun, is in its body, is complete") {
  Deaf events;
  Parser parser(Parser::Kind::request, events);

  CHECK_FALSE(parser.has_begun());
  CHECK(*parser.feed("\r\n") == 2);
  CHECK_FALSE(parser.has_begun());
  CHECK(*parser.feed("P") == 1);
  CHECK(parser.has_begun());
  CHECK_FALSE(parser.in_body());
  CHECK(*parser.feed("OST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n") == 37);
  CHECK(parser.in_body());
  CHECK(*parser.feed("abGET") == 2);
  CHECK(parser.is_complete());
  CHECK_FALSE(parser.in_body());
  CHECK(*parser.feed("GET") == 0);
  parser.next();
  CHECK_FALSE(parser.has_begun());
}

TEST_CASE("parser: goes to another owner between messages, with other limits") {
  Deaf first;
  Deaf second;
  Parser parser(Parser::Kind::request, first);
  CHECK(*parser.feed("GET / HTTP/1.0\r\n\r\n") == 18);
  parser.next();
  ParserLimits limits;
  limits.max_target_bytes = 4;

  parser.serve(second, limits);

  CHECK(*parser.feed("GET /abc HTTP/1.0\r\n\r\n") == 21);
  parser.next();
  CHECK(parser.feed("GET /abcd HTTP/1.0\r\n\r\n").error().code == Code::target_too_long);
  CHECK(first.heads == 1);
  CHECK(second.heads == 1);
}

TEST_CASE("parser: a failed parser stays failed and says the same again") {
  Deaf events;
  Parser parser(Parser::Kind::request, events);

  const auto first = parser.feed("GET / HTTP/3.0\r\n");
  const auto second = parser.feed("GET / HTTP/1.0\r\n\r\n");

  CHECK(first.error().detail.find("version") != std::string::npos);
  CHECK(second.error().detail == first.error().detail);
  CHECK(second.error().leg == Leg::client);
  CHECK_FALSE(parser.finish().ok());
}

}  // namespace
}  // namespace understudy::http
