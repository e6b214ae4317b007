#include "understudy/config/loader.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <tuple>

#include <fmt/format.h>
#include <sys/stat.h>

#include "config/keys.h"
#include "config/origins.h"
#include "config/table_reader.h"
#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/base/suggest.h"

namespace understudy::config {
namespace {

constexpr std::string_view variable_prefix = "UNDERSTUDY_";

// The last part of "diff.rule" below "diff", or the whole name at the top.
std::vector<std::string_view> names_within(std::string_view section) {
  std::vector<std::string_view> names;
  for (const auto& key : all_keys()) {
    if (key.section == section) names.push_back(key.name);
  }
  for (const auto& other : all_sections()) {
    const auto dot = other.name.rfind('.');
    const auto parent = dot == other.name.npos ? std::string_view() : other.name.substr(0, dot);
    if (parent == section) names.push_back(other.name.substr(dot + 1));  // npos + 1 = 0
  }
  return names;
}

Node text_node(std::string_view text) {
  Node node;
  node.kind = Node::Kind::text;
  node.string = std::string(text);
  return node;
}

// "dir/rules.toml" when `file` is "dir/understudy.toml".
std::string beside(const std::string& file, const std::string& name) {
  const auto slash = file.rfind('/');
  if (slash == file.npos || name.starts_with('/')) return name;
  return file.substr(0, slash + 1) + name;
}

constexpr std::string_view rules_section = "diff.rule";  // of the main file
constexpr std::string_view rules_table = "rule";         // of a file of rules

// Fills one configuration, source after source.
class Loader {
 public:
  explicit Loader(const Sources& sources)
      : sources_(sources), reader_(sources.file_name, loaded_.problems) {}

  Loaded load() {
    read_file();
    for (const auto& setting : sources_.environment) apply(setting);
    replace_listen();
    replace_shadows();
    for (const auto& setting : sources_.flags) apply(setting);
    read_rule_files();
    if (!has_syntax_error_) validate(config_, origins_, loaded_);
    if (loaded_.problems.empty()) check_files(config_, origins_, sources_.files, loaded_);
    for (auto& problem : loaded_.problems) {
      if (problem.file.empty()) problem.file = sources_.file_name;
    }
    if (loaded_.problems.empty()) {
      leave_out_expired_rules();
      loaded_.config = std::move(config_);
    } else {
      loaded_.warnings.clear();  // what is missing may be among what was refused
    }
    sort();
    return std::move(loaded_);
  }

