#include "bench/message_reader.h"

#include <algorithm>
#include <charconv>

#include <strings.h>

namespace understudy::bench {

namespace {

// Proxies add fields, but not that many.
constexpr std::size_t max_head_bytes = 16384;
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view line_end = "\r\n";

bool is_named(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         ::strncasecmp(line.data(), name.data(), name.size()) == 0;
}

std::string_view value_of(std::string_view line, std::string_view name) {
  line.remove_prefix(name.size() + 1);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line;
}

template <typename Number>
bool to_number(std::string_view digits, Number& value) {
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  return error == std::errc{} && stopped == end;
}

}  // namespace

MessageReader::Step MessageReader::read(std::string_view& bytes) {
  if (!is_in_body_) return read_head(bytes);
  const auto taken = std::min<std::uint64_t>(left_, bytes.size());
  bytes.remove_prefix(taken);
  left_ -= taken;
  if (left_ > 0) return Step::more;
  is_in_body_ = false;
  return Step::message;
}

MessageReader::Step MessageReader::read_head(std::string_view& bytes) {
  // The usual head comes in one piece and is never copied.
  const auto end = begun_.empty() ? bytes.find(head_end) : std::string_view::npos;
  if (end != std::string_view::npos) {
    is_in_body_ = true;
    const bool is_understood = understand(bytes.substr(0, end + line_end.size()));
    bytes.remove_prefix(end + head_end.size());
    return is_understood ? Step::head : Step::broken;
  }
  const auto before = begun_.size();
  begun_.append(bytes.substr(0, max_head_bytes));
  // The end itself may have come in two pieces.
  const auto late_end = begun_.find(head_end, before - std::min<std::size_t>(before, 3));
  if (late_end == std::string::npos) {
    bytes.remove_prefix(begun_.size() - before);
    return begun_.size() >= max_head_bytes ? Step::broken : Step::more;
  }
  bytes.remove_prefix(late_end + head_end.size() - before);
  is_in_body_ = true;
  const bool is_understood =
      understand(std::string_view(begun_).substr(0, late_end + line_end.size()));
  begun_.clear();
  return is_understood ? Step::head : Step::broken;
}

bool MessageReader::understand(std::string_view head) {
  constexpr std::string_view version = "HTTP/1.";
  const auto first_end = head.find(line_end);
  const auto first = head.substr(0, first_end);
  left_ = 0;
  status_ = 0;
  is_last_ = first.find("HTTP/1.0") != std::string_view::npos;
  if (first.find(version) == std::string_view::npos) return false;
  if (first.starts_with(version)) {
    const auto digits = first.substr(std::min(first.find(' ') + 1, first.size()), 3);
    if (!to_number(digits, status_)) return false;
  }
  head.remove_prefix(first_end + line_end.size());
  while (!head.empty()) {
    const auto end = head.find(line_end);
    if (!understand_field(head.substr(0, end))) return false;
    head.remove_prefix(end + line_end.size());
  }
  return true;
}

bool MessageReader::understand_field(std::string_view line) {
  constexpr std::string_view length = "Content-Length";
  constexpr std::string_view connection = "Connection";
  if (is_named(line, length)) return to_number(value_of(line, length), left_);
  if (is_named(line, connection)) {
    const auto value = value_of(line, connection);
    is_last_ = value.size() == 5 && ::strncasecmp(value.data(), "close", value.size()) == 0;
  }
  return !is_named(line, "Transfer-Encoding");
}

}  // namespace understudy::bench
