#include "report/text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace understudy::report {

namespace {

struct Range {
  char32_t first, last;
};

// Characters that take no column: combining marks, joiners, variation selectors.
constexpr std::array no_width{
    Range{0x300, 0x36F},   Range{0x483, 0x489},   Range{0x591, 0x5BD},   Range{0x610, 0x61A},
    Range{0x64B, 0x65F},   Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200D},
    Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xE0100, 0xE01EF}};

// Characters that take two columns (Unicode's East Asian Width W and F, and emoji).
constexpr std::array two_columns{
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},
    Range{0x2614, 0x2615},   Range{0x26A1, 0x26A1},   Range{0x2705, 0x2705},
    Range{0x274C, 0x274C},   Range{0x2B50, 0x2B50},   Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97C},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

// Marks that turn or hide text: directions, separators, the byte order mark, tags.
constexpr std::array deceiving{
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0xAD, 0xAD},     Range{0x61C, 0x61C},
    Range{0x180E, 0x180E}, Range{0x200E, 0x200F}, Range{0x2028, 0x202E}, Range{0x2060, 0x206F},
    Range{0xFEFF, 0xFEFF}, Range{0xFFF9, 0xFFFB}, Range{0xFFFE, 0xFFFF}, Range{0xE0000, 0xE007F}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range range) { return c >= range.first && c <= range.last; });
}

// One character of UTF-8; not valid: one byte.
struct Character {
  char32_t code = 0;
  std::size_t size = 1;
  bool is_valid = false;
};

std::size_t sequence_size(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

Character first_of(std::string_view text) {
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text[0]);
  const auto size = sequence_size(lead);
  if (size == 1) return {lead, 1, true};
  if (size == 0 || text.size() < size) return {};
  char32_t code = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) return {};
    code = (code << 6U) | (next & 0x3FU);
  }
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[size] || code > 0x10FFFF || is_surrogate) return {};
  return {code, size, true};
}

std::size_t columns_of(char32_t c) {
  if (c < 0x300) return 1;
  if (is_in(no_width, c)) return 0;
  return is_in(two_columns, c) ? 2 : 1;
}

std::string escaped(char32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  return c < 0x100 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c))
                   : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
}

// The longest beginning of `text` (harmless) that takes at most `width` columns.
std::string_view head(std::string_view text, std::size_t width) {
  std::size_t end = 0, used = 0;
  while (end < text.size()) {
    const auto c = first_of(text.substr(end));
    const auto more = columns_of(c.code);
    if (used + more > width) break;
    used += more;
    end += c.size;
  }
  return text.substr(0, end);
}

// The longest end of `text` (harmless) that takes at most `width` columns.
std::string_view tail(std::string_view text, std::size_t width) {
  const auto total = columns(text);
  if (total <= width) return text;
  std::size_t begin = 0, left_out = 0;
  while (begin < text.size() && total - left_out > width) {
    const auto c = first_of(text.substr(begin));
    left_out += columns_of(c.code);
    begin += c.size;
  }
  return text.substr(begin);
}

constexpr std::string_view ellipsis = "...";

}  // namespace

std::string harmless(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto c = first_of(text.substr(at));
    if (!c.is_valid) {
      result += escaped(static_cast<unsigned char>(text[at]));
    } else if (is_in(deceiving, c.code)) {
      result += escaped(c.code);
    } else {
      result += text.substr(at, c.size);
    }
    at += c.size;
  }
  return result;
}

std::size_t columns(std::string_view text) {
  std::size_t sum = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = first_of(text.substr(at));
    sum += columns_of(c.code);
    at += c.size;
  }
  return sum;
}

std::string cut(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width <= ellipsis.size()) return std::string(head(text, width));
  return std::string(head(text, width - ellipsis.size())).append(ellipsis);
}

