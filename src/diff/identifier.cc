#include "diff/identifier.h"

#include <algorithm>
#include <cstddef>

#include "diff/letters.h"
#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

constexpr std::size_t min_hex = 7;     // a short git hash
constexpr std::size_t min_mixed = 16;  // letters and digits without a word boundary
constexpr std::size_t min_suffix = 8;  // the same behind a prefix
constexpr std::size_t max_extension = 5;

constexpr bool is_alnum(char c) {
  return ascii::is_alpha(c) || ascii::is_digit(c);
}

template <typename Test>
bool all(std::string_view text, Test test) {
  return !text.empty() && std::all_of(text.begin(), text.end(), test);
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), ascii::is_digit);
}
bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), ascii::is_alpha);
}

bool is_digits(std::string_view text) {
  return all(text, ascii::is_digit);
}

// "9" for a digit, other characters for themselves.
bool has_form(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool fits = form[i] == '9' ? ascii::is_digit(text[i]) : text[i] == form[i];
    if (!fits) return false;
  }
  return true;
}

bool is_long_hex(std::string_view text) {
  return text.size() >= min_hex && all(text, ascii::is_hex) && has_digit(text);
}

bool is_mixed(std::string_view text, std::size_t min_size) {
  return text.size() >= min_size && all(text, is_alnum) && has_digit(text) && has_letter(text);
}

bool is_date(std::string_view text) {
  constexpr std::string_view day = "9999-99-99";
  if (has_form(text, day) || has_form(text, "9999-99")) return true;
  return text.size() > day.size() && has_form(text.substr(0, day.size()), day) &&
         (text[day.size()] == 'T' || text[day.size()] == '_' || text[day.size()] == ' ');
}

// True if between the separators, without white space around it, there are only numbers.
bool are_numbers(std::string_view text, char separator) {
  for (;;) {
    const auto end = text.find(separator);
    if (!is_digits(ascii::trim(text.substr(0, end)))) return false;
    if (end == text.npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_ip(std::string_view text) {
  if (std::count(text.begin(), text.end(), '.') == 3 && are_numbers(text, '.')) return true;
  const auto is_part = [](char c) { return ascii::is_hex(c) || c == ':' || c == '.'; };
  return std::count(text.begin(), text.end(), ':') >= 2 && all(text, is_part);
}

bool is_email(std::string_view text) {
  auto at = text.find('@');
  if (at == text.npos) at = text.find("%40");
  return at != text.npos && at > 0 && text.find('.', at) != text.npos;
}

bool is_number_list(std::string_view text) {
  return text.find(',') != text.npos && are_numbers(text, ',');
}

bool has_extension(std::string_view text) {
  const auto dot = text.rfind('.');
  if (dot == text.npos || dot == 0) return false;
  const auto extension = text.substr(dot + 1);
  return extension.size() <= max_extension && all(extension, is_alnum) && has_letter(extension);
}

bool is_prefixed_id(std::string_view text) {
  const auto mark = text.find_last_of("-_");
  if (mark == text.npos || mark == 0) return false;
  const auto suffix = text.substr(mark + 1);
  const auto is_word = [](char c) { return ascii::is_alpha(c) || c == '-' || c == '_'; };
  if (!all(text.substr(0, mark), is_word)) return false;
  return is_digits(suffix) || is_long_hex(suffix) || is_mixed(suffix, min_suffix);
}

// Every id has a digit, an "@" (email) or a ":" (IPv6), but for a UUID that happens to be all
// letters. Most segments and names are plain words and end here.
bool may_be_id(std::string_view text) {
  const auto is_mark = [](char c) { return ascii::is_digit(c) || c == '@' || c == ':'; };
  return text.size() == uuid_size || std::any_of(text.begin(), text.end(), is_mark);
}

}  // namespace

bool is_uuid(std::string_view text) {
  if (text.size() != uuid_size) return false;
  for (const std::size_t at : {8, 13, 18, 23}) {
    if (text[at] != '-') return false;
  }
  unsigned all = letters::hex;
  std::size_t dashes = 0;
  for (const char c : text) {
    const bool is_dash = c == '-';
    dashes += is_dash ? 1 : 0;
    all &= is_dash ? unsigned{letters::hex} : letters::kind_of(c);
  }
  return all != 0 && dashes == 4;
}

bool is_machine_id(std::string_view text) {
  if (!may_be_id(text)) return false;
  return is_digits(text) || is_uuid(text) || is_long_hex(text) || is_mixed(text, min_mixed) ||
         is_ip(text) || is_date(text) || is_email(text);
}

bool is_variable_step(std::string_view step) {
  return step.find("~0") != step.npos || is_machine_id(step);
}

bool is_id_segment(std::string_view segment) {
  if (!may_be_id(segment)) return false;
  if (is_email(segment) || is_ip(segment)) return true;
  if (has_extension(segment)) return false;
  return is_machine_id(segment) || is_number_list(segment) || is_prefixed_id(segment);
}

}  // namespace understudy::diff
