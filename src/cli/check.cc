#include <cstdio>

#include <fmt/format.h>

#include "understudy/cli/configuration.h"
#include "understudy/cli/verbs.h"
#include "understudy/config/print.h"
#include "understudy/diff/compare.h"
#include "understudy/diff/endpoint.h"

namespace understudy::cli {
namespace {

// What only the comparing can say about its rules.
Result<void> try_rules(const config::Config& config) {
  const auto comparer = diff::Comparer::create(config.diff, config.privacy, "");
  if (!comparer) return comparer.error();
  const auto namer = diff::EndpointNamer::create(config.diff.endpoints);
  if (!namer) return namer.error();
  return {};
}

}  // namespace

int check(const CheckOptions& options) {
  if (options.reference) {
    fmt::print("{}", config::reference());
    return exit_pass;
  }
  const auto config = load_configuration(options.config);
  if (!config) return exit_error;
  if (const auto tried = try_rules(*config); !tried) {
    fmt::print(stderr, "{}\n", tried.error().detail);
    return exit_error;
  }
  if (options.print) {
    fmt::print("{}", config::to_toml(*config));
  } else {
    fmt::print(stderr, "the configuration is good; --print shows it with every default\n");
  }
  return exit_pass;
}

}  // namespace understudy::cli