std::string cut_middle(std::string_view text, std::size_t width) {
  if (columns(text) <= width || width <= ellipsis.size() + 1) return cut(text, width);
  const auto room = width - ellipsis.size();
  return std::string(head(text, room / 3)).append(ellipsis).append(tail(text, room - room / 3));
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  do {
    auto line = head(text, std::max<std::size_t>(width, 2));
    const auto space = line.size() < text.size() ? line.rfind(' ') : line.npos;
    // At a space, if that leaves no ragged hole.
    if (space != line.npos && space > line.size() / 2) line = line.substr(0, space + 1);
    lines.emplace_back(line);
    text.remove_prefix(line.size());
  } while (!text.empty());
  return lines;
}

std::string left(std::string_view text, std::size_t width) {
  auto result = cut(text, width);
  result.append(width - std::min(width, columns(result)), ' ');
  return result;
}

std::string right(std::string_view text, std::size_t width) {
  auto result = cut(text, width);
  return std::string(width - std::min(width, columns(result)), ' ') + result;
}

Both cut_around_difference(std::string_view primary, std::string_view shadow, std::size_t width) {
  if (columns(primary) <= width && columns(shadow) <= width) {
    return {std::string(primary), std::string(shadow)};
  }
  const auto common = static_cast<std::size_t>(
      std::mismatch(primary.begin(), primary.end(), shadow.begin(), shadow.end()).first -
      primary.begin());
  const auto shared = columns(primary.substr(0, common));
  // What follows the common beginning; where it is short, more of what is before it is shown.
  const auto rest_columns = std::max(columns(primary), columns(shadow)) - shared;
  const auto free = width - std::min(width, rest_columns + ellipsis.size());
  const auto context = std::max(width / 3, free);
  if (shared <= context + ellipsis.size()) return {cut(primary, width), cut(shadow, width)};

  // Both begin with the same text, so the same beginning can be left out of both.
  const auto skipped = head(primary.substr(0, common), shared - context).size();
  const auto from_there = [&](std::string_view text) {
    return cut(std::string(ellipsis).append(text.substr(skipped)), width);
  };
  return {from_there(primary), from_there(shadow)};
}

std::string grouped(std::uint64_t number) {
  const auto digits = fmt::format("{}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string brief(std::uint64_t number) {
  if (number < 10'000) return grouped(number);
  constexpr std::string_view units = "kMGTPE";  // SI
  auto value = static_cast<double>(number) / 1e3;
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1e3;
  return fmt::format("{:.3g}{}", value, units[unit]);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (part == 0 || whole == 0) return "0 %";
  if (part == whole) return "100 %";
  const auto value = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (value < 0.01) return "< 0.01 %";
  // Never rounded to a whole that it is not.
  if (value > 99.9) return "> 99.9 %";
  return value < 1 ? fmt::format("{:.2f} %", value) : fmt::format("{:.1f} %", value);
}

std::string duration(std::int64_t us) {
  if (us < 0) return '-' + duration(-us);
  const auto value = static_cast<double>(us);
  if (us < 1'000) return fmt::format("{} us", us);
  if (us < 10'000) return fmt::format("{:.2f} ms", value / 1e3);
  if (us < 100'000) return fmt::format("{:.1f} ms", value / 1e3);
  if (us < 1'000'000) return fmt::format("{:.0f} ms", value / 1e3);
  if (us < 100'000'000) return fmt::format("{:.2f} s", value / 1e6);
  constexpr std::int64_t us_per_day = 86'400'000'000;
  return us <= us_per_day ? fmt::format("{:.0f} s", value / 1e6) : "> 1 day";
}

std::string bytes(std::uint64_t count) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  if (count < 1024) return fmt::format("{} B", count);
  auto value = static_cast<double>(count) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string seconds_of(WallTime time) {
  constexpr std::size_t to_seconds = 19;
  return to_rfc3339(time).substr(0, to_seconds) + 'Z';
}

std::string counted(std::uint64_t number, std::string_view one) {
  return fmt::format("{} {}{}", grouped(number), one, number == 1 ? "" : "s");
}

std::string spelled(std::string_view name) {
  auto text = harmless(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

}  // namespace understudy::report
