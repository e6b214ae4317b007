#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"
#include "config/node.h"
#include "understudy/config/loader.h"

namespace understudy::config {

// "diff.rule" and "path" -> "diff.rule.path".
std::string dotted(std::string_view section, std::string_view key);

// Reads values of one file by a table of keys, and tells what is wrong with them, each with its
// place.
//
// Owner: whoever reads the file. Lives: as long as the `problems` it adds to.
class TableReader {
 public:
  TableReader(std::string file, std::vector<Problem>& problems)
      : file_(std::move(file)), problems_(&problems) {}

  const std::string& file() const { return file_; }

  void problem(Position at, std::string key, std::string message) const;

  // `where` is the table as people write it: "[[shadow]]".
  void assign(const Key& key, std::string_view where, const Target& target,
              const Node& value) const;

  // A key or table that `where` does not have, but these `names`; empty `where`: the file itself.
  void unknown(std::string_view section, std::string_view where, const Member& member,
               const std::vector<std::string_view>& names) const;

 private:
  std::string file_;
  std::vector<Problem>* problems_;
};

}  // namespace understudy::config
