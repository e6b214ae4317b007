#include "understudy/base/log.h"

#include <atomic>

#include <unistd.h>

#include "understudy/base/clock.h"

namespace understudy::log {

namespace {

std::atomic<bool> is_enabled{true};

std::string_view label(Level level) {
  switch (level) {
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

}  // namespace

void write(Level level, std::string_view message) {
  if (!is_enabled) return;
  const auto line =
      fmt::format("{} {} {}\n", to_rfc3339(system_clock().wall()), label(level), message);
  // Nobody to tell if stderr is gone.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void set_enabled(bool enabled) {
  is_enabled = enabled;
}

}  // namespace understudy::log
