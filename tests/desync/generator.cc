#include "generator.h"

#include <cstdio>
#include <iterator>
#include <string_view>

namespace understudy::desync {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t most_requests = 4;
// How many parts there are to one trick, for one stream: from hardly a plain part to hardly a
// trick.
constexpr std::size_t parts_to_a_trick[] = {10, 40, 100, 200};

// Dice that also say when a part is a trick.
class Tricks {
 public:
  explicit Tricks(fuzz::Dice& dice)
      : dice_(dice), parts_(parts_to_a_trick[dice.below(std::size(parts_to_a_trick))]) {}

  std::size_t below(std::size_t sides) { return dice_.below(sides); }
  bool now() { return below(parts_) == 0; }

 private:
  fuzz::Dice& dice_;
  std::size_t parts_;
};

template <std::size_t count>
std::string_view one_of(Tricks& dice, const std::string_view (&choices)[count]) {
  return choices[dice.below(count)];
}

// The plain part, or now and then one of the tricks.
template <std::size_t count>
std::string_view plain_or(Tricks& dice, std::string_view plain,
                          const std::string_view (&tricks)[count]) {
  return dice.now() ? one_of(dice, tricks) : plain;
}

constexpr std::string_view methods[] = {"GET",    "POST",    "PUT",   "HEAD",
                                        "DELETE", "OPTIONS", "PATCH", "TRACE"};
constexpr std::string_view odd_methods[] = {"get", "",     "CONNECT", "QUERY", "GET\0"sv,
                                            "G(",  "PRI ", "\r\nGET", "\nGET", " GET"};
constexpr std::string_view odd_spaces[] = {"  ", "\t", " \t", "\v", "", "\r", "\xa0"};
constexpr std::string_view targets[] = {"/",        "/a?b=c", "/%00%0d%0a", "http://h/",
                                        "//double", "/a;b",   "/?",         "/.."};
constexpr std::string_view odd_targets[] = {
    "*",        "http://other/", "/a b",        "/\x80", "/#f",   "",
    "h:80",     "/\t",           "http://u@h/", "/a\rb", "/\0"sv, "\\a",
    "http:///", "/ HTTP/1.1",    "http://h",    "/\x7f"};
constexpr std::string_view odd_versions[] = {
    "HTTP/1.0",  "HTTP/1.0",  "HTTP/1.2",  "HTTP/2.0", "HTTP/0.9", "http/1.1",  "",
    "HTTP/1.1 ", "HTTP/01.1", "HTTP/1.10", "HTTP/1",   "HTTP/1,1", "HTTP/1.1\t"};
constexpr std::string_view odd_line_ends[] = {"\n",    "\r",     "\r\r\n",   "\n\r\n", "\r\n\r",
                                              " \r\n", "\v\r\n", "\0\r\n"sv, "\r\n\n"};
constexpr std::string_view odd_hosts[] = {"",
                                          "Host: h\r\nHost: i\r\n",
                                          "Host: h/\r\n",
                                          "Host:\r\n",
                                          "Host: i\r\n",
                                          "Host : h\r\n",
                                          "Host: h, i\r\n",
                                          "Host: h:80:80\r\n",
                                          "Host: a b\r\n",
                                          "\tHost: h\r\n"};
constexpr std::string_view plain_fields[] = {
    "X: y",       "Accept: */*",         "Connection: keep-alive",     "TE: trailers",
    "Trailer: X", "Cookie: a=b; c=d",    "X-Forwarded-For: 192.0.2.7", "Via: 1.0 other",
    "Empty:",     "Expect: 100-continue"};
constexpr std::string_view odd_fields[] = {
    "Connection: close",
    "Connection: Content-Length",
    "Connection: Transfer-Encoding, Host",
    "Connection: close, TE",
    "Connection: close\v",
    "Proxy-Connection: close",
    ": empty",
    "X : y",
    "X\t: y",
    "\0X: y"sv,
    "no colon",
    "X: a\0b"sv,
    "X: a\rContent-Length: 40",
    "X: a\nContent-Length: 40",
    "X: y\r\n folded",
    "X: y\r\n\tContent-Length: 40",
    " X: y",
    "X: \vTransfer-Encoding: chunked",
    "Content_Length: 40",
    "Content-Length\0: 40"sv,
    "Content-Length : 40",
    "Transfer-Encoding\v: chunked",
    "Transfer_Encoding: chunked",
    "Expect: 100-Continue, x",
    "Expect: 200-ok",
    "Upgrade: x\r\nConnection: upgrade",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA",
    "Max-Forwards: 0",
    "Content-Length",
    "Transfer-Encoding:",
    "X:\xff\x80\x85\xa0",
    "X: \x7f"};
constexpr std::string_view odd_lengths[] = {"+5",         "-5",
                                            "0x5",        "05",
                                            "5,5",        "5, 6",
                                            "5\v",        "",
                                            "5a",         "5.0",
                                            "5 5",        "\"5\"",
                                            "5\r\n 0",    "18446744073709551621",
                                            "4294967301", "9999999999999999999",
                                            "0",          "1",
                                            "00",         "40",
                                            "5\0"sv,      "\r\n 5",
                                            "5;",         "1e1",
                                            "\2405"};
constexpr std::string_view odd_codings[] = {"chunked, identity",
                                            "identity, chunked",
                                            "gzip, chunked",
                                            "chunked, chunked",
                                            ",chunked",
                                            "chunked,",
                                            "\"chunked\"",
                                            "chunked;q=1",
                                            "chunked\v",
                                            "xchunked",
                                            "chunked\0"sv,
                                            "\0chunked"sv,
                                            "",
                                            "identity",
                                            "\r\n chunked",
                                            "Chunked",
                                            "chunked\t",
                                            "chunked ",
                                            "\vchunked",
                                            "chu\r\n nked",
                                            "chunked\r\nTransfer-Encoding: identity",
                                            "cow\r\nTransfer-Encoding: chunked",
                                            "chunked\r\nTransfer-Encoding: chunked",
                                            "\240chunked",
                                            "deflate"};
constexpr std::string_view bodies[] = {"",
                                       "a",
                                       "hello",
                                       "0\r\n\r\n",
                                       "5\r\nhello\r\n0\r\n\r\n",
                                       "GET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n",
                                       "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n",
                                       "\r\n\r\n",
                                       "\0\r\n"sv};
constexpr std::string_view odd_sizes[] = {
    "0x", "0", "000000000000000000000", "+", "-", " ", "\t", "FFFFFFFF0000000", "\n", "1\r\n", "g"};
constexpr std::string_view odd_extensions[] = {";a=b",  ";a=\"\r\n\"", ";\n",  ";a\rb",        " ",
                                               "\t",    ";",           ";a;b", ";a=\"b",       "\v",
                                               ";\0"sv, " ;a",         ",5",   ";a\n0\r\n\r\n"};
constexpr std::string_view odd_chunk_ends[] = {"\n", "", "XX", "\r", "\n\r", " \r\n", "\r\n\r\n"};
constexpr std::string_view odd_trailers[] = {"X: y\r\n",
                                             "Content-Length: 40\r\n",
                                             "Transfer-Encoding: chunked\r\n",
                                             "X: y\r\n z\r\n",
                                             ": x\r\n",
                                             "Host: t\r\n",
                                             "X: y\n",
                                             "X\r\n",
                                             "X: y\r",
                                             "GET / HTTP/1.1\r\nHost: t\r\n"};

std::string hexadecimal(std::size_t number) {
  char text[2 * sizeof number + 1];
  std::snprintf(text, sizeof text, "%zx", number);
  return text;
}

std::string chunked(Tricks& dice, std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const auto piece = body.substr(0, 1 + dice.below(body.size()));
    out += plain_or(dice, "", odd_sizes);
    out += hexadecimal(piece.size());
    out += plain_or(dice, "", odd_extensions);
    out += plain_or(dice, "\r\n", odd_line_ends);
    out += piece;
    out += plain_or(dice, "\r\n", odd_chunk_ends);
    body.remove_prefix(piece.size());
  }
  out += "0";
  out += plain_or(dice, "", odd_extensions);
  out += plain_or(dice, "\r\n", odd_line_ends);
  out += plain_or(dice, "", odd_trailers);
  return out += plain_or(dice, "\r\n", odd_line_ends);
}

