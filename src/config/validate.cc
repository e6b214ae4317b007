#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "config/keys.h"
#include "config/origins.h"
#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/base/suggest.h"

namespace understudy::config {
namespace {

constexpr std::string_view own_headers[] = {"Connection", "Content-Length",    "Expect",
                                            "Host",       "Keep-Alive",        "TE",
                                            "Trailer",    "Transfer-Encoding", "Upgrade"};

std::vector<std::string> names_of(const FieldList& fields) {
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field.first);
  return names;
}

// Checks one configuration; every check adds what it finds.
class Validation {
 public:
  Validation(Config& config, const Origins& origins, Loaded& loaded)
      : config_(config), origins_(origins), loaded_(loaded) {}

  void run() {
    check_listen();
    if (config_.primary.url.text.empty()) {
      missing("primary", 0, "url", "say which service is live, with [primary] url or --primary");
    }
    name_shadows();
    check_shadows();
    check_routes();
    for (std::size_t i = 0; i < config_.diff.rules.size(); ++i) check_rule(i);
    check_noise();
    if (config_.log.keep_bytes < config_.log.segment_bytes) {
      problem("log", 0, "keep", "\"keep\" in [log] must not be smaller than \"segment\"");
    }
  }

 private:
  void check_listen() {
    if (config_.listen.empty()) {
      missing("listen", 0, "address", "say where to listen, with [listen] address or --listen");
    }
    if (config_.listen.size() > limits::max_listeners) {
      problem("listen", limits::max_listeners, "",
              fmt::format("there are more than {} of [[listen]]", limits::max_listeners));
    }
    std::set<std::string> seen;
    for (std::size_t i = 0; i < config_.listen.size(); ++i) {
      const auto& address = config_.listen[i].address;
      const bool is_chosen = address.size() > 2 && address.substr(address.size() - 2) == ":0";
      if (is_chosen || seen.insert(address).second) continue;
      problem("listen", i, "address", fmt::format("{} is listened on twice", quoted(address)));
    }
  }

  void name_shadows() {
    for (std::size_t i = 0; i < config_.shadows.size(); ++i) {
      auto& name = config_.shadows[i].name;
      if (name.empty()) name = i == 0 ? "shadow" : fmt::format("shadow-{}", i + 1);
    }
  }

  void check_shadows() {
    if (config_.shadows.empty()) {
      loaded_.warnings.push_back(
          {"", 0, 0, "shadow",
           "there is no [[shadow]]: requests go to the primary only, and nothing is compared"});
    }
    if (config_.shadows.size() > limits::max_shadows) {
      problem("shadow", limits::max_shadows, "",
              fmt::format("there are more than {} of [[shadow]]", limits::max_shadows));
    }
    std::set<std::string> names;
    for (std::size_t i = 0; i < config_.shadows.size(); ++i) {
      const auto& shadow = config_.shadows[i];
      if (shadow.url.text.empty())
        missing("shadow", i, "url", "\"url\" in [[shadow]] must be given");
      if (!names.insert(shadow.name).second) {
        problem("shadow", i, "name",
                fmt::format("two of [[shadow]] are named {}", quoted(shadow.name)));
      }
      check_headers("shadow", i, "set_headers", names_of(shadow.set_headers));
      check_headers("shadow", i, "remove_headers", shadow.remove_headers);
      if (shadow.max_body_bytes > shadow.max_memory_bytes) {
        problem("shadow", i, "max_body_size",
                "\"max_body_size\" in [[shadow]] must not be larger than \"max_memory\"");
      }
      check_share(i);
    }
  }

  // A share that is taken of requests lacks a write of nearly every session.
  void check_share(std::size_t index) {
    const auto& shadow = config_.shadows[index];
    const auto& key = config_.session.key;
    if (!config_.session.is_on() || shadow.percent >= 100 || shadow.sample_key == key) return;
    auto warning = problem_at(origins_, "shadow", index, "percent");
    warning.message = fmt::format(
        "shadow {} takes {:g} % of the requests, not of the sessions, so most of what differs will "
        "be tainted: give it sample_key = {}",
        quoted(shadow.name), shadow.percent, quoted(key));
    loaded_.warnings.push_back(std::move(warning));
  }

