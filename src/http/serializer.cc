#include "understudy/http/serializer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace understudy::http {
namespace {

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  constexpr std::size_t digits = 24;  // more than 2^64 has in either base
  std::array<char, digits> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, base).ptr;
  out.append(text.data(), end);
}

void append_fields(std::string& out, const Fields& fields) {
  out.append(fields.lines()).append("\r\n");
}

// Room for what stands around the parts of a head.
constexpr std::size_t head_overhead = 24;

// Registered with IANA, in the order of their numbers.
constexpr std::pair<int, std::string_view> reasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {511, "Network Authentication Required"},
};

}  // namespace

void write_head(std::string& out, const RequestHead& head) {
  out.reserve(out.size() + head.method.size() + head.target.size() + head.fields.lines().size() +
              head_overhead);
  out.append(head.method).append(" ").append(head.target);
  out.append(head.version == Version::http_1_1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  append_fields(out, head.fields);
}

void write_head(std::string& out, const ResponseHead& head) {
  out.reserve(out.size() + head.reason.size() + head.fields.lines().size() + head_overhead);
  write_status_line(out, head.status, head.reason, head.version);
  append_fields(out, head.fields);
}

void write_status_line(std::string& out, int status, std::string_view reason, Version version) {
  out.append(version == Version::http_1_1 ? "HTTP/1.1 " : "HTTP/1.0 ");
  append_number(out, static_cast<std::uint64_t>(status));
  out.append(" ").append(reason).append("\r\n");
}

void write_chunk_line(std::string& out, std::uint64_t size) {
  constexpr int hexadecimal = 16;
  append_number(out, size, hexadecimal);
  out.append("\r\n");
}

void write_last_chunk(std::string& out, const Fields& trailers) {
  out.append("0\r\n");
  append_fields(out, trailers);
}

std::string own_answer(int status, std::string_view detail, bool keep_alive, bool is_head) {
  ResponseHead head;
  head.status = status;
  head.reason = reason_phrase(status);

  std::string body = std::to_string(status);
  if (!head.reason.empty()) body.append(" ").append(head.reason);
  if (!detail.empty()) body.append(": ").append(detail);
  body.append("\n");

  head.fields.add("Content-Type", "text/plain; charset=utf-8");
  head.fields.add("Content-Length", std::to_string(body.size()));
  head.fields.add("Connection", keep_alive ? "keep-alive" : "close");
  std::string out;
  write_head(out, head);
  if (!is_head) out.append(body);
  return out;
}

std::string final_answer(const RequestHead& head, const std::vector<std::string>& secrets) {
  std::string body;
  ResponseHead answer;
  answer.status = 200;
  answer.reason = reason_phrase(answer.status);
  if (head.method == "TRACE") {
    RequestHead shown = head;
    for (const auto& secret : secrets) shown.fields.remove(secret);
    write_head(body, shown);
    answer.fields.add("Content-Type", "message/http");
  }
  answer.fields.add("Content-Length", std::to_string(body.size()));
  answer.fields.add("Connection", "close");
  std::string out;
  write_head(out, answer);
  return out.append(body);
}

std::string_view reason_phrase(int status) {
  const auto* const found =
      std::lower_bound(std::begin(reasons), std::end(reasons), status,
                       [](const auto& entry, int wanted) { return entry.first < wanted; });
  if (found == std::end(reasons) || found->first != status) return {};
  return found->second;
}

}  // namespace understudy::http
