#include "understudy/http/forwarding.h"

#include <doctest/doctest.h>

#include "understudy/http/framing.h"
#include "understudy/http/serializer.h"

namespace understudy::http {
namespace {

using List = std::initializer_list<Field>;

Fields fields_of(List list) {
  Fields fields;
  for (const Field& field : list) fields.add(field.name, field.value);
  return fields;
}

std::string text_of(const Fields& fields) {
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    out.append(fields[i].name).append("=").append(fields[i].value).append(";");
  }
  return out;
}

// The fields of a request as upstreams see them, without those that every request gets.
std::string forwarded(List list, ForwardingContext context = {}) {
  const RequestHead head{"POST", "/", Version::http_1_1, fields_of(list)};
  context.adds_x_forwarded = false;
  const auto framing = frame_request(head);
  REQUIRE(framing.ok());
  RequestHead out = for_upstream(head, *framing, context);
  CHECK(out.version == Version::http_1_1);
  CHECK(out.fields.remove("Via") == 1);
  return text_of(out.fields);
}

TEST_CASE("forwarding: end-to-end fields stay in order, case and number") {
  CHECK(forwarded({{"b", "1"}, {"hOST", "a"}, {"B", "2"}, {"b", "1"}, {"Date", ""}}) ==
        "b=1;hOST=a;B=2;b=1;Date=;");
}

TEST_CASE("forwarding: hop-by-hop fields and those that Connection names go") {
  CHECK(forwarded({{"Host", "a"},
                   {"Connection", "keep-alive, X-One"},
                   {"Keep-Alive", "timeout=5"},
                   {"X-One", "1"},
                   {"x-one", "2"},
                   {"X-Two", "3"},
                   {"Proxy-Connection", "close"},
                   {"Proxy-Authorization", "Basic eA=="},
                   {"TE", "gzip"},
                   {"Upgrade", "x"},
                   {"connection", "x-THREE"},
                   {"X-Three", "4"}}) == "Host=a;X-Two=3;");
}

TEST_CASE("forwarding: Connection cannot take away what is meant for the other end (f00010)") {
  CHECK(forwarded({{"Connection",
                    "Host, Content-Length, Cookie, Authorization, X-Forwarded-For,"
                    "Content-Type, Via, close"},
                   {"Host", "a"},
                   {"Cookie", "c"},
                   {"Authorization", "d"},
                   {"X-Forwarded-For", "e"},
                   {"Content-Type", "f"},
                   {"Content-Length", "3"}}) ==
        "Host=a;Cookie=c;Authorization=d;X-Forwarded-For=e;Content-Type=f;Content-Length=3;");
}

TEST_CASE("forwarding: one framing field is written, last") {
  CHECK(forwarded({{"Content-Length", "007"}, {"Host", "a"}}) == "Content-Length=7;Host=a;");
  CHECK(forwarded({{"Content-Length", "0"}, {"Host", "a"}}) == "Content-Length=0;Host=a;");
  CHECK(forwarded({{"Transfer-Encoding", "Chunked"}, {"Trailer", "X"}, {"Host", "a"}}) ==
        "Transfer-Encoding=chunked;Trailer=X;Host=a;");
}

// The same, of one who is told where the request came from.
template <typename List>
std::string traced(const List& list, ForwardingContext context) {
  RequestHead head{"GET", "/", Version::http_1_1, {}};
  for (const Field& field : list) head.fields.add(field.name, field.value);
  context.adds_via = false;
  return text_of(for_upstream(head, Framing{}, context).fields);
}

ForwardingContext trusted(std::string_view ip) {
  ForwardingContext context;
  context.client_ip = ip;
  context.is_trusted = true;
  return context;
}

constexpr Field claims[] = {{"Host", "a"},
                            {"X-Forwarded-For", "b"},
                            {"Forwarded", "for=b"},
                            {"x-forwarded-for", "c"},
                            {"X-Forwarded-Proto", "https"},
                            {"X-Forwarded-Host", "d"},
                            {"X-Forwarded-User", "root"},
                            {"X-Forward", "e"}};

TEST_CASE("forwarding: X-Forwarded-* of anybody is dropped and begun afresh") {
  CHECK(traced(claims, {"192.0.2.1", ""}) ==
        "Host=a;X-Forward=e;X-Forwarded-For=192.0.2.1;X-Forwarded-Proto=http;X-Forwarded-Host=a;");
}

TEST_CASE("forwarding: X-Forwarded-* of a trusted proxy is kept and appended to") {
  CHECK(traced(claims, trusted("::1")) ==
        "Host=a;X-Forwarded-For=b;Forwarded=for=b;x-forwarded-for=c, ::1;X-Forwarded-Proto=https;"
        "X-Forwarded-Host=d;X-Forwarded-User=root;X-Forward=e;");
  CHECK(traced(List{{"X-Forwarded-For", ""}}, trusted("::1")) ==
        "Host=;X-Forwarded-For=::1;X-Forwarded-Proto=http;");
}

TEST_CASE(
    "forwarding: Forwarded is written as RFC 7239 has it, appended for trusted proxies only") {
  auto context = trusted("2001:db8::1");
  context.is_tls = true;
  context.adds_x_forwarded = false;
  context.adds_forwarded = true;
  const List list = {{"Host", "a:81"}, {"Forwarded", "for=b"}, {"X-Forwarded-For", "c"}};
  const std::string element = R"(for="[2001:db8::1]";host="a:81";proto=https)";

  CHECK(traced(list, context) == "Host=a:81;Forwarded=for=b, " + element + ";X-Forwarded-For=c;");
  context.is_trusted = false;
  CHECK(traced(list, context) == "Host=a:81;Forwarded=" + element + ";");
}

TEST_CASE("forwarding: both can be written, or neither, which leaves alone what the client sent") {
  ForwardingContext context{"192.0.2.1", ""};
  context.adds_forwarded = true;
  CHECK(traced(List{{"Host", "a"}}, context) ==
        "Host=a;X-Forwarded-For=192.0.2.1;X-Forwarded-Proto=http;X-Forwarded-Host=a;"
        "Forwarded=for=192.0.2.1;host=\"a\";proto=http;");
  context.adds_forwarded = context.adds_x_forwarded = false;
  CHECK(traced(List{{"Host", "a"}, {"X-Forwarded-For", "b"}, {"Forwarded", "c"}}, context) ==
        "Host=a;X-Forwarded-For=b;Forwarded=c;");
}

TEST_CASE("forwarding: a client on a Unix socket has no address to add") {
  auto context = trusted("");
  CHECK(traced(List{{"Host", "a"}, {"X-Forwarded-For", "b"}}, context) ==
        "Host=a;X-Forwarded-For=b;X-Forwarded-Proto=http;X-Forwarded-Host=a;");
  context.adds_x_forwarded = false;
  context.adds_forwarded = true;
  CHECK(traced(List{{"Host", "a"}}, context) ==
        "Host=a;Forwarded=for=unknown;host=\"a\";proto=http;");
}

TEST_CASE("forwarding: Via is added, unless it is not wanted") {
  const RequestHead head{"GET", "/", Version::http_1_0, fields_of({{"Via", "1.1 other"}})};
  ForwardingContext context{"", "up:80"};
  context.adds_x_forwarded = false;

  CHECK(text_of(for_upstream(head, Framing{}, context).fields) ==
        "Host=up:80;Via=1.1 other;Via=1.0 understudy;");
  context.adds_via = false;
  CHECK(text_of(for_upstream(head, Framing{}, context).fields) == "Host=up:80;Via=1.1 other;");
}

TEST_CASE("forwarding: the raw target and the method are untouched") {
  const RequestHead head{"M-SEARCH", "/a/../%2e?x=%zz", Version::http_1_1, {}};

  const RequestHead out = for_upstream(head, Framing{}, {});

  CHECK(out.method == "M-SEARCH");
  CHECK(out.target == "/a/../%2e?x=%zz");
}

TEST_CASE("forwarding: HTTP/1.0 gets the Host that HTTP/1.1 demands, and no expectation") {
  RequestHead head{"POST", "http://b:8080/", Version::http_1_0, fields_of({{"Expect", "cake"}})};

  CHECK(for_upstream(head, Framing{}, {"", "up", false}).fields.find("Host") == "b:8080");
  CHECK_FALSE(for_upstream(head, Framing{}, {"", "up", false}).fields.has("Expect"));
}

TEST_CASE("forwarding: an expectation goes on where there is a body") {
  CHECK(forwarded({{"Host", "a"}, {"Expect", "100-continue"}, {"Content-Length", "1"}}) ==
        "Host=a;Expect=100-continue;Content-Length=1;");
  CHECK(forwarded({{"Host", "a"}, {"Expect", "100-continue"}}) == "Host=a;");
}

TEST_CASE("forwarding: upgrades and trailers are asked for when the client did") {
  CHECK(
      forwarded({{"Host", "a"}, {"Connection", "Upgrade, X"}, {"X", "1"}, {"Upgrade", "websocket"}},
                {"", "", true}) == "Host=a;Upgrade=websocket;Connection=Upgrade;");
  CHECK(forwarded({{"Host", "a"}, {"Connection", "TE"}, {"TE", "gzip, trailers"}, {"TE", "x"}}) ==
        "Host=a;TE=trailers;Connection=TE;");
  CHECK(forwarded({{"Host", "a"}, {"TE", "trailers"}}) == "Host=a;");
}

// The field lines of a written head.
Fields fields_in(std::string_view lines) {
  Fields fields;
  while (lines != "\r\n") {
    const auto colon = lines.find(": ");
    const auto end = lines.find("\r\n");
    REQUIRE(colon < end);
    REQUIRE(end != lines.npos);
    fields.add(lines.substr(0, colon), lines.substr(colon + 2, end - colon - 2));
    lines.remove_prefix(end + 2);
  }
  return fields;
}

struct Answer {
  ResponseHead head;
  std::string_view method = "GET";
  Version client = Version::http_1_1;
  bool keep_alive = true;
};

// The fields of an answer as the client sees them.
std::string answered(const Answer& answer) {
  const AnswerContext context{answer.client, answer.method, answer.keep_alive};
  const auto framing = frame_response(answer.head, answer.method);
  REQUIRE(framing.ok());
  std::string out = "before ";
  write_answer_head(out, answer.head, client_framing(*framing, context), context);
  const std::string start = "before HTTP/1.1 " + std::to_string(answer.head.status) + " Any\r\n";
  REQUIRE(out.starts_with(start));
  const Fields fields = fields_in(std::string_view(out).substr(start.size()));
  CHECK_FALSE(fields.has("Via"));
  return text_of(fields);
}

ResponseHead answer_with(int status, List list, Version version = Version::http_1_1) {
  return {status, "Any", version, fields_of(list)};
}

TEST_CASE("forwarding: answers lose hop-by-hop fields and keep Date and Server") {
  CHECK(answered({answer_with(200, {{"Date", "d"},
                                    {"Connection", "close, X"},
                                    {"X", "1"},
                                    {"Server", "s"},
                                    {"Set-Cookie", "a"},
                                    {"Set-Cookie", "b"},
                                    {"Content-Length", "5"}})}) ==
        "Date=d;Server=s;Set-Cookie=a;Set-Cookie=b;Content-Length=5;");
}

TEST_CASE("forwarding: an unknown length is chunked for 1.1 and ends the connection for 1.0") {
  CHECK(answered({answer_with(200, {})}) == "Transfer-Encoding=chunked;");
  CHECK(answered({answer_with(200, {{"Transfer-Encoding", "chunked"}})}) ==
        "Transfer-Encoding=chunked;");
  CHECK(answered({answer_with(200, {}), "GET", Version::http_1_0, true}) == "Connection=close;");
  CHECK(answered({answer_with(200, {{"Transfer-Encoding", "chunked"}}), "GET",
                  Version::http_1_0}) == "Connection=close;");
}

TEST_CASE("forwarding: what becomes of the connection is said to whom must be told") {
  CHECK(answered({answer_with(200, {{"Content-Length", "1"}}), "GET", Version::http_1_1, false}) ==
        "Content-Length=1;Connection=close;");
  CHECK(answered({answer_with(200, {{"Content-Length", "1"}}), "GET", Version::http_1_0, true}) ==
        "Content-Length=1;Connection=keep-alive;");
}

TEST_CASE("forwarding: answers without a body keep their length where it may stand") {
  CHECK(answered({answer_with(200, {{"Content-Length", "5"}}), "HEAD"}) == "Content-Length=5;");
  CHECK(answered({answer_with(304, {{"Content-Length", "5"}})}) == "Content-Length=5;");
  CHECK(answered({answer_with(204, {{"Content-Length", "0"}})}) == "");
  CHECK(answered({answer_with(204, {{"Content-Length", "5"}})}) == "");
  CHECK(answered({answer_with(200, {{"Transfer-Encoding", "chunked"}}), "HEAD"}) == "");
  CHECK(answered({answer_with(103, {{"Link", "a"}})}) == "Link=a;");
}

TEST_CASE("forwarding: the framing field keeps its place and the case of its name") {
  CHECK(forwarded({{"A", "1"}, {"content-LENGTH", "2"}, {"Host", "a"}}) ==
        "A=1;content-LENGTH=2;Host=a;");
  CHECK(answered({answer_with(200, {{"transfer-encoding", "chunked"}, {"ETag", "e"}})}) ==
        "transfer-encoding=chunked;ETag=e;");
}

TEST_CASE("forwarding: 101 says what the connection becomes") {
  CHECK(answered({answer_with(101, {{"Upgrade", "x"}, {"Connection", "Upgrade"}})}) ==
        "Upgrade=x;Connection=Upgrade;");
}

TEST_CASE("forwarding: trailers that belong into the head are dropped (row 12)") {
  CHECK(text_of(allowed_trailers(fields_of({{"X-Sum", "1"},
                                            {"Content-Length", "5"},
                                            {"Host", "a"},
                                            {"Transfer-Encoding", "chunked"},
                                            {"Connection", "x"},
                                            {"set-cookie", "a"},
                                            {"If-Match", "b"},
                                            {"Authorization", "c"},
                                            {"Grpc-Status", "0"}}))) == "X-Sum=1;Grpc-Status=0;");
}

}  // namespace
}  // namespace understudy::http
