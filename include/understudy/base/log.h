#pragma once

#include <string_view>
#include <utility>

#include <fmt/format.h>

// The process log: one line per event on stderr, for the person who watches the service start, stop
// and misbehave. Never called between accept and last byte of a live request.
namespace understudy::log {

enum class Level { info, warning, error };

// Thread: any. One write(2) per line, so lines never interleave.
void write(Level level, std::string_view message);

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

// Tests run silent; the default writes everything.
void set_enabled(bool enabled);

}  // namespace understudy::log
