#include <cstdio>

#include <fmt/format.h>

#include "understudy/cli/configuration.h"
#include "understudy/cli/verbs.h"
#include "understudy/config/print.h"

namespace understudy::cli {

int check(const CheckOptions& options) {
  if (options.reference) {
    fmt::print("{}", config::reference());
    return exit_pass;
  }
  const auto config = load_configuration(options.config);
  if (!config) return exit_error;
  if (options.print) {
    fmt::print("{}", config::to_toml(*config));
  } else {
    fmt::print(stderr, "the configuration is good; --print shows it with every default\n");
  }
  return exit_pass;
}

}  // namespace understudy::cli
