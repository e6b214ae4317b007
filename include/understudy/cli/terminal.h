#pragma once

#include <cstddef>

// What the terminal behind stdout can show.
namespace understudy::cli {

// Columns of the terminal on stdout: COLUMNS if it is set, else what the terminal says, else 80;
// never less than 40. `asked` wins when it is not 0.
std::size_t terminal_width(std::size_t asked = 0);

// Colour only on a terminal that is not "dumb", without NO_COLOR, and when not refused by a flag.
bool wants_color(bool no_color_flag = false);

}  // namespace understudy::cli
