#include <algorithm>
#include <cstdint>
#include <optional>

#include "reader.h"

namespace understudy::desync {
namespace {

using End = Reading::End;

constexpr std::string_view blanks = " \t\v\f\r";
constexpr std::string_view controls = "\v\f\x1c\x1d\x1e";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string lowered(std::string_view text) {
  std::string result(text);
  for (auto& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return result;
}

unsigned digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

// As far as it is a number; what overflows wraps.
std::optional<std::uint64_t> number(std::string_view text, unsigned base) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) text.remove_prefix(2);
  std::uint64_t value = 0;
  std::size_t used = 0;
  for (; used < text.size() && digit(text[used]) < base; ++used) {
    value = value * base + digit(text[used]);
  }
  return used > 0 ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> number_of_any_base(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with("0x") || text.starts_with("0X")) return number(text, 16);
  return number(text, text.starts_with('0') ? 8 : 10);
}

// One walk over the bytes of one connection.
class Lenient {
 public:
  Lenient(std::string_view bytes, const Habits& habits) : rest_(bytes), habits_(habits) {}

  Reading run() {
    while (skip_empty_lines() && reading_.end == End::clean) {
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
  bool skip_empty_lines() {
    while (rest_.starts_with('\r') || rest_.starts_with('\n')) rest_.remove_prefix(1);
    return !rest_.empty();
  }

  bool ends_line(char c) const {
    if (c == '\n') return true;
    if (c == '\r') return habits_.bare_cr_ends_lines;
    return habits_.controls_end_lines && controls.find(c) != controls.npos;
  }

  // False at the end of the bytes.
  bool take_line(std::string_view& line) {
    const auto* const end =
        std::find_if(rest_.begin(), rest_.end(), [this](char c) { return ends_line(c); });
    if (end == rest_.end()) return false;
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    line = rest_.substr(0, size);
    const bool is_pair = rest_[size] == '\r' && rest_.substr(size + 1).starts_with('\n');
    rest_.remove_prefix(size + (is_pair ? 2 : 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
  }

  bool is_empty(std::string_view line) const {
    return line.empty() || (habits_.blank_line_ends_head && trimmed(line).empty());
  }

  bool read_head(Request& request) {
    std::string_view line;
    if (!take_line(line)) return false;
    line = trimmed(line);
    const auto first = line.find_first_of(blanks);
    if (first == line.npos) {
      reading_.end = End::refused;
      return false;
    }
    request.method = line.substr(0, first);
    const auto others = trimmed(line.substr(first));
    request.target = others.substr(0, others.find_first_of(blanks));
    lengths_.clear();
    coding_.clear();
    return read_fields(request);
  }

  bool read_fields(Request& request) {
    std::string_view line;
    std::string field;
    while (take_line(line)) {
      const bool is_fold = !line.empty() && blanks.find(line[0]) != blanks.npos;
      if (is_fold && !is_empty(line) && !habits_.ignores_folds) {
        field.append(line);
        continue;
      }
      note(field, request);
      if (is_empty(line)) return true;
      field = line;
    }
    return false;
  }

  void note(std::string_view field, Request& request) {
    const auto colon = field.find(':');
    if (colon == field.npos) return;
    const auto name = lowered(trimmed(field.substr(0, colon)));
    auto value = trimmed(field.substr(colon + 1));
    if (habits_.nul_ends_values) value = value.substr(0, value.find('\0'));
    if (name == "upgrade") request.upgrades = true;
    if (name == "content-length") lengths_.emplace_back(value);
    if (name == "transfer-encoding") coding_ += lowered(value) + ",";
  }

  bool is_chunked() const {
    if (habits_.length_beats_chunked && !lengths_.empty()) return false;
    if (habits_.any_coding_with_chunked) return coding_.find("chunked") != coding_.npos;
    return coding_ == "chunked,";
  }

  bool read_body(Request& request) {
    if (is_chunked()) return read_chunks(request);
    if (lengths_.empty()) return true;
    const auto& text = habits_.last_length_counts ? lengths_.back() : lengths_.front();
    const auto size = habits_.lengths_have_bases ? number_of_any_base(text) : number(text, 10);
    return take(size.value_or(0), request.body);
  }

  bool take(std::uint64_t size, std::string& body) {
    if (rest_.size() < size) return false;
    body.append(rest_, 0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool read_chunks(Request& request) {
    std::string_view line;
    while (take_line(line)) {
      auto size = number(line, 16).value_or(0);
      if (habits_.sizes_wrap) size &= UINT32_MAX;
      if (size == 0) return read_trailers();
      if (!take(size, request.body) || rest_.size() < 2) return false;
      if (habits_.skips_two_after_chunks) {
        rest_.remove_prefix(2);
      } else if (rest_[0] == '\r' || rest_[0] == '\n') {
        rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
      }
    }
    return false;
  }

  bool read_trailers() {
    std::string_view line;
    while (take_line(line)) {
      if (is_empty(line)) return true;
    }
    return false;
  }

  std::string_view rest_;
  const Habits& habits_;
  Reading reading_;
  std::vector<std::string> lengths_;
  std::string coding_;
};

}  // namespace

Habits habits(std::uint64_t number) {
  unsigned bit = 0;
  const auto next = [&] { return ((number >> bit++) & 1) != 0; };
  Habits habits;
  for (bool* const habit :
       {&habits.bare_cr_ends_lines, &habits.controls_end_lines, &habits.nul_ends_values,
        &habits.ignores_folds, &habits.blank_line_ends_head, &habits.length_beats_chunked,
        &habits.last_length_counts, &habits.any_coding_with_chunked, &habits.lengths_have_bases,
        &habits.sizes_wrap, &habits.skips_two_after_chunks}) {
    *habit = next();
  }
  return habits;
}

Reading read_leniently(std::string_view bytes, const Habits& habits) {
  return Lenient(bytes, habits).run();
}

}  // namespace understudy::desync
