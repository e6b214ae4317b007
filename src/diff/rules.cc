#include "diff/rules.h"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "diff/number.h"
#include "understudy/base/ascii.h"

namespace understudy::diff {

namespace {

using Where = Rule::Where;
using Action = Rule::Action;

Error bad(std::string detail) {
  return {Code::bad_config, Leg::self, std::move(detail)};
}

// The text as JSON writes numbers; from_chars takes a few forms more.
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto is_part = [](char c) {
    return ascii::is_digit(c) || std::string_view(".eE+-").find(c) != std::string_view::npos;
  };
  return !text.empty() && ascii::is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), is_part);
}

Where where_of(std::string_view path) {
  if (path == "status") return Where::status;
  if (path == "body") return Where::body;
  if (path == "line") return Where::line;
  if (path.starts_with("header:")) return Where::header;
  return path.starts_with("trailer:") ? Where::trailer : Where::json;
}

bool is_allowed(Where where, Action action) {
  if (action == Action::ignore || where == Where::json) return true;
  if (where == Where::body) return false;
  return action == Action::match || (action == Action::tolerance && where != Where::line);
}

}  // namespace

struct Rule::Regex {
  explicit Regex(const std::string& pattern) : re(pattern, options()) {}
  static RE2::Options options() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
  }
  RE2 re;
};

Rule::Rule() = default;
Rule::Rule(Rule&&) noexcept = default;
Rule& Rule::operator=(Rule&&) noexcept = default;
Rule::~Rule() = default;

Result<Rule> Rule::compile(const config::DiffRule& from) {
  Rule rule;
  rule.endpoint_ = from.endpoint;
  rule.where_ = where_of(from.path);
  rule.action_ = from.action;
  rule.key_ = from.key;
  rule.tolerance_ = from.tolerance;
  if (!is_allowed(rule.where_, rule.action_)) {
    return bad(
        fmt::format("this action cannot be taken at \"{}\"; it can be ignored there", from.path));
  }
  if (rule.where_ == Where::header || rule.where_ == Where::trailer) {
    rule.field_ = ascii::trim(std::string_view(from.path).substr(from.path.find(':') + 1));
    if (rule.field_.empty()) return bad(fmt::format("\"{}\" names no field", from.path));
  }
  if (rule.where_ == Where::json) {
    if (from.path.empty()) return bad("path is empty; \"/\" is the whole document");
    auto pointer = json::Pattern::parse(from.path == "/" ? "" : std::string_view(from.path));
    if (!pointer) return pointer.error();
    rule.pointer_ = std::move(*pointer);
  }
  if (rule.action_ == Action::array_key && rule.key_.empty())
    return bad("array = \"key:\" names no member");
  if (rule.action_ != Action::match) return rule;
  rule.regex_ = std::make_unique<Regex>(from.pattern);
  if (!rule.regex_->re.ok()) {
    return bad(fmt::format("match \"{}\": {}", from.pattern, rule.regex_->re.error()));
  }
  return rule;
}

bool Rule::is_for(std::string_view endpoint) const {
  if (endpoint_ == endpoint) return true;
  const std::string_view wanted = endpoint_;
  return wanted.ends_with('*') && endpoint.starts_with(wanted.substr(0, wanted.size() - 1));
}

bool Rule::is_unordered() const {
  return action_ == Action::array_set || action_ == Action::array_multiset ||
         action_ == Action::array_key;
}

bool Rule::names_field(std::string_view field) const {
  const std::string_view wanted = field_;
  if (!wanted.ends_with('*')) return ascii::iequals(wanted, field);
  const auto start = wanted.substr(0, wanted.size() - 1);
  return ascii::iequals(start, field.substr(0, start.size()));
}

bool Rule::excuses(std::string_view primary, std::string_view shadow) const {
  if (action_ == Action::match) {
    return RE2::FullMatch(re2::StringPiece(shadow.data(), shadow.size()), regex_->re);
  }
  if (action_ != Action::tolerance || !is_number(primary) || !is_number(shadow)) return false;
  return tolerance_.is_percent ? within_percent(primary, shadow, tolerance_.amount)
                               : within_tolerance(primary, shadow, tolerance_.amount);
}

bool RuleSet::ignores(Where where) const {
  return std::any_of(all_.begin(), all_.end(),
                     [&](const Rule* rule) { return rule->where() == where && rule->ignores(); });
}

bool RuleSet::ignores_field(Where where, std::string_view field) const {
  return std::any_of(all_.begin(), all_.end(), [&](const Rule* rule) {
    return rule->where() == where && rule->ignores() && rule->names_field(field);
  });
}

bool RuleSet::excuses(Where where, std::string_view primary, std::string_view shadow) const {
  return std::any_of(all_.begin(), all_.end(), [&](const Rule* rule) {
    return rule->where() == where && rule->excuses(primary, shadow);
  });
}

bool RuleSet::excuses_field(Where where, std::string_view field, std::string_view primary,
                            std::string_view shadow) const {
  return std::any_of(all_.begin(), all_.end(), [&](const Rule* rule) {
    return rule->where() == where && rule->names_field(field) && rule->excuses(primary, shadow);
  });
}

Result<RuleBook> RuleBook::compile(const std::vector<config::DiffRule>& rules) {
  RuleBook book;
  for (const auto& rule : rules) {
    auto compiled = Rule::compile(rule);
    if (!compiled) {
      return bad(fmt::format("diff.rule {}: {}", book.rules_.size() + 1, compiled.error().detail));
    }
    book.rules_.push_back(std::move(*compiled));
  }
  return book;
}

RuleSet RuleBook::for_endpoint(std::string_view endpoint) const {
  RuleSet set;
  for (const auto& rule : rules_) {
    if (!rule.is_for(endpoint)) continue;
    set.all_.push_back(&rule);
    if (rule.where() == Where::json) set.json_.push_back(&rule);
  }
  return set;
}

}  // namespace understudy::diff
