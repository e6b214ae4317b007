#include "reading.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "understudy/base/limits.h"
#include "understudy/cli/terminal.h"
#include "understudy/cli/verbs.h"

namespace understudy::cli {

report::Style style_of(const OutputOptions& options) {
  return {terminal_width(options.width), wants_color(options.no_color), options.all};
}

report::Filter filter_of(const Filters& filters) {
  return {filters.outcome, filters.endpoint, filters.signature, filters.shadow};
}

int complain(std::string_view verb, const Error& error) {
  fmt::print(stderr, "understudy {}: {}\n", verb, error.detail);
  return exit_error;
}

bool print(std::string_view text) {
  errno = 0;
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) == 0) return true;
  if (errno != EPIPE) {
    fmt::print(stderr, "understudy: cannot write to stdout: {}\n", std::strerror(errno));
  }
  return false;
}

Error cannot_write(const std::string& file) {
  return {Code::io, Leg::self, fmt::format("cannot write {}: {}", file, std::strerror(errno))};
}

Result<void> write_file(const std::string& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary);
  if (out << text && out.flush()) return {};
  return cannot_write(file);
}

int finish(std::string_view text, int exit_code) {
  if (print(text)) return exit_code;
  return errno == EPIPE ? exit_code : exit_error;
}

ProgressLine::ProgressLine()
    : is_terminal_(::isatty(STDERR_FILENO) == 1),
      next_(system_clock().now() + limits::progress_delay) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressLine::show(std::uint64_t done, std::uint64_t total) {
  if (!is_terminal_ || system_clock().now() < next_) return;
  next_ = system_clock().now() + limits::log_poll_period;
  is_shown_ = true;
  const auto percent = std::min<std::uint64_t>(100, 100 * done / std::max<std::uint64_t>(total, 1));
  fmt::print(stderr, "\rreading the log: {} %\x1b[K", percent);
  std::fflush(stderr);
}

}  // namespace understudy::cli
