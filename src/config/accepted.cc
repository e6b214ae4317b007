#include "understudy/config/accepted.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/key_of.h"
#include "config/table_reader.h"
#include "understudy/base/limits.h"

namespace understudy::config {
namespace {

constexpr std::string_view table = "accept";
constexpr std::string_view shown_table = "[[accept]]";

// One place in a line, for readers of what changed.
constexpr Key places_key() {
  auto made = key<ListType<check_text>, &Acceptance::places>(table, "places", "what differs");
  made.print = [](const Target& target) -> std::optional<std::string> {
    const auto& places = std::get<Acceptance*>(target)->places;
    if (places.empty()) return std::nullopt;
    std::string out = "[\n";
    for (const auto& place : places) out += fmt::format("  {},\n", quoted(place));
    return out + "]";
  };
  return made;
}

constexpr auto keys = std::to_array<Key>({
    optional_text<&Acceptance::signature, check_text>(table, "signature", "must be given"),
    optional_text<&Acceptance::endpoint, check_text>(table, "endpoint", "where it differs"),
    places_key(),
    optional_text<&Acceptance::shadow, check_name>(table, "shadow", "every one when not given"),
    optional_text<&Acceptance::reason, check_text>(table, "reason", "must be given"),
    optional_text<&Acceptance::author, check_text>(table, "author", "who accepts it"),
    optional_text<&Acceptance::accepted, check_date>(table, "accepted", "the day (UTC)"),
    optional_text<&Acceptance::until, check_date>(table, "until", "the last day (UTC)"),
});

// Reads one file of acceptances.
class AcceptedReader {
 public:
  explicit AcceptedReader(const std::string& file) : reader_(file, accepted_.problems) {
    for (const auto& each : keys) names_.push_back(each.name);
  }

  Accepted read(const std::string& text) {
    const Parsed parsed = parse_toml(text);
    if (!parsed.ok) {
      reader_.problem(parsed.error.at, "", "this is not TOML: " + parsed.error.message);
    }
    for (const auto& member : parsed.root.members) {
      if (member.name == table) {
        read_tables(member.value);
      } else {
        reader_.unknown("", "a file of acceptances", member, {table});
      }
    }
    return std::move(accepted_);
  }

 private:
  void read_tables(const Node& tables) {
    if (tables.kind != Node::Kind::array) {
      return reader_.problem(tables.at, std::string(table),
                             fmt::format("each must be written {}", shown_table));
    }
    if (tables.items.size() > limits::max_config_entries) {
      return reader_.problem(
          tables.at, std::string(table),
          fmt::format("there are more than {} of {}", limits::max_config_entries, shown_table));
    }
    for (const auto& item : tables.items) read_table(item);
  }

  void read_table(const Node& item) {
    if (item.kind != Node::Kind::table) {
      return reader_.problem(item.at, std::string(table),
                             fmt::format("{} must be a table", shown_table));
    }
    const auto before = accepted_.problems.size();
    Acceptance entry;
    entry.line = item.at.line;
    for (const auto& member : item.members) {
      const auto known = std::find_if(keys.begin(), keys.end(),
                                      [&](const Key& each) { return each.name == member.name; });
      if (known == keys.end()) {
        reader_.unknown(table, shown_table, member, names_);
      } else {
        reader_.assign(*known, shown_table, &entry, member.value);
      }
    }
    if (accepted_.problems.size() != before) return;
    check(entry, item.at);
    accepted_.entries.push_back(std::move(entry));
  }

  void check(const Acceptance& entry, Position at) const {
    for (const auto& [name, value] :
         {std::pair("signature", &entry.signature), std::pair("reason", &entry.reason)}) {
      if (!value->empty()) continue;
      reader_.problem(at, dotted(table, name),
                      fmt::format("\"{}\" in {} must be given", name, shown_table));
    }
    for (const auto& other : accepted_.entries) {
      if (other.signature != entry.signature || other.shadow != entry.shadow) continue;
      reader_.problem(
          at, dotted(table, "signature"),
          fmt::format("{} is accepted in line {} already", quoted(entry.signature), other.line));
    }
  }

  Accepted accepted_;
  TableReader reader_;
  std::vector<std::string_view> names_;
};

// Each with its newline.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

bool is_space(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == line.npos;
}

bool is_comment(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  return first != line.npos && line[first] == '#';
}

// A copy: targets are writable.
std::string print(Acceptance entry) {
  auto text = fmt::format("{}\n", shown_table);
  for (const auto& each : keys) {
    if (const auto value = each.print(&entry)) text += fmt::format("{} = {}\n", each.name, *value);
  }
  return text;
}

}  // namespace

std::string print_place(std::string_view place, std::string_view kind) {
  return fmt::format("{} {}", place, kind);
}

Accepted read_accepted(const std::string& file_name, const std::string& text) {
  return AcceptedReader(file_name).read(text);
}

std::string with_acceptance(std::string text, Acceptance entry) {
  if (text.empty()) {
    text =
        "# Differences that are meant. `understudy accept` adds them; report and verdict count "
        "them apart.\n";
  }
  if (!text.ends_with('\n')) text += '\n';
  return text + '\n' + print(std::move(entry));
}

Result<std::string> without_acceptance(const std::string& text, const Acceptance& entry) {
  const auto lines = lines_of(text);
  const auto all = read_accepted("", text).entries;
  const std::size_t first = entry.line - 1;
  std::size_t end = lines.size();
  for (const auto& other : all) {
    if (other.line > entry.line) end = std::min<std::size_t>(end, other.line - 1);
  }
  // What stands before the next table may be about it.
  while (end > first && (is_space(lines[end - 1]) || is_comment(lines[end - 1]))) --end;
  std::string left;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool is_gap = i + 1 == first && is_space(lines[i]);  // the empty line before it
    if (!is_gap && (i < first || i >= end)) left.append(lines[i]);
  }
  const auto again = read_accepted("", left);
  if (again.problems.empty() && again.entries.size() + 1 == all.size()) return left;
  return Error{Code::bad_input, Leg::self,
               fmt::format("line {} is not the first of lines that are its own; remove the "
                           "entry by hand",
                           entry.line)};
}

Result<void> check_day(std::string_view text) {
  return check_date(text);
}

}  // namespace understudy::config
