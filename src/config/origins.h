#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"
#include "understudy/config/loader.h"

namespace understudy::config {

// Where a value came from: a place in the file, a variable, or a flag.
struct Origin {
  std::string file;
  Position at;
};

// Where each key of each table was set, for checks that need several of them.
class Origins {
 public:
  // The table itself, when `key` is empty.
  void put(std::string_view section, std::size_t index, std::string_view key, Origin origin) {
    known_[name(section, index, key)] = std::move(origin);
  }
  // Null when it was not given.
  const Origin* find(std::string_view section, std::size_t index, std::string_view key) const {
    const auto found = known_.find(name(section, index, key));
    return found == known_.end() ? nullptr : &found->second;
  }

 private:
  static std::string name(std::string_view section, std::size_t index, std::string_view key) {
    return std::string(section) + '[' + std::to_string(index) + "]." + std::string(key);
  }
  std::map<std::string, Origin> known_;
};

// A problem at that key, else at its table, else about the file as a whole.
Problem problem_at(const Origins& origins, std::string_view section, std::size_t index,
                   std::string_view key);

// What spans several keys: what must be given, what must fit together. Names the shadows that have
// no name. Problems are added to `loaded`.
void validate(Config& config, const Origins& origins, Loaded& loaded);

// The same for TLS and the PROXY protocol.
void validate_transport(const Config& config, const Origins& origins, Loaded& loaded);

// Whether the files are there that the configuration names, and are what they should be.
void check_files(const Config& config, const Origins& origins, const FileChecks& checks,
                 Loaded& loaded);

}  // namespace understudy::config
