#include "understudy/cli/configuration.h"

#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"
#include "understudy/config/loader.h"
#include "understudy/net/tls.h"

namespace understudy::cli {
namespace {

constexpr const char* usual_file = "understudy.toml";

void tell(std::string_view message) {
  fmt::print(stderr, "{}\n", message);
}

bool has_flags(const ConfigOptions& options) {
  return !options.listen.empty() || !options.primary.empty() || !options.shadows.empty();
}

std::vector<std::string> environment_variables() {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
  return variables;
}

// Which file to read; empty: none. Errors when there is nothing to go by.
Result<std::string> file_to_read(const ConfigOptions& options) {
  if (!options.file.empty()) return options.file;
  if (access(usual_file, F_OK) == 0) return std::string(usual_file);
  const bool has_variables =
      !config::environment_settings(environment_variables()).settings.empty();
  if (has_flags(options) || has_variables) return std::string();
  return Error{Code::bad_config, Leg::self,
               "understudy: there is no configuration: name a file with -c, or begin with\n"
               "  understudy run --listen 127.0.0.1:8080 --primary http://127.0.0.1:9001 "
               "--shadow http://127.0.0.1:9002"};
}

void add_flag(config::Sources& sources, const char* flag, const char* key,
              const std::string& value) {
  if (!value.empty()) sources.flags.push_back({flag, key, value});
}

config::Sources sources_from(const ConfigOptions& options) {
  config::Sources sources;
  sources.listen = options.listen;
  sources.shadows = options.shadows;
  constexpr std::size_t full_date = 10;
  sources.read_rules = config::read_config_file;
  sources.today = to_rfc3339(system_clock().wall()).substr(0, full_date);
  add_flag(sources, "--primary", "primary.url", options.primary);
  add_flag(sources, "--tls-cert", "listen.tls.cert", options.tls_cert);
  add_flag(sources, "--tls-key", "listen.tls.key", options.tls_key);
  if (options.insecure) {
    add_flag(sources, "--insecure", "primary.tls.verify", "false");
    add_flag(sources, "--insecure", "shadow.tls.verify", "false");
  }
  sources.files = {net::check_tls_certificate,
                   [](const std::string& cert, const std::string& key) {
                     return net::check_tls_key({cert, key});
                   },
                   net::check_tls_authorities};
  add_flag(sources, "--percent", "shadow.percent", options.percent);
  add_flag(sources, "--log", "log.path", options.log_path);
  add_flag(sources, "--workers", "server.workers", options.workers);
  for (const auto& text : options.set) {
    const auto equals = text.find('=');
    const bool has_value = equals != std::string::npos;
    sources.flags.push_back({"--set " + text.substr(0, equals), text.substr(0, equals),
                             has_value ? text.substr(equals + 1) : std::string()});
  }
  return sources;
}

}  // namespace

std::optional<config::Config> load_configuration(const ConfigOptions& options) {
  auto sources = sources_from(options);
  const auto file = file_to_read(options);
  if (!file) {
    tell(file.error().detail);
    return std::nullopt;
  }
  if (!file->empty()) {
    auto text = config::read_config_file(*file);
    if (!text) {
      tell(text.error().detail);
      return std::nullopt;
    }
    sources.file_name = *file;
    sources.file_text = *std::move(text);
  }
  auto environment = config::environment_settings(environment_variables());
  sources.environment = std::move(environment.settings);
  auto loaded = config::load(sources);
  for (const auto& problem : loaded.problems) tell(config::to_string(problem));
  for (const auto& unknown : environment.unknown) tell("warning: " + config::to_string(unknown));
  for (const auto& warning : loaded.warnings) tell("warning: " + config::to_string(warning));
  return std::move(loaded.config);
}

}  // namespace understudy::cli
