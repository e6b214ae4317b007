// The one file that knows CLI11, and where its exceptions stop.
#include "understudy/cli/command_line.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "understudy/base/ascii.h"
#include "understudy/base/clock.h"
#include "understudy/base/suggest.h"
#include "understudy/cli/verbs.h"
#include "understudy/config/values.h"
#include "understudy/record/record.h"

namespace understudy::cli {
namespace {

constexpr const char* about =
    "understudy stands in front of a service, sends a copy of its traffic to a new version,\n"
    "compares the answers, and says whether the new version can go live.";

constexpr const char* next_steps =
    "Begin with:\n"
    "  understudy demo\n"
    "  understudy run --listen 127.0.0.1:8080 --primary http://127.0.0.1:9001 \\\n"
    "                 --shadow http://127.0.0.1:9002\n"
    "  understudy report\n"
    "\n"
    "Exit codes: 0 fine, 1 differences or fail, 2 usage, configuration or I/O error,\n"
    "3 inconclusive. \"understudy VERB --help\" tells more.\n";

constexpr std::array<record::Outcome, 7> outcomes = {
    record::Outcome::same,        record::Outcome::different,     record::Outcome::noise,
    record::Outcome::tainted,     record::Outcome::shadow_failed, record::Outcome::not_compared,
    record::Outcome::not_mirrored};

// The arguments, described for CLI11 verb by verb, and the options that they fill.
class CommandLine {
 public:
  CommandLine() : app_(about, "understudy") {
    app_.set_version_flag("-V,--version", "understudy " UNDERSTUDY_VERSION);
    app_.footer(next_steps);
    app_.get_formatter()->column_width(option_columns);
    add_run();
    add_check();
    add_demo();
    add_selftest();
    add_report();
    add_list();
    add_show();
    add_tail();
    add_verdict();
    add_accept();
  }

  Command parse(int argc, const char* const* argv) {
    if (argc < 2) {
      std::fputs(app_.help().c_str(), stderr);
      return Finished{exit_error};
    }
    if (!is_verb_or_flag(argv[1])) return refuse_verb(argv[1]);
    try {
      app_.parse(argc, const_cast<char**>(argv));  // CLI11 2.1 asks for it and changes nothing
    } catch (const CLI::ExtrasError&) {
      return refuse_extra();
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return Finished{app_.exit(error)};
      return refuse(error.what());
    }
    if (app_.get_subcommands().empty()) return refuse("there is no verb");
    return chosen();
  }

 private:
  static constexpr std::size_t option_columns = 32;

  CLI::App* verb(const char* name, const char* what) {
    auto* added = app_.add_subcommand(name, what);
    added->footer("");  // else it would be the whole program's
    return added;
  }

