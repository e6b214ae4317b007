#pragma once

#include "understudy/cli/options.h"

namespace understudy::cli {

// What argv asks for. Prints help and version on stdout, what is wrong with the arguments on
// stderr, and then returns Finished.
Command parse_command_line(int argc, const char* const* argv);

}  // namespace understudy::cli
