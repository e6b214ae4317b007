#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/json/pointer.h"

namespace understudy::diff {

// One compiled rule.
class Rule {
 public:
  using Action = config::DiffRule::Action;
  // What a rule's path is about.
  enum class Where { status, header, trailer, body, line, json };

  static Result<Rule> compile(const config::DiffRule& from);
  Rule(Rule&&) noexcept;
  Rule& operator=(Rule&&) noexcept;
  ~Rule();

  bool is_for(std::string_view endpoint) const;
  Where where() const { return where_; }
  Action action() const { return action_; }
  bool ignores() const { return action_ == Action::ignore; }
  bool is_unordered() const;
  const std::string& key() const { return key_; }
  const json::Pattern& pointer() const { return pointer_; }
  // Requires: where() is header or trailer. Any case; a trailing "*" stands for any rest.
  bool names_field(std::string_view field) const;

  // True if the rule forgives that the shadow has `shadow` where the primary has `primary`: both as
  // text, strings unescaped. Tolerance: text that is a number. Match: the whole of the shadow's
  // text.
  bool excuses(std::string_view primary, std::string_view shadow) const;

 private:
  struct Regex;
  Rule();

  std::string endpoint_;
  Where where_ = Where::json;
  Action action_ = Action::ignore;
  std::string field_;
  json::Pattern pointer_;
  std::string key_;
  config::Tolerance tolerance_;
  std::unique_ptr<Regex> regex_;
};

// The rules that hold for one endpoint. Borrowed from the rule book.
class RuleSet {
 public:
  bool ignores(Rule::Where where) const;
  bool ignores_field(Rule::Where where, std::string_view field) const;
  // Whether a rule that is no ignore forgives the difference.
  bool excuses(Rule::Where where, std::string_view primary, std::string_view shadow) const;
  bool excuses_field(Rule::Where where, std::string_view field, std::string_view primary,
                     std::string_view shadow) const;

  // Those about places in a JSON body, in the order of the configuration.
  const std::vector<const Rule*>& json() const { return json_; }

 private:
  friend class RuleBook;
  std::vector<const Rule*> all_;
  std::vector<const Rule*> json_;
};

// All rules of a configuration.
class RuleBook {
 public:
  // Errors: bad_config, naming the rule by its number.
  static Result<RuleBook> compile(const std::vector<config::DiffRule>& rules);
  RuleSet for_endpoint(std::string_view endpoint) const;

 private:
  std::vector<Rule> rules_;
};

}  // namespace understudy::diff
