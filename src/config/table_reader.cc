#include "config/table_reader.h"

#include <fmt/format.h>

#include "understudy/base/suggest.h"

namespace understudy::config {
namespace {

// A table, or an array of them.
bool holds_tables(const Node& node) {
  const bool is_array = node.kind == Node::Kind::array && !node.items.empty();
  return (is_array ? node.items.front() : node).kind == Node::Kind::table;
}

}  // namespace

std::string dotted(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : fmt::format("{}.{}", section, key);
}

void TableReader::problem(Position at, std::string key, std::string message) const {
  problems_->push_back({file_, at.line, at.column, std::move(key), std::move(message)});
}

void TableReader::assign(const Key& key, std::string_view where, const Target& target,
                         const Node& value) const {
  for (const auto& fault : key.assign(target, value, key.bounds)) {
    problem(fault.at.line == 0 ? value.at : fault.at, dotted(key.section, key.name),
            fmt::format("\"{}\" in {} {}", key.name, where, fault.text));
  }
}

void TableReader::unknown(std::string_view section, std::string_view where, const Member& member,
                          const std::vector<std::string_view>& names) const {
  const auto subject =
      where.empty() ? quoted(member.name) : fmt::format("{} in {}", quoted(member.name), where);
  problem(member.at, dotted(section, member.name),
          fmt::format("unknown {} {}{}", holds_tables(member.value) ? "table" : "key", subject,
                      did_you_mean(member.name, names)));
}

}  // namespace understudy::config
