#include <algorithm>
#include <charconv>
#include <optional>

#include "reader.h"

namespace understudy::desync {
namespace {

using End = Reading::End;

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') || token_marks.find(c) != token_marks.npos;
  });
}
bool is_visible(std::string_view text, std::string_view but) {
  return std::all_of(text.begin(), text.end(), [but](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte > ' ' && byte != 0x7f) || but.find(c) != but.npos;
  });
}
bool is_named(std::string_view name, std::string_view wanted) {
  return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
}

// Exactly as a sender writes it: no sign, no zeros in front.
std::optional<std::size_t> number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  const bool is_plain = text.size() == 1 || !text.starts_with('0');
  if (!is_whole || !is_plain || text.empty()) return std::nullopt;
  return value;
}

// One walk over the bytes of one connection.
class Strict {
 public:
  explicit Strict(std::string_view bytes) : rest_(bytes) {}

  Reading run() {
    while (!rest_.empty() && reading_.end == End::clean) {
      reading_.end = End::unfinished;
      Request request;
      if (read_head(request) && read_body(request)) {
        reading_.requests.push_back(std::move(request));
        reading_.end = End::clean;
      }
    }
    return std::move(reading_);
  }

 private:
  bool refuse() {
    reading_.end = End::refused;
    return false;
  }

  // False at the end of the bytes.
  bool take_line(std::string_view& line) {
    const auto end = rest_.find(line_end);
    if (end == rest_.npos) return false;
    line = rest_.substr(0, end);
    rest_.remove_prefix(end + line_end.size());
    return true;
  }

  bool read_head(Request& request) {
    std::string_view line;
    if (!take_line(line)) return false;
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == line.npos || first == last) return refuse();
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, last - first - 1);
    const bool is_fine = is_token(request.method) && is_visible(request.target, "") &&
                         !request.target.empty() && line.substr(last) == " HTTP/1.1";
    hosts_ = 0;
    length_.reset();
    is_chunked_ = false;
    return is_fine ? read_fields(request) : refuse();
  }

  bool read_fields(Request& request) {
    std::string_view line;
    while (take_line(line)) {
      if (line.empty()) return hosts_ == 1 && !(length_ && is_chunked_) ? true : refuse();
      if (!read_field(line, request)) return refuse();
    }
    return false;
  }

  bool read_field(std::string_view line, Request& request) {
    const auto colon = line.find(": ");
    if (colon == line.npos || !is_token(line.substr(0, colon))) {
      return line.ends_with(':') && is_token(line.substr(0, line.size() - 1));
    }
    const auto name = line.substr(0, colon);
    const auto value = line.substr(colon + 2);
    if (!is_visible(value, " \t")) return false;
    if (is_named(name, "host")) ++hosts_;
    if (is_named(name, "upgrade")) request.upgrades = true;
    if (is_named(name, "transfer-encoding")) {
      if (is_chunked_ || !is_named(value, "chunked")) return false;
      is_chunked_ = true;
    }
    if (!is_named(name, "content-length")) return true;
    if (length_) return false;
    length_ = number(value, 10);
    return length_.has_value();
  }

  bool read_body(Request& request) {
    return is_chunked_ ? read_chunks(request) : take(length_.value_or(0), request.body);
  }

  bool take(std::size_t size, std::string& body) {
    if (rest_.size() < size) return false;
    body.append(rest_, 0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool read_chunks(Request& request) {
    std::string_view line;
    while (take_line(line)) {
      const auto size = number(line, 16);
      if (!size) return refuse();
      if (*size == 0) return read_trailers();
      if (!take(*size, request.body) || rest_.size() < line_end.size()) return false;
      if (!rest_.starts_with(line_end)) return refuse();
      rest_.remove_prefix(line_end.size());
    }
    return false;
  }

  bool read_trailers() {
    std::string_view line;
    while (take_line(line)) {
      if (line.empty()) return true;
      const auto colon = line.find(':');
      const auto name = line.substr(0, colon);
      if (colon == line.npos || !is_token(name) || is_named(name, "content-length")) {
        return refuse();
      }
    }
    return false;
  }

  std::string_view rest_;
  Reading reading_;
  std::size_t hosts_ = 0;
  std::optional<std::size_t> length_;
  bool is_chunked_ = false;
};

}  // namespace

Reading read_strictly(std::string_view bytes) {
  return Strict(bytes).run();
}

}  // namespace understudy::desync
