#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/node.h"
#include "understudy/config/config.h"

// The one table of keys: loading, `check --print`, suggestions and the reference are made from it.
namespace understudy::config {

struct Acceptance;

// The table of a configuration, or of another file, that a key belongs to. Borrowed for one call.
using Target =
    std::variant<Listen*, ListenTls*, Server*, Primary*, Shadow*, UpstreamTls*, Route*, Session*,
                 Diff*, DiffRule*, Noise*, Recheck*, Privacy*, Log*, Acceptance*>;

// What is wrong with a value and where in it; the text follows the key: "must be ..., not ...".
struct Fault {
  Position at;
  std::string text;
};
using Faults = std::vector<Fault>;

// The smallest and the largest value that a key takes; which unit depends on its type.
struct Bounds {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

// One key.
struct Key {
  std::string_view section;
  std::string_view name;
  std::string_view type;  // for people
  std::string_view meaning;
  Bounds bounds;
  // Sets the value in its table; with faults, the table keeps what it had.
  Faults (*assign)(const Target& target, const Node& value, const Bounds& bounds);
  // The value as TOML; nothing when it is not set.
  std::optional<std::string> (*print)(const Target& target);
};

// One table of the file, or one array of tables.
struct Section {
  std::string_view name;  // "diff.rule"
  bool is_repeated;       // of its own; "listen.tls" is as often there as "listen"
  std::string_view meaning;
  std::size_t (*count)(const Config& config);
  Target (*at)(Config& config, std::size_t index);
  void (*add)(Config& config);  // repeated ones only
};

// A key or table that a later version will know.
struct Reserved {
  std::string_view section;
  std::string_view name;
  std::string_view message;
};

std::span<const Key> all_keys();
std::span<const Section> all_sections();
std::span<const Reserved> all_reserved();

const Section* find_section(std::string_view name);
const Key* find_key(std::string_view section, std::string_view name);

// "[server]" or "[[shadow]]".
std::string shown(const Section& section);

}  // namespace understudy::config
