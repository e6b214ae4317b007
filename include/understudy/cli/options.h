#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "understudy/base/clock.h"

// The command line as plain values: what cli/command_line makes of argv, one struct for each verb.
namespace understudy::cli {

// Where run and check take their configuration from.
struct ConfigOptions {
  std::string file;                  // -c; empty: flags alone, or ./understudy.toml if it is there
  std::vector<std::string> listen;   // --listen; together they replace the file's [[listen]]
  std::string primary;               // --primary, a URL
  std::vector<std::string> shadows;  // --shadow, URLs; the n-th one replaces the n-th [[shadow]]'s
  std::string tls_cert;              // --tls-cert, of every address
  std::string tls_key;               // --tls-key
  bool insecure = false;             // --insecure: upstreams are not verified
  std::string percent;               // --percent, of every shadow; as written
  std::string log_path;              // --log
  std::string workers;               // --workers; as written
  std::vector<std::string> set;      // --set section.key=value
};

// The proxy.
struct RunOptions {
  ConfigOptions config;
};

// Validates and shows the configuration.
struct CheckOptions {
  ConfigOptions config;
  bool print = false;      // the effective configuration as TOML
  bool reference = false;  // the configuration reference as Markdown, for README.md
};

// The play with planted faults.
struct DemoOptions {
  std::string directory = "understudy-demo";
  std::uint64_t requests = 0;  // 0 = the usual few thousand
};

// How a reading verb writes.
struct OutputOptions {
  bool json = false;
  bool no_color = false;
  std::size_t width = 0;  // 0 = the terminal's
  bool all = false;       // every row instead of the weightiest
};

// Which exchanges `list` and `tail` show; an empty field lets everything pass.
struct Filters {
  std::string outcome;    // one of record::name(Outcome)
  std::string endpoint;   // as the report names it: "GET /users/{id}"
  std::string signature;  // or its beginning
  std::string shadow;     // the shadow's name
};

// Is the live path deaf to shadows, here and now?
struct SelftestOptions {
  OutputOptions output;
  std::uint64_t rate = 1000;   // live requests a second
  std::uint64_t seconds = 15;  // of measuring, all kinds of shadow together
};

// Which differences are meant, by which file.
struct AcceptedOptions {
  std::string file;         // --accepted; empty: ./understudy-accepted.toml if it is there
  bool is_ignored = false;  // --no-accepted
};

// Accepts a difference, or shows what is accepted.
struct AcceptOptions {
  std::string signature;  // or its beginning
  std::vector<std::string> logs = {"understudy-log"};
  OutputOptions output;
  std::string file = "understudy-accepted.toml";
  std::string reason;
  std::string until;   // a day, or from now on: "30d"; empty: for ever
  std::string author;  // empty: git's user, else the system's
  std::string shadow;  // empty: every shadow
  bool removes = false;
  bool lists = false;
};

// What was seen, as a report.
struct ReportOptions {
  std::vector<std::string> logs = {"understudy-log"};
  OutputOptions output;
  // Only windows that end after, and begin before; unset = no bound. On the command line RFC 3339
  // or a duration before now.
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  AcceptedOptions accepted;
  std::string html;  // file to write instead of text; empty = none
};

// The kept exchanges, one line each.
struct ListOptions {
  std::vector<std::string> logs = {"understudy-log"};
  OutputOptions output;
  Filters filters;
  std::size_t limit = 0;  // 0 = as many as fit the reader's default
};

// One kept exchange side by side.
struct ShowOptions {
  std::string id;  // or its beginning
  std::vector<std::string> logs = {"understudy-log"};
  OutputOptions output;
};

// The kept exchanges as they come.
struct TailOptions {
  std::string log = "understudy-log";
  OutputOptions output;
  Filters filters;
};

// Can this version go live?
struct VerdictOptions {
  std::vector<std::string> logs = {"understudy-log"};
  OutputOptions output;
  std::optional<std::uint64_t> min_requests;   // unset = the verdict's own default
  std::optional<double> max_difference_rate;   // 0 to 1; unset = the verdict's own default
  std::optional<double> max_latency_increase;  // 0.25 = a quarter more; unset = the same
  std::string fail_on;                         // a severity; empty = the verdict's own default
  std::string junit;                           // file to write; empty = none
  bool markdown = false;                       // instead of text
  std::optional<WallTime> since;               // as of a report
  std::optional<WallTime> until;
  AcceptedOptions accepted;
  Duration wait{};  // how long to wait for enough requests; 0 = not at all
};

// What argv asks for. `Finished` when there is nothing to run: help and version were printed, or
// the arguments were wrong and that was said; the number is the exit code.
struct Finished {
  int exit_code = 0;
};

using Command =
    std::variant<Finished, RunOptions, CheckOptions, DemoOptions, SelftestOptions, ReportOptions,
                 ListOptions, ShowOptions, TailOptions, VerdictOptions, AcceptOptions>;

}  // namespace understudy::cli
