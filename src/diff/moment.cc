#include "diff/moment.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

#include "diff/letters.h"
#include "understudy/base/limits.h"

namespace understudy::diff {

namespace {

// Nanoseconds: nothing counts finer.
constexpr std::size_t max_fraction_digits = 9;
// One time in ten a fraction ends in 0, one in a hundred in 00. A coarser clock lacks three digits.
constexpr std::size_t max_trimmed_digits = 2;
constexpr std::int64_t second_us = 1'000'000;

constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view day_names = "MonTueWedThuFriSatSun";

// Twitter's and Discord's beginning of time, in milliseconds since ours; an id holds the rest above
// its lowest 22 bits.
constexpr std::uint64_t snowflake_epochs[] = {1'288'834'974'657, 1'420'070'400'000};
constexpr unsigned snowflake_shift = 22;
constexpr std::size_t min_snowflake_digits = 17;
constexpr std::size_t max_snowflake_digits = 19;

// Two texts that begin alike.
struct Texts {
  std::string_view primary;
  std::string_view shadow;
  WallTime now;
};

char at(std::string_view text, std::size_t index) {
  return index < text.size() ? text[index] : '\0';
}

// Requires: at most 19 digits.
std::uint64_t number(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value;
}

bool are_near(std::int64_t a_us, std::int64_t b_us, WallTime now) {
  constexpr auto window = Duration(limits::moment_window).count();
  constexpr auto gap = Duration(limits::moment_gap).count();
  const auto now_us = now.time_since_epoch().count();
  return std::abs(a_us - b_us) <= gap && std::abs(a_us - now_us) <= window &&
         std::abs(b_us - now_us) <= window;
}

// Digits behind whole seconds, milliseconds ... and a point; there may be none.
struct Fraction {
  std::string_view digits;
  char point = '\0';

  Fraction(std::string_view text, std::string_view points) {
    if (text.empty() || points.find(text[0]) == points.npos) return;
    digits = text.substr(1, letters::count(text.substr(1), letters::digit));
    if (!digits.empty()) point = text[0];
  }
  std::size_t size() const { return digits.empty() ? 0 : digits.size() + 1; }
  // Requires: not too many digits. Rounded down.
  std::int64_t of(std::int64_t unit_us) const {
    std::int64_t power = 1;
    for (std::size_t i = 0; i < digits.size(); ++i) power *= 10;
    return static_cast<std::int64_t>(number(digits)) * unit_us / power;
  }
};

bool are_alike(const Fraction& a, const Fraction& b) {
  if (a.point != b.point) return false;
  const auto fewer = std::min(a.digits.size(), b.digits.size());
  const auto more = std::max(a.digits.size(), b.digits.size());
  if (more > max_fraction_digits) return false;
  if (fewer == more) return true;
  return more - fewer <= max_trimmed_digits && a.digits.back() != '0' && b.digits.back() != '0';
}

// Two moments without their fractions.
struct Whole {
  std::size_t size;
  std::int64_t primary_us;
  std::int64_t shadow_us;
  std::int64_t unit_us;
  std::string_view points;
};

// With the fractions.
Reach reach_of(const Texts& texts, const Whole& whole) {
  if (ascii::is_digit(at(texts.primary, whole.size))) return {};
  if (ascii::is_digit(at(texts.shadow, whole.size))) return {};
  const Fraction left(texts.primary.substr(whole.size), whole.points);
  const Fraction right(texts.shadow.substr(whole.size), whole.points);
  if (!are_alike(left, right)) return {};
  const auto left_us = whole.primary_us + left.of(whole.unit_us);
  const auto right_us = whole.shadow_us + right.of(whole.unit_us);
  if (!are_near(left_us, right_us, texts.now)) return {};
  return {whole.size + left.size(), whole.size + right.size()};
}

// The form of a date and a time of day: "y", "m", "d", "h", "i" and "s" are digits of year, month,
// day, hour, minute and second; "_" is a digit of the day, or a space for 0; "MMM" is a month's
// name and "WWW" a day's; "?" separates date and time. Empty if it can have none.
std::string_view form_of(std::string_view text, std::size_t digits) {
  switch (digits) {
    case 0:
      if (at(text, 3) == ',') {
        return at(text, 7) == '-' ? "WWW, dd-MMM-yyyy hh:ii:ss" : "WWW, dd MMM yyyy hh:ii:ss";
      }
      if (at(text, 3) != ' ') return {};
      return at(text, 13) == ':' ? "WWW MMM _d hh:ii:ss yyyy" : "WWW MMM dd yyyy hh:ii:ss";
    case 2:
      return "dd/MMM/yyyy:hh:ii:ss";
    case 4:
      return at(text, 4) == '/' ? "yyyy/mm/dd?hh:ii:ss" : "yyyy-mm-dd?hh:ii:ss";
    case 8:
      return "yyyymmddThhiiss";
    case 14:
      return "yyyymmddhhiiss";
    default:
      return {};
  }
}

// Which of these names it begins with, from 1; 0: none.
unsigned name_at(std::string_view text, std::string_view names) {
  for (std::size_t i = 0; i < names.size(); i += 3) {
    if (text.starts_with(names.substr(i, 3))) return static_cast<unsigned>(i / 3 + 1);
  }
  return 0;
}

// Digits of a date and a time of day, by their letter, whose lowest five bits tell them apart.
class Calendar {
 public:
  void add(char letter, char digit) {
    auto& number = numbers_[index(letter)];
    number = number * 10 + (digit - '0');
  }
  // Of a month, or a day, which says nothing new. False if there is none of that name.
  bool add_name(char letter, std::string_view text) {
    const auto found = name_at(text, letter == 'M' ? month_names : day_names);
    if (letter == 'M') numbers_[index('m')] = static_cast<int>(found);
    return found != 0;
  }

