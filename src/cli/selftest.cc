// `understudy selftest`: shows on this very machine that no shadow, however broken, is felt by live
// clients.
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/machine.h"
#include "cli/selftest_judge.h"
#include "cli/selftest_load.h"
#include "cli/selftest_server.h"
#include "understudy/base/hash.h"
#include "understudy/base/log.h"
#include "understudy/cli/service.h"
#include "understudy/cli/terminal.h"
#include "understudy/cli/verbs.h"
#include "understudy/config/loader.h"
#include "understudy/json/writer.h"
#include "understudy/net/loop_thread.h"

namespace understudy::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t rounds = 10;
// From here on there is room for what the kinds do.
constexpr std::size_t wide = 120;

// The kinds of shadow, the one without any first.
struct Part {
  const char* name;
  const char* description;
  Manner manner;
};
constexpr Part parts[] = {
    {"(none)", "no shadow: what all others are measured by", Manner::healthy},
    {"healthy", "answers as the primary does", Manner::healthy},
    {"hung", "takes requests and never says a word", Manner::hung},
    {"refusing", "nobody listens", Manner::refusing},
    {"slow", "answers after a second", Manner::slow},
    {"trickling", "answers a byte every 100 ms", Manner::trickling},
    {"resetting", "resets instead of answering", Manner::resetting},
    {"flooding", "answers without end", Manner::flooding},
    {"deaf", "never reads", Manner::deaf},
    {"garbage", "answers what is not HTTP", Manner::garbage},
};

// A directory for the logs, for as long as this lives.
class Scratch {
 public:
  Scratch() : path_(fs::temp_directory_path() / ("understudy-selftest-" + to_hex(random64()))) {}
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

// The servers, on two threads: the primary's, and a humble one for whatever shadows do.
class Servers {
 public:
  Servers()
      : live_(system_clock(), "st-primary", 0), backstage_(system_clock(), "st-shadows", shy) {}
  ~Servers() {
    live_.run([&](net::Loop&) { primary_.reset(); });
    backstage_.run([&](net::Loop&) { shadows_.clear(); });
  }
  Servers(const Servers&) = delete;
  Servers& operator=(const Servers&) = delete;

  Result<net::Address> open_primary() {
    Result<net::Address> address = Error{};
    live_.run([&](net::Loop& loop) {
      primary_ = std::make_unique<SelftestServer>(loop, Manner::healthy);
      address = primary_->listen();
    });
    return address;
  }
  Result<net::Address> open_shadow(Manner manner) {
    Result<net::Address> address = Error{};
    backstage_.run([&](net::Loop& loop) {
      shadows_.push_back(std::make_unique<SelftestServer>(loop, manner));
      address = shadows_.back()->listen();
    });
    return address;
  }

 private:
  static constexpr int shy = 19;
  net::LoopThread live_;
  net::LoopThread backstage_;
  std::unique_ptr<SelftestServer> primary_;
  std::vector<std::unique_ptr<SelftestServer>> shadows_;
};

// A proxy as its user would start it, with one worker; every default is the usual one.
Result<config::Config> configure(const net::Address& primary, const net::Address& shadow,
                                 const std::string& log) {
  config::Sources sources;
  sources.listen = {"127.0.0.1:0"};
  sources.shadows = {"http://" + shadow.to_string()};
  sources.flags = {{"--primary", "primary.url", "http://" + primary.to_string()},
                   {"--log", "log.path", log},
                   {"--workers", "server.workers", "1"}};
  auto loaded = config::load(sources);
  if (!loaded.config) {
    return Error{Code::bad_config, Leg::self, config::to_string(loaded.problems.front())};
  }
  loaded.config->server.drain_timeout = std::chrono::milliseconds(200);
  return *std::move(loaded.config);
}

Result<std::vector<std::unique_ptr<Service>>> open_services(Servers& servers,
                                                            const Scratch& scratch) {
  const auto primary = servers.open_primary();
  if (!primary) return primary.error();
  std::vector<std::unique_ptr<Service>> services;
  for (const auto& part : parts) {
    const auto shadow = servers.open_shadow(part.manner);
    if (!shadow) return shadow.error();
    auto config = configure(*primary, *shadow, scratch / part.name);
    if (!config) return config.error();
    if (services.empty()) config->shadows.clear();
    auto service = Service::start(*std::move(config));
    if (!service) return service.error();
    services.push_back(*std::move(service));
  }
  return services;
}

void show_progress(std::size_t round, const char* name) {
  if (isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\rround {} of {}: {:<10}", round + 1, rounds, name);
}

void end_progress() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{:<30}\r", "");
}

// In turns, every second round the other way round: what disturbs one kind disturbs its neighbours.
std::vector<SelftestKind> measure(const std::vector<std::unique_ptr<Service>>& services,
                                  const SelftestOptions& options) {
  std::vector<SelftestKind> kinds;
  for (const auto& part : parts) kinds.push_back({part.name, part.description, {}});
  net::LoopThread clients(system_clock(), "st-clients", 0);
  KnownAnswers known;
  LivePlan plan{options.rate, options.rate * options.seconds / (rounds * std::size(parts)), 0};
  plan.requests = std::max<std::uint64_t>(plan.requests, live_kinds + 1);
  const auto first = services.front()->addresses().front();
  take_live_sample(clients, first, plan, known);  // warms up, and learns the answers
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      const auto turn = round % 2 == 0 ? i : kinds.size() - 1 - i;
      show_progress(round, parts[turn].name);
      const auto address = services[turn]->addresses().front();
      kinds[turn].rounds.push_back(take_live_sample(clients, address, plan, known));
      plan.first += plan.requests;
    }
  }
  end_progress();
  return kinds;
}

