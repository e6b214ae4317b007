#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/config.h"

// From text to an effective configuration: defaults < file < environment < flags. Everything that
// is wrong is told at once, each with its place. Reads no socket, resolves no name.
namespace understudy::config {

// One thing that is wrong, or, as a warning, looks wrong.
struct Problem {
  std::string file;        // or the variable or flag it came from; may be empty
  std::uint32_t line = 0;  // 0: not from a file, or about the file as a whole
  std::uint32_t column = 0;
  std::string key;      // "shadow.percent"; may be empty
  std::string message;  // a whole sentence without its place
};

// "understudy.toml:12:5: unknown key ...".
std::string to_string(const Problem& problem);

// One value from outside the file, still text: UNDERSTUDY_SERVER_WORKERS=4, --set server.workers=4.
struct Setting {
  std::string origin;  // what to call it in messages: the variable or the flag
  std::string key;     // "server.workers"; of a repeated table it means each of them
  std::string value;
};

// Looks into the PEM files that a configuration names. The loader opens none of them itself;
// without these functions nobody does. The detail of an error names the file.
struct FileChecks {
  std::function<Result<void>(const std::string& cert)> certificate;
  std::function<Result<void>(const std::string& cert, const std::string& key)> key;
  std::function<Result<void>(const std::string& ca)> authorities;
};

// Everything a configuration is made of.
struct Sources {
  std::string file_name;  // for messages
  std::string file_text;  // TOML; empty without a file
  std::vector<Setting> environment;
  std::vector<std::string> listen;   // --listen: the n-th replaces the n-th [[listen]]'s address
  std::vector<std::string> shadows;  // --shadow: the n-th replaces the n-th [[shadow]]'s url
  std::vector<Setting> flags;
  FileChecks files;
  // Reads a file that diff.rule_files names; without it none is read. Errors: as
  // read_config_file().
  std::function<Result<std::string>(const std::string& path)> read_rules;
  std::string today;  // "2026-12-31", UTC: rules that are over are left out, with a warning
};

// What came of it: a configuration exactly when there are no problems.
struct Loaded {
  std::optional<Config> config;
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
};

Loaded load(const Sources& sources);

// The whole file, within limits::max_config_bytes. Errors: bad_config, with path, reason and next
// step.
Result<std::string> read_config_file(const std::string& path);

// The settings among the variables ("NAME=value"); those that begin like ours but name no key
// become warnings in `unknown`.
struct Environment {
  std::vector<Setting> settings;
  std::vector<Problem> unknown;
};
Environment environment_settings(const std::vector<std::string>& variables);

}  // namespace understudy::config