void add_field(std::string& out, Tricks& dice, std::string_view field) {
  out += field;
  out += plain_or(dice, "\r\n", odd_line_ends);
}

void add_fields(std::string& out, Tricks& dice) {
  for (auto left = dice.below(4); left > 0; --left) {
    add_field(out, dice, plain_or(dice, one_of(dice, plain_fields), odd_fields));
  }
}

std::string some_request(Tricks& dice) {
  std::string out(plain_or(dice, one_of(dice, methods), odd_methods));
  out += plain_or(dice, " ", odd_spaces);
  out += plain_or(dice, one_of(dice, targets), odd_targets);
  out += plain_or(dice, " ", odd_spaces);
  out += plain_or(dice, "HTTP/1.1", odd_versions);
  out += plain_or(dice, "\r\n", odd_line_ends);
  out += plain_or(dice, "Host: h\r\n", odd_hosts);
  add_fields(out, dice);
  enum { nothing, length, coding, both, kinds };
  const auto framing = dice.below(3) == 0 ? dice.below(kinds) : dice.below(both);
  const auto body = framing == nothing ? ""sv : one_of(dice, bodies);
  const auto content = framing >= coding ? chunked(dice, body) : std::string(body);
  if (framing == length || framing == both) {
    const auto size = std::to_string(content.size());
    add_field(out, dice, "Content-Length: " + std::string(plain_or(dice, size, odd_lengths)));
    if (dice.now()) add_field(out, dice, "content-length: " + size);
  }
  if (framing >= coding) {
    add_field(out, dice,
              "Transfer-Encoding: " + std::string(plain_or(dice, "chunked", odd_codings)));
  }
  add_fields(out, dice);
  out += plain_or(dice, "\r\n", odd_line_ends);
  return out += content;
}

}  // namespace

std::string some_stream(fuzz::Dice& dice) {
  Tricks tricks(dice);
  std::string out;
  for (auto left = 1 + dice.below(most_requests); left > 0; --left) out += some_request(tricks);
  return out;
}

}  // namespace understudy::desync