  static void add_config(CLI::App& verb, ConfigOptions& into) {
    verb.add_option("-c,--config", into.file,
                    "configuration; else ./understudy.toml if it is there")
        ->type_name("FILE");
    verb.add_option("-l,--listen", into.listen, "where clients come in; may be repeated")
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    verb.add_option("-p,--primary", into.primary, "the live service")->type_name("URL");
    verb.add_option("-s,--shadow", into.shadows, "the new version; may be repeated")
        ->type_name("URL")
        ->allow_extra_args(false);
    verb.add_option("--tls-cert", into.tls_cert, "HTTPS for clients: certificate and chain, PEM")
        ->type_name("FILE");
    verb.add_option("--tls-key", into.tls_key, "its private key, PEM")->type_name("FILE");
    verb.add_flag("-k,--insecure", into.insecure, "take any certificate of https:// upstreams");
    verb.add_option("--percent", into.percent, "share of requests that is mirrored")
        ->type_name("0-100");
    verb.add_option("--log", into.log_path, "directory of the log")->type_name("DIR");
    verb.add_option("--workers", into.workers, "live loops, or \"auto\"")->type_name("N");
    verb.add_option("--set", into.set, "any other key: section.key=value; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
  }

  static void add_logs(CLI::App& verb, std::vector<std::string>& logs) {
    verb.add_option("LOG", logs, "log directories; understudy-log when none is given")
        ->type_name("");
  }

  static void add_output(CLI::App& verb, OutputOptions& output) {
    verb.add_flag("--json", output.json, "for programs; stable, with schema_version");
    verb.add_flag("--no-color", output.no_color, "also: NO_COLOR in the environment");
    verb.add_option("--width", output.width, "columns; the terminal's when not given")
        ->type_name("N")
        ->check(check_count);
  }

  static void add_filters(CLI::App& verb, Filters& filters) {
    verb.add_option("--outcome", filters.outcome,
                    "different, noise, tainted, shadow_failed or not_compared")
        ->type_name("NAME")
        ->check(check_outcome);
    verb.add_option("--endpoint", filters.endpoint, "as the report names it: \"GET /users/{id}\"")
        ->type_name("NAME");
    verb.add_option("--signature", filters.signature, "as the report names it, or its beginning")
        ->type_name("ID");
    verb.add_option("--shadow", filters.shadow, "only this shadow")->type_name("NAME");
  }

  void add_range(CLI::App& verb) {
    verb.add_option("--since", since_, "from this time on, or so long ago: 2h")
        ->type_name("TIME")
        ->check(check_time);
    verb.add_option("--until", until_, "up to this time")->type_name("TIME")->check(check_time);
  }

  static void add_accepted(CLI::App& verb, AcceptedOptions& accepted) {
    auto* file = verb.add_option("--accepted", accepted.file,
                                 "what is meant; else ./understudy-accepted.toml if it is there");
    file->type_name("FILE");
    verb.add_flag("--no-accepted", accepted.is_ignored, "as if nothing were accepted")
        ->excludes(file);
  }

  void add_run() {
    auto* run = verb("run", "the proxy");
    add_config(*run, run_.config);
  }

  void add_check() {
    auto* check = verb("check", "validate the configuration; binds and resolves nothing");
    add_config(*check, check_.config);
    check->add_flag("--print", check_.print, "the effective configuration with every default");
    check->add_flag("--reference", check_.reference, "every key as Markdown")->group("");
  }

  void add_demo() {
    auto* demo = verb("demo", "a play with planted faults; needs no configuration, no network");
    demo->add_option("DIR", demo_.directory, "where its log and configuration go")
        ->type_name("")
        ->capture_default_str();
    demo->add_option("--requests", demo_.requests, "how many; a few thousand when not given")
        ->type_name("N")
        ->check(check_count);
  }

  void add_selftest() {
    auto* selftest = verb("selftest", "live latency beside broken shadows, on this machine");
    add_output(*selftest, selftest_.output);
    selftest->add_option("--rate", selftest_.rate, "live requests a second")
        ->type_name("N")
        ->check(CLI::Range(10, 100'000))
        ->capture_default_str();
    selftest->add_option("--seconds", selftest_.seconds, "of measuring")
        ->type_name("N")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
  }

  void add_report() {
    auto* report = verb("report", "what was seen: endpoints, differences, latency, drops");
    add_logs(*report, report_.logs);
    add_output(*report, report_.output);
    add_range(*report);
    add_accepted(*report, report_.accepted);
    report->add_flag("--all", report_.output.all, "every row instead of the weightiest");
    report->add_option("--html", report_.html, "write it as one HTML page there")
        ->type_name("FILE")
        ->excludes("--json");
  }

  void add_list() {
    auto* list = verb("list", "the kept exchanges, one line each");
    add_logs(*list, list_.logs);
    add_output(*list, list_.output);
    add_filters(*list, list_.filters);
    list->add_option("-n,--limit", list_.limit, "the last so many; 50 when not given")
        ->type_name("N")
        ->check(check_count);
    list->add_flag("--all", list_.output.all, "without that limit");
  }

  void add_show() {
    auto* show = verb("show", "one kept exchange side by side");
    show->add_option("ID", show_.id, "of the exchange, or its beginning")
        ->type_name("")
        ->required();
    add_logs(*show, show_.logs);
    add_output(*show, show_.output);
  }

  void add_tail() {
    auto* tail = verb("tail", "the kept exchanges as they come");
    tail->add_option("LOG", tail_.log, "log directory")->type_name("")->capture_default_str();
    add_output(*tail, tail_.output);
    add_filters(*tail, tail_.filters);
  }

  void add_verdict() {
    auto* verdict = verb("verdict", "can this version go live? 0 yes, 1 no, 3 not enough seen");
    add_logs(*verdict, verdict_.logs);
    add_output(*verdict, verdict_.output);
    verdict->add_option("--min-requests", verdict_.min_requests, "compared ones that it takes")
        ->type_name("N")
        ->check(check_count);
    verdict
        ->add_option("--max-difference-rate", verdict_.max_difference_rate,
                     "share of compared requests that may differ")
        ->type_name("0-1")
        ->check(check_rate);
    verdict
        ->add_option("--fail-on", verdict_.fail_on,
                     "what fails: breaking, suspicious (and breaking), additive (any; the default)")
        ->type_name("SEVERITY")
        ->check(CLI::IsMember({"breaking", "suspicious", "additive"}));
    verdict
        ->add_option("--max-latency-increase", verdict_.max_latency_increase,
                     "p95 and p99 beyond the primary's, as a share: 0.25; 10 ms always go")
        ->type_name("X")
        ->check(check_increase);
    add_range(*verdict);
    add_accepted(*verdict, verdict_.accepted);
    verdict->add_option("--junit", verdict_.junit, "write JUnit's XML there, for CI")
        ->type_name("FILE");
    verdict->add_flag("--markdown", verdict_.markdown, "for a pull request")->excludes("--json");
    verdict->add_option("--wait", wait_, "wait so long for enough requests: 10m")
        ->type_name("DURATION")
        ->check(check_duration);
  }

  void add_accept() {
    auto* accept = verb("accept", "say that a difference is meant: report and verdict go by it");
    accept->add_option("SIGNATURE", accept_.signature, "as the report names it, or its beginning")
        ->type_name("");
    add_logs(*accept, accept_.logs);
    accept->add_option("--reason", accept_.reason, "why it is meant; must be given")
        ->type_name("TEXT");
    accept->add_option("--until", accept_.until, "the last day: 2027-01-31, or 30d from now")
        ->type_name("DAY");
    accept->add_option("--author", accept_.author, "git's user when not given")->type_name("NAME");
    accept->add_option("--shadow", accept_.shadow, "of this shadow only")->type_name("NAME");
    accept->add_option("--file", accept_.file, "where it is written")
        ->type_name("FILE")
        ->capture_default_str();
    auto* removes = accept->add_flag("--remove", accept_.removes, "it is meant no longer");
    accept->add_flag("--list", accept_.lists, "what is accepted")->excludes(removes);
    accept->add_flag("--json", accept_.output.json, "with --list: for programs");
  }

  // CLI11's checks: an empty text is consent.
  static std::string check_outcome(const std::string& text) {
    std::vector<std::string_view> names;
    names.reserve(std::size(outcomes));
    for (const auto outcome : outcomes) names.push_back(record::name(outcome));
    for (const auto name : names) {
      if (name == text) return {};
    }
    return fmt::format("there is no outcome \"{}\"{}", text, did_you_mean(text, names));
  }

  static std::string check_duration(const std::string& text) {
    const auto duration = config::parse_duration(text);
    return duration ? std::string() : "must be " + duration.error().detail;
  }

  static std::string check_count(const std::string& text) {
    if (ascii::to_number(text)) return {};
    return fmt::format("must be a whole number, not {}", text);
  }

  static std::string check_rate(const std::string& text) {
    double rate = -1;
    const bool is_rate = CLI::detail::lexical_cast(text, rate) && rate >= 0 && rate <= 1;
    return is_rate ? std::string() : fmt::format("must be a number from 0 to 1, not {}", text);
  }

  static std::string check_increase(const std::string& text) {
    double increase = -1;
    constexpr double most = 1000;
    const bool is_number = CLI::detail::lexical_cast(text, increase);
    if (is_number && increase >= 0 && increase <= most) return {};
    return fmt::format("must be a number from 0 to {}, not {}", most, text);
  }

  static std::string check_time(const std::string& text) {
    if (from_rfc3339(text) || config::parse_duration(text)) return {};
    return "must be a time such as \"2026-01-31T12:00:00Z\" or so long ago, such as \"2h\"";
  }

  static std::optional<WallTime> time_from(const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (const auto time = from_rfc3339(text)) return time;
    const auto duration = config::parse_duration(text);
    if (!duration) return std::nullopt;
    return system_clock().wall() - *duration;
  }

  bool is_verb_or_flag(std::string_view word) const {
    if (word.empty() || word.front() == '-') return !word.empty();
    for (const auto name : verb_names()) {
      if (name == word) return true;
    }
    return false;
  }

  std::vector<std::string_view> verb_names() const {
    std::vector<std::string_view> names;
    for (const auto* verb : app_.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(verb->get_name());
    }
    return names;
  }

  Command refuse_verb(std::string_view word) {
    return refuse(fmt::format("there is no verb \"{}\"{}", word, did_you_mean(word, verb_names())));
  }

  // Words that nothing asked for.
  Command refuse_extra() {
    const auto extra = app_.remaining(true);
    const std::string word = extra.empty() ? std::string() : extra.front();
    if (word.empty() || word.front() != '-') {
      return refuse(fmt::format("there is nothing to do with \"{}\"", word));
    }
    std::vector<std::string> names;
    for (const auto* option : current().get_options()) names.push_back(bare(option->get_name()));
    const std::string flag = word.substr(0, word.find('='));
    const auto meant = closest(bare(flag), {names.begin(), names.end()});
    if (meant.empty()) return refuse(fmt::format("there is no option \"{}\"", flag));
    return refuse(fmt::format("there is no option \"{}\"; did you mean \"--{}\"?", flag, meant));
  }

  // Without the dashes, which all options share.
  static std::string bare(const std::string& flag) {
    return flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  }

  const CLI::App& current() const {
    const auto chosen = app_.get_subcommands();
    return chosen.empty() ? app_ : *chosen.front();
  }

  Command refuse(std::string_view why) const {
    const auto& verb = current();
    const std::string name = &verb == &app_ ? "understudy" : "understudy " + verb.get_name();
    fmt::print(stderr, "{}: {}\nSee \"{} --help\".\n", name, why, name);
    return Finished{exit_error};
  }

  Command chosen() {
    const auto& name = current().get_name();
    if (name == "run") return run_;
    if (name == "check") return check_;
    if (name == "demo") return demo_;
    if (name == "selftest") return selftest_;
    if (name == "list") return list_;
    if (name == "show") return show_;
    if (name == "tail") return tail_;
    if (name == "accept") return accept_;
    if (name == "report") {
      report_.since = time_from(since_);
      report_.until = time_from(until_);
      return report_;
    }
    if (const auto wait = config::parse_duration(wait_)) verdict_.wait = *wait;
    verdict_.since = time_from(since_);
    verdict_.until = time_from(until_);
    return verdict_;
  }

  CLI::App app_;
  RunOptions run_;
  CheckOptions check_;
  DemoOptions demo_;
  SelftestOptions selftest_;
  ReportOptions report_;
  ListOptions list_;
  ShowOptions show_;
  TailOptions tail_;
  VerdictOptions verdict_;
  AcceptOptions accept_;
  std::string since_, until_, wait_;
};

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
  return CommandLine().parse(argc, argv);
}

}  // namespace understudy::cli