std::string ms(std::int64_t us) {
  return fmt::format("{:.2f}", static_cast<double>(us) / 1000);
}

std::string_view verdict_of(const SelftestRow& row, const SelftestResult& result) {
  if (row.has_passed) return "pass";
  return result.is_inconclusive ? "?" : "FAIL";
}

void print_table(const SelftestResult& result, std::size_t width) {
  fmt::print("What live clients see, beside each kind of shadow:\n\n");
  fmt::print("{:<11}{:>9}{:>10}{:>10}{:>11}{:>9}{:>9}   {}\n", "shadow", "requests", "p50 ms",
             "p99 ms", "p99.9 ms", "failed", "changed", "result");
  for (const auto& row : result.rows) {
    fmt::print("{:<11}{:>9}{:>10}{:>10}{:>11}{:>9}{:>9}   {}", row.name, row.requests,
               ms(row.p50_us), ms(row.p99_us), ms(row.p999_us), row.failed, row.changed,
               verdict_of(row, result));
    fmt::print("{}\n", width >= wide ? "   " + row.description : "");
    if (!row.has_passed) fmt::print("{:<11}{}\n", "", row.reason);
  }
  fmt::print("\n");
  if (result.is_inconclusive) {
    fmt::print("This machine is too busy to tell. Try again, or with a lower --rate.\n");
  } else if (result.has_passed()) {
    fmt::print("pass: no shadow made a live request slower, changed it, or made it fail.\n");
  } else {
    fmt::print("FAIL: see above.\n");
  }
}

void print_json(const SelftestResult& result, const SelftestOptions& options) {
  json::Writer out;
  out.begin_object().key("schema_version").integer(1).key("kind").string("selftest");
  out.key("rate").integer(static_cast<std::int64_t>(options.rate));
  out.key("passed").boolean(result.has_passed());
  out.key("inconclusive").boolean(result.is_inconclusive);
  out.key("shadows").begin_array();
  for (const auto& row : result.rows) {
    out.begin_object().key("name").string(row.name);
    out.key("requests").integer(static_cast<std::int64_t>(row.requests));
    out.key("p50_us").integer(row.p50_us).key("p99_us").integer(row.p99_us);
    out.key("p999_us").integer(row.p999_us);
    out.key("failed").integer(static_cast<std::int64_t>(row.failed));
    out.key("changed").integer(static_cast<std::int64_t>(row.changed));
    out.key("passed").boolean(row.has_passed).key("reason").string(row.reason).end_object();
  }
  out.end_array().end_object();
  fmt::print("{}\n", out.text());
}

int exit_code_of(const SelftestResult& result) {
  if (result.has_passed()) return exit_pass;
  return result.is_inconclusive ? exit_inconclusive : exit_fail;
}

}  // namespace

int selftest(const SelftestOptions& options) {
  log::set_enabled(false);
  set_up_process();
  const Scratch scratch;
  Servers servers;
  SelftestResult result;
  {
    auto services = open_services(servers, scratch);
    if (!services) {
      fmt::print(stderr, "understudy selftest: {}\n", services.error().detail);
      return exit_error;
    }
    result = judge(measure(*services, options));
  }
  if (options.output.json) {
    print_json(result, options);
  } else {
    print_table(result, terminal_width(options.output.width));
  }
  return exit_code_of(result);
}

}  // namespace understudy::cli