  // Not of dates and times that there are not; but the days behind a month's end are the next's.
  std::optional<std::int64_t> us() const {
    using namespace std::chrono;
    const auto month = number('m'), day = number('d');
    if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
    if (number('h') > 23 || number('i') > 59 || number('s') > 60) return std::nullopt;
    const sys_days begin = year(number('y')) / month / 1;
    const auto whole = begin.time_since_epoch() + days(day - 1) + hours(number('h')) +
                       minutes(number('i')) + seconds(number('s'));
    return microseconds(whole).count();
  }

 private:
  static std::size_t index(char letter) { return static_cast<unsigned char>(letter) % 32; }
  int number(char letter) const { return numbers_[index(letter)]; }

  std::array<int, 32> numbers_{};
};

bool separates(char c) {
  return c == 'T' || c == 't' || c == ' ' || c == '_';
}

// Both in step, which have all parts at the same offsets. False if one of them does not begin in
// this form, or with another separator.
bool read(const Texts& texts, std::string_view form, Calendar& primary, Calendar& shadow) {
  if (std::min(texts.primary.size(), texts.shadow.size()) < form.size()) return false;
  for (std::size_t at = 0; at < form.size(); ++at) {
    const char letter = form[at], a = texts.primary[at], b = texts.shadow[at];
    if (letter >= 'a') {
      if (!ascii::is_digit(a) || !ascii::is_digit(b)) return false;
      primary.add(letter, a);
      shadow.add(letter, b);
    } else if (letter == 'M' || letter == 'W') {
      if (!primary.add_name(letter, texts.primary.substr(at))) return false;
      if (!shadow.add_name(letter, texts.shadow.substr(at))) return false;
      at += 2;
    } else if (letter == '_') {
      for (auto [calendar, c] : {std::pair(&primary, a), std::pair(&shadow, b)}) {
        if (c != ' ' && (c == '0' || !ascii::is_digit(c))) return false;
        if (c != ' ') calendar->add('d', c);
      }
    } else if (letter == '?' ? !separates(a) || a != b : a != letter || b != letter) {
      return false;
    }
  }
  return true;
}

Reach reach_of_calendars(const Texts& texts, std::size_t digits) {
  const auto form = form_of(texts.primary, digits);
  Calendar primary, shadow;
  if (form.empty() || !read(texts, form, primary, shadow)) return {};
  const auto primary_us = primary.us(), shadow_us = shadow.us();
  if (!primary_us || !shadow_us) return {};
  return reach_of(texts, {form.size(), *primary_us, *shadow_us, second_us, ".,"});
}

Reach reach_of_counts(const Texts& texts, std::size_t digits) {
  if (letters::count(texts.shadow, letters::digit) != digits) return {};
  const auto left = number(texts.primary.substr(0, digits));
  const auto right = number(texts.shadow.substr(0, digits));
  const auto whole = [&](std::uint64_t multiply, std::uint64_t divide) {
    return Whole{digits, static_cast<std::int64_t>(left * multiply / divide),
                 static_cast<std::int64_t>(right * multiply / divide),
                 static_cast<std::int64_t>(multiply), "."};
  };
  switch (digits) {
    case 10:
      return reach_of(texts, whole(second_us, 1));
    case 13:
      return reach_of(texts, whole(1000, 1));
    case 16:
      return reach_of(texts, whole(1, 1));
    default:
      return reach_of(texts, whole(1, 1000));
  }
}

bool is_count(std::size_t digits) {
  return digits == 10 || digits == 13 || digits == 16 || digits == 19;
}

// Seconds in hexadecimal digits, with nothing behind them.
std::optional<std::int64_t> hex_seconds_us(std::string_view text) {
  constexpr std::size_t digits = 8;
  if (letters::count(text.substr(0, digits + 1), letters::word) != digits) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : text.substr(0, digits)) {
    if (!letters::is_any(c, letters::hex)) return std::nullopt;
    seconds = seconds * 16 + (ascii::is_digit(c) ? c - '0' : ascii::lower(c) - 'a' + 10);
  }
  return seconds * second_us;
}

Reach reach_of_hex_seconds(const Texts& texts) {
  const auto left = hex_seconds_us(texts.primary);
  const auto right = hex_seconds_us(texts.shadow);
  if (!left || !right || !are_near(*left, *right, texts.now)) return {};
  return {8, 8};
}

}  // namespace

Reach reach_of_moments(std::string_view primary, std::string_view shadow, WallTime now) {
  const Texts texts{primary, shadow, now};
  const auto digits = letters::count(primary, letters::digit);
  if (is_count(digits)) return reach_of_counts(texts, digits);
  if (digits == 0 && !letters::is_any(at(primary, 0), letters::upper | letters::hex)) return {};
  if (const auto reach = reach_of_calendars(texts, digits)) return reach;
  return reach_of_hex_seconds(texts);
}

bool are_snowflakes(std::string_view primary, std::string_view shadow, WallTime now) {
  const auto digits = letters::count(primary, letters::digit);
  if (digits != primary.size() || letters::count(shadow, letters::digit) != shadow.size()) {
    return false;
  }
  if (digits != shadow.size() || digits < min_snowflake_digits || digits > max_snowflake_digits) {
    return false;
  }
  return std::any_of(std::begin(snowflake_epochs), std::end(snowflake_epochs), [&](auto epoch_ms) {
    const auto us = [epoch_ms](std::string_view text) {
      return static_cast<std::int64_t>((number(text) >> snowflake_shift) + epoch_ms) * 1000;
    };
    return are_near(us(primary), us(shadow), now);
  });
}

}  // namespace understudy::diff
