#include "understudy/cli/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include "understudy/base/ascii.h"

namespace understudy::cli {
namespace {

constexpr std::size_t usual_width = 80;
constexpr std::size_t least_width = 40;
// Wider lines are for no eye.
constexpr std::size_t most_width = 400;

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::size_t width_of_terminal() {
  if (const auto columns = ascii::to_number(variable("COLUMNS"))) return *columns;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return usual_width;
}

}  // namespace

std::size_t terminal_width(std::size_t asked) {
  return std::clamp(asked > 0 ? asked : width_of_terminal(), least_width, most_width);
}

bool wants_color(bool no_color_flag) {
  if (no_color_flag || !variable("NO_COLOR").empty()) return false;
  return isatty(STDOUT_FILENO) == 1 && variable("TERM") != "dumb";
}

}  // namespace understudy::cli
