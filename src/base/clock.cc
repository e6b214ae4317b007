#include "understudy/base/clock.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "understudy/base/ascii.h"

namespace understudy {

namespace {

class SystemClock final : public Clock {
 public:
  Instant now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
  }
  WallTime wall() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
  bool is_real() const override { return true; }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string to_rfc3339(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto fraction = (time - seconds).count();
  const std::time_t epoch = seconds.time_since_epoch().count();  // to_time_t() ends in 2262
  std::tm utc{};
  gmtime_r(&epoch, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, fraction);
}

namespace {

// The form that to_rfc3339() writes: 'd' is a digit, the rest itself.
constexpr std::string_view usual_form = "dddd-dd-ddTdd:dd:dd.ddddddZ";

bool has_usual_form(std::string_view text) {
  return std::equal(text.begin(), text.end(), usual_form.begin(), usual_form.end(),
                    [](char c, char form) { return form == 'd' ? ascii::is_digit(c) : c == form; });
}

// Without libc, whose way is long: a reader may ask for the time of each line of a log. Nothing for
// numbers that are not those of a calendar and a clock, except days at a month's end.
std::optional<WallTime> from_usual_form(std::string_view text) {
  using namespace std::chrono;
  const auto number = [text](std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  const auto month_number = number(5, 2), day = number(8, 2);
  const auto hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (month_number < 1 || month_number > 12 || day < 1 || day > 31) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const sys_days month_begin = year(number(0, 4)) / month_number / 1;
  return WallTime(month_begin.time_since_epoch() + days(day - 1) + hours(hour) + minutes(minute) +
                  seconds(second) + microseconds(number(20, 6)));
}

}  // namespace

std::optional<WallTime> from_rfc3339(std::string_view text) {
  if (has_usual_form(text)) {
    if (const auto time = from_usual_form(text)) return time;
  }
  constexpr std::size_t seconds_end = 19;  // "2026-01-01T00:00:00"
  if (text.size() <= seconds_end || text.back() != 'Z') return std::nullopt;
  std::tm utc{};
  const std::string seconds(text.substr(0, seconds_end));
  const char* end = strptime(seconds.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;

  std::string fraction(text.substr(seconds_end, text.size() - seconds_end - 1));
  if (!fraction.empty() && (fraction[0] != '.' || fraction.size() > 7)) return std::nullopt;
  if (fraction.empty()) fraction.push_back('.');
  fraction.resize(7, '0');
  const auto micros = ascii::to_number(std::string_view(fraction).substr(1));
  if (!micros) return std::nullopt;
  return WallTime(std::chrono::seconds(timegm(&utc)) + Duration(*micros));
}

}  // namespace understudy
