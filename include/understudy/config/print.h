#pragma once

#include <string>

#include "understudy/config/config.h"

namespace understudy::config {

// The configuration as TOML with every key, which loads to the same configuration again.
std::string to_toml(const Config& config);

// Every key with its type, default and meaning as Markdown tables: the reference in README.md.
std::string reference();

}  // namespace understudy::config