  void check_routes() {
    std::vector<std::string_view> names;
    for (const auto& shadow : config_.shadows) names.push_back(shadow.name);
    for (std::size_t i = 0; i < config_.routes.size(); ++i) {
      const auto& wanted = config_.routes[i].shadow;
      const auto& values = config_.routes[i].override;
      check_headers("route", i, "set_headers", names_of(values.set_headers));
      check_headers("route", i, "remove_headers", values.remove_headers);
      const bool is_known =
          wanted.empty() || std::find(names.begin(), names.end(), wanted) != names.end();
      if (is_known) continue;
      problem("route", i, "shadow",
              fmt::format("\"shadow\" in [[route]] names {}, but no [[shadow]] has that name{}",
                          quoted(wanted), did_you_mean(wanted, names)));
    }
  }

  void check_rule(std::size_t index) {
    if (config_.diff.rules[index].path.empty() && !origins_.find("diff.rule", index, "path")) {
      missing("diff.rule", index, "path", "a rule must have a \"path\"");
    }
    unsigned actions = 0;
    for (const char* action : {"action", "array", "tolerance", "match"}) {
      if (origins_.find("diff.rule", index, action)) ++actions;
    }
    if (actions == 1) return;
    problem("diff.rule", index, "",
            fmt::format("a rule must have exactly one of \"action\", \"array\", \"tolerance\" and "
                        "\"match\", not {}",
                        actions == 0 ? "none" : std::to_string(actions)));
  }

  void check_noise() {
    if (config_.noise.mode != "diffy" || config_.noise.is_on()) return;
    problem(
        "noise", 0, "mode",
        "\"diffy\" compares with what a reference answers, and there is none: say \"reference\" in "
        "[noise], \"self\" or the URL of a second primary");
  }

  // What decides on a message's framing or connection is ours alone to write.
  void check_headers(std::string_view section, std::size_t index, const char* key,
                     const std::vector<std::string>& names) {
    for (const auto& name : names) {
      const auto is_same = [&name](std::string_view ours) { return ascii::iequals(ours, name); };
      if (std::none_of(std::begin(own_headers), std::end(own_headers), is_same)) continue;
      problem(section, index, key,
              fmt::format("\"{}\" in [[{}]] must not name {}: it belongs to the connection, and is "
                          "always written by understudy",
                          key, section, quoted(name)));
    }
  }

  // Something that should have been given: told where its table begins. Silent if it, or its
  // table, was given and refused, which is told already.
  void missing(std::string_view section, std::size_t index, const char* key, std::string message) {
    const bool is_refused =
        std::any_of(loaded_.problems.begin(), loaded_.problems.end(),
                    [section](const Problem& problem) { return problem.key == section; });
    if (is_refused || origins_.find(section, index, key)) return;
    problem(section, index, key, std::move(message));
  }

  void problem(std::string_view section, std::size_t index, const char* key, std::string message) {
    auto made = problem_at(origins_, section, index, key);
    made.message = std::move(message);
    loaded_.problems.push_back(std::move(made));
  }

  Config& config_;
  const Origins& origins_;
  Loaded& loaded_;
};

}  // namespace

Problem problem_at(const Origins& origins, std::string_view section, std::size_t index,
                   std::string_view key) {
  const Origin* origin = origins.find(section, index, key);
  if (origin == nullptr) origin = origins.find(section, index, "");
  Problem made{"", 0, 0, fmt::format("{}.{}", section, key), {}};
  if (origin == nullptr) return made;
  made.file = origin->file;
  made.line = origin->at.line;
  made.column = origin->at.column;
  return made;
}

void validate(Config& config, const Origins& origins, Loaded& loaded) {
  Validation(config, origins, loaded).run();
  validate_transport(config, origins, loaded);
}

}  // namespace understudy::config
