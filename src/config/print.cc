#include "understudy/config/print.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/keys.h"

namespace understudy::config {
namespace {

bool is_within(const Section& section, const Section& outer) {
  const auto dot = section.name.rfind('.');
  return !section.is_repeated && dot != section.name.npos &&
         section.name.substr(0, dot) == outer.name;
}

bool has_outer(const Section& section) {
  const auto sections = all_sections();
  return std::any_of(sections.begin(), sections.end(),
                     [&](const Section& outer) { return is_within(section, outer); });
}

bool is_empty(const Section& section, const Target& target) {
  const auto keys = all_keys();
  return std::none_of(keys.begin(), keys.end(), [&](const Key& key) {
    return key.section == section.name && key.print(target);
  });
}

void print_table(std::string& out, const Section& section, const Target& target) {
  out += fmt::format("{}{}\n", out.empty() ? "" : "\n", shown(section));
  for (const auto& key : all_keys()) {
    if (key.section != section.name) continue;
    if (const auto value = key.print(target)) out += fmt::format("{} = {}\n", key.name, *value);
  }
}

// A table and the tables within it.
void print_item(std::string& out, const Section& section, Config& config, std::size_t index) {
  print_table(out, section, section.at(config, index));
  for (const auto& inner : all_sections()) {
    if (!is_within(inner, section) || is_empty(inner, inner.at(config, index))) continue;
    print_table(out, inner, inner.at(config, index));
  }
}

// What stands in the reference as default: of a table with nothing given.
std::string shown_default(const Key& key, Config& defaults) {
  const auto* section = find_section(key.section);
  if (section->is_repeated && section->count(defaults) == 0) section->add(defaults);
  const auto value = key.print(section->at(defaults, 0));
  const bool is_nothing = !value || *value == "\"\"";
  return is_nothing ? std::string("-") : fmt::format("`{}`", *value);
}

// A default that has to be chosen by the user is none.
std::string default_cell(const Key& key, Config& defaults) {
  const bool is_choice = key.section == "diff.rule" && key.name == "action";
  return is_choice ? std::string("-") : shown_default(key, defaults);
}

// What differs between two tables of one section, as "section.key".
void compare_tables(std::vector<std::string>& changed, const Section& section, const Target& before,
                    const Target& after) {
  for (const auto& key : all_keys()) {
    if (key.section != section.name || key.print(before) == key.print(after)) continue;
    auto name = fmt::format("{}.{}", section.name, key.name);
    if (std::find(changed.begin(), changed.end(), name) == changed.end()) {
      changed.push_back(std::move(name));
    }
  }
}

}  // namespace

std::vector<std::string> changes(Config before, Config after) {
  std::vector<std::string> changed;
  for (const auto& section : all_sections()) {
    const auto old_count = section.count(before);
    const auto new_count = section.count(after);
    if (old_count != new_count && !has_outer(section)) {
      changed.push_back(fmt::format("{} {} -> {}", shown(section), old_count, new_count));
    }
    for (std::size_t i = 0; i < std::min(old_count, new_count); ++i) {
      compare_tables(changed, section, section.at(before, i), section.at(after, i));
    }
  }
  return changed;
}

std::string to_toml(const Config& config) {
  Config copy = config;  // targets are writable; this one is ours
  std::string out;
  for (const auto& section : all_sections()) {
    if (has_outer(section)) continue;
    for (std::size_t i = 0; i < section.count(copy); ++i) print_item(out, section, copy, i);
  }
  return out;
}

std::string reference() {
  Config defaults;
  std::string out;
  for (const auto& section : all_sections()) {
    out += fmt::format(
        "{}#### `{}`\n\n{}\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n",
        out.empty() ? "" : "\n", shown(section), section.meaning);
    for (const auto& key : all_keys()) {
      if (key.section != section.name) continue;
      out += fmt::format("| `{}` | {} | {} | {} |\n", key.name, key.type,
                         default_cell(key, defaults), key.meaning);
    }
  }
  return out;
}

}  // namespace understudy::config
