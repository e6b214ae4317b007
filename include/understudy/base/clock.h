#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy {

using Duration = std::chrono::microseconds;

// A point on the monotonic clock: for deadlines and durations, never shown to people.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// A point on the wall clock, UTC: for the log, never for arithmetic on durations.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

// Where every part of the program takes its time from, so that tests can turn it.
//
// Thread: any; implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual WallTime wall() const = 0;
  // False for a clock that only moves when told to: such loops do not sleep on timers.
  virtual bool is_real() const = 0;
};

// The machine's clocks. One instance serves the whole process.
const Clock& system_clock();

// A clock that stands still until the test turns it.
class FakeClock final : public Clock {
 public:
  Instant now() const override { return Instant(Duration(elapsed_us_.load())); }
  WallTime wall() const override { return WallTime(Duration(epoch_us + elapsed_us_.load())); }
  bool is_real() const override { return false; }
  void advance(Duration by) { elapsed_us_ += by.count(); }

 private:
  static constexpr std::int64_t epoch_us = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
  std::atomic<std::int64_t> elapsed_us_{1'000'000};
};

// RFC 3339 in UTC with microseconds: "2026-01-01T00:00:00.000000Z". (fmt 9.1 prints no fraction.)
std::string to_rfc3339(WallTime time);

// Reads what to_rfc3339() wrote; the fraction may be absent or have up to six digits.
std::optional<WallTime> from_rfc3339(std::string_view text);

}  // namespace understudy
