#pragma once

#include <optional>

#include "understudy/cli/options.h"
#include "understudy/config/config.h"

namespace understudy::cli {

// The effective configuration for run and check: defaults, file, environment, flags. Prints every
// problem and every warning on stderr; nothing when there was a problem (exit_error).
std::optional<config::Config> load_configuration(const ConfigOptions& options);

}  // namespace understudy::cli