 private:
  // From the last to the first, so that the places of the others stay what they are.
  void leave_out_expired_rules() {
    auto& rules = config_.diff.rules;
    for (auto i = rules.size(); i-- > 0;) {
      const auto& rule = rules[i];
      if (rule.expires.empty() || rule.expires >= sources_.today) continue;
      auto warning = problem_at(origins_, rules_section, i, "expires");
      const auto reason = rule.reason.empty() ? "" : fmt::format(" ({})", quoted(rule.reason));
      warning.message = fmt::format("the rule for {}{} ended with {}: it is left out",
                                    quoted(rule.path), reason, rule.expires);
      loaded_.warnings.push_back(std::move(warning));
      rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void read_file() {
    const Parsed parsed = parse_toml(sources_.file_text);
    if (parsed.ok) return read_root(parsed.root);
    has_syntax_error_ = true;
    reader_.problem(parsed.error.at, "", "this is not TOML: " + parsed.error.message);
  }

  // Behind the rules of the main file: of several that fit, the first ones stay the first.
  void read_rule_files() {
    const auto* origin = origins_.find("diff", 0, "rule_files");
    if (origin == nullptr || !sources_.read_rules) return;
    const bool is_from_file = origin->at.line != 0;
    if (config_.diff.rule_files.size() > limits::max_rule_files) {
      return rules_problem(
          fmt::format("\"rule_files\" in [diff] names more than {} files", limits::max_rule_files));
    }
    for (const auto& name : config_.diff.rule_files) {
      const auto path = is_from_file ? beside(origin->file, name) : name;
      const auto text = sources_.read_rules(path);
      if (text) {
        read_rules(path, *text);
      } else {
        rules_problem(text.error().detail);
      }
    }
  }

  void rules_problem(std::string message) {
    auto made = problem_at(origins_, "diff", 0, "rule_files");
    made.message = std::move(message);
    loaded_.problems.push_back(std::move(made));
  }

  void read_rules(const std::string& path, const std::string& text) {
    reader_ = TableReader(path, loaded_.problems);
    is_rule_file_ = true;
    const Parsed parsed = parse_toml(text);
    if (!parsed.ok) {
      reader_.problem(parsed.error.at, "", "this is not TOML: " + parsed.error.message);
    }
    for (const auto& member : parsed.root.members) {
      if (member.name == rules_table) {
        read_section(*find_section(rules_section), member);
      } else {
        reader_.unknown("", "a file of rules", member, {rules_table});
      }
    }
  }

  // As people write it in the file that is read.
  std::string shown_here(const Section& section) const {
    return is_rule_file_ ? fmt::format("[[{}]]", rules_table) : shown(section);
  }

  void read_root(const Node& root) {
    for (const auto& member : root.members) {
      if (const auto* section = find_section(member.name)) {
        read_section(*section, member);
      } else {
        read_unknown("", "", member);
      }
    }
  }

  // `member` is a section's table, or its array of tables.
  void read_section(const Section& section, const Member& member) {
    if (member.value.kind == Node::Kind::table) return read_table(section, member.value);
    const bool is_array = member.value.kind == Node::Kind::array;
    if (!is_array || !section.is_repeated) {
      return reader_.problem(member.at, std::string(section.name),
                             fmt::format("\"{}\" must be {}, written {}, not {}",
                                         is_rule_file_ ? rules_table : section.name,
                                         section.is_repeated ? "a table" : "one table",
                                         shown_here(section), describe(member.value)));
    }
    for (const auto& item : member.value.items) read_item(section, item);
  }

  void read_item(const Section& section, const Node& item) {
    if (item.kind == Node::Kind::table) return read_table(section, item);
    reader_.problem(item.at, std::string(section.name),
                    fmt::format("{} must be a table, not {}", shown_here(section), describe(item)));
  }

  void read_table(const Section& section, const Node& table) {
    if (section.is_repeated && section.count(config_) >= limits::max_config_entries) {
      return reader_.problem(table.at, std::string(section.name),
                             fmt::format("there are more than {} of {}", limits::max_config_entries,
                                         shown_here(section)));
    }
    if (section.is_repeated) section.add(config_);
    const std::size_t index = section.count(config_) - 1;
    origins_.put(section.name, index, "", {reader_.file(), table.at});
    for (const auto& member : table.members) {
      const std::string inner = dotted(section.name, member.name);
      if (const auto* below = find_section(inner)) {
        read_section(*below, member);
      } else if (const auto* key = find_key(section.name, member.name)) {
        origins_.put(section.name, index, key->name, {reader_.file(), member.value.at});
        reader_.assign(*key, shown_here(section), section.at(config_, index), member.value);
      } else {
        read_unknown(section.name, shown_here(section), member);
      }
    }
  }

  // A key or table that is not in the table of keys: known later, or mistyped.
  void read_unknown(std::string_view section, const std::string& where, const Member& member) {
    for (const auto& later : all_reserved()) {
      if (later.section != section || later.name != member.name) continue;
      return reader_.problem(member.at, dotted(section, member.name),
                             fmt::format("{}: {}", subject(member.name, where), later.message));
    }
    reader_.unknown(section, where, member, names_within(section));
  }

  static std::string subject(std::string_view name, const std::string& where) {
    return where.empty() ? quoted(name) : fmt::format("{} in {}", quoted(name), where);
  }

  // Lists and tables may be written as in the file.
  static Node value_of(const Setting& setting) {
    if (setting.value.starts_with('[') || setting.value.starts_with('{')) {
      auto parsed = parse_toml("value = " + setting.value);
      if (parsed.ok && parsed.root.members.size() == 1) {
        return std::move(parsed.root.members.front().value);
      }
    }
    return text_node(setting.value);
  }

  // A value from the environment or a flag: of a repeated table it goes to each of them, and makes
  // one if there is none.
  void apply(const Setting& setting) {
    const auto dot = setting.key.rfind('.');
    const auto section_name = setting.key.substr(0, dot);
    const auto* section = dot == setting.key.npos ? nullptr : find_section(section_name);
    const auto* key =
        section == nullptr ? nullptr : find_key(section_name, setting.key.substr(dot + 1));
    if (key == nullptr) return unknown_setting(setting);
    if (section->is_repeated && section->count(config_) == 0) section->add(config_);
    const std::size_t count = section->count(config_);
    const bool is_own = key->name == "url" || key->name == "name" || key->name == "address";
    if (count > 1 && is_own) {
      return told(setting, fmt::format("there are {} of {}; give each its {} in the file", count,
                                       shown(*section), key->name));
    }
    const Node value = value_of(setting);
    for (std::size_t index = 0; index < count; ++index) {
      origins_.put(section->name, index, key->name, {setting.origin, {}});
      const auto faults = key->assign(section->at(config_, index), value, key->bounds);
      if (faults.empty()) continue;
      return told(setting, faults.front().text);
    }
  }

  void unknown_setting(const Setting& setting) {
    std::vector<std::string> names;
    for (const auto& key : all_keys()) names.push_back(dotted(key.section, key.name));
    told(setting, fmt::format("there is no key {}{}", quoted(setting.key),
                              did_you_mean(setting.key, {names.begin(), names.end()})));
  }

  void told(const Setting& setting, std::string message) {
    loaded_.problems.push_back({setting.origin, 0, 0, setting.key, std::move(message)});
  }

  void replace_listen() {
    if (sources_.listen.empty()) return;
    config_.listen.resize(sources_.listen.size());
    for (std::size_t i = 0; i < sources_.listen.size(); ++i) {
      assign_flag("--listen", *find_key("listen", "address"), i, sources_.listen[i]);
    }
  }

  void replace_shadows() {
    if (sources_.shadows.empty()) return;
    config_.shadows.resize(sources_.shadows.size());
    for (std::size_t i = 0; i < sources_.shadows.size(); ++i) {
      assign_flag("--shadow", *find_key("shadow", "url"), i, sources_.shadows[i]);
    }
  }

  void assign_flag(const char* flag, const Key& key, std::size_t index, const std::string& text) {
    origins_.put(key.section, index, key.name, {flag, {}});
    const Target target = find_section(key.section)->at(config_, index);
    for (const auto& fault : key.assign(target, text_node(text), key.bounds)) {
      told({flag, dotted(key.section, key.name), text}, fault.text);
    }
  }

  void sort() {
    std::stable_sort(loaded_.problems.begin(), loaded_.problems.end(),
                     [this](const Problem& a, const Problem& b) { return place(a) < place(b); });
  }

  // What problems are sorted by: the main file, the files of rules, and what stands in none.
  std::tuple<bool, bool, std::string_view, std::uint32_t, std::uint32_t> place(
      const Problem& problem) const {
    if (problem.line == 0) return {true, true, {}, 0, 0};
    return {false, problem.file != sources_.file_name, problem.file, problem.line, problem.column};
  }

  const Sources& sources_;
  Config config_;
  Origins origins_;
  Loaded loaded_;
  TableReader reader_;  // of the file that is read
  bool is_rule_file_ = false;
  bool has_syntax_error_ = false;
};

// UNDERSTUDY_DIFF_RULE_PATH for diff.rule.path.
std::string variable_name(const Key& key) {
  std::string name = fmt::format("{}{}_{}", variable_prefix, key.section, key.name);
  for (char& c : name) {
    if (c == '.') c = '_';
    if (ascii::is_alpha(c)) c = static_cast<char>(c & ~0x20);
  }
  return name;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Error cannot_read(const std::string& path, std::string_view why) {
  return {Code::bad_config, Leg::self, fmt::format("cannot read {}: {}", path, why)};
}

}  // namespace

std::string to_string(const Problem& problem) {
  if (problem.line > 0) {
    return fmt::format("{}:{}:{}: {}", problem.file, problem.line, problem.column, problem.message);
  }
  return problem.file.empty() ? problem.message
                              : fmt::format("{}: {}", problem.file, problem.message);
}

Loaded load(const Sources& sources) {
  return Loader(sources).load();
}

Result<std::string> read_config_file(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  if (!file) return cannot_read(path, std::strerror(errno));
  struct stat about {};
  if (fstat(fileno(file.get()), &about) != 0) return cannot_read(path, std::strerror(errno));
  if (S_ISDIR(about.st_mode)) return cannot_read(path, "it is a directory, not a file");
  std::string text(limits::max_config_bytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return cannot_read(path, "reading failed");
  if (text.size() > limits::max_config_bytes) {
    return cannot_read(path, "it is larger than 1MiB, which no configuration is");
  }
  return text;
}

Environment environment_settings(const std::vector<std::string>& variables) {
  Environment environment;
  std::vector<std::string> names;
  for (const auto& key : all_keys()) names.push_back(variable_name(key));
  for (const auto& variable : variables) {
    if (variable.rfind(variable_prefix, 0) != 0) continue;
    const auto equals = variable.find('=');
    const auto name = variable.substr(0, equals);
    const auto value = equals == variable.npos ? std::string() : variable.substr(equals + 1);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      environment.unknown.push_back(
          {name, 0, 0, "",
           "this variable sets no key" + did_you_mean(name, {names.begin(), names.end()})});
    } else if (!value.empty()) {
      const auto& key = all_keys()[static_cast<std::size_t>(found - names.begin())];
      environment.settings.push_back({name, dotted(key.section, key.name), value});
    }
  }
  return environment;
}

}  // namespace understudy::config
