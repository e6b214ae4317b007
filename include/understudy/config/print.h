#pragma once

#include <string>
#include <vector>

#include "understudy/config/config.h"

namespace understudy::config {

// The configuration as TOML with every key, which loads to the same configuration again.
std::string to_toml(const Config& config);

// Which keys differ, without their values, which may be secrets: "server.header_timeout",
// "[[shadow]] 1 -> 2". The two are taken by value, as reading them needs tables that can be
// written.
std::vector<std::string> changes(Config before, Config after);

// Every key with its type, default and meaning as Markdown tables: the reference in README.md.
std::string reference();

}  // namespace understudy::config
