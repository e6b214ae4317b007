// The ledger's processes: servers and clients that write down what they see, and the checker.
//
//   ledger serve side=primary|shadow seed=S port=P book=FILE
//     until SIGTERM; says its port. SIGUSR1 resets its connections, SIGUSR2 refuses more for a
//     while
//   ledger load port=P seed=S first=A last=B connections=C book=FILE
//   ledger check seed=S last=N client=FILE primary=FILE shadow=FILE counters=FILE
//                [others=N more_others=N] [faults=1]
//
// Exit codes: 0 fine, 1 findings, 2 something else went wrong.
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include <fmt/format.h>

#include "ledger/check.h"
#include "ledger/load.h"
#include "ledger/server.h"

using namespace understudy::ledger;

namespace {

constexpr int exit_findings = 1;
constexpr int exit_error = 2;
constexpr std::size_t usual_connections = 64;

constexpr auto refusing_time = std::chrono::milliseconds(300);

std::atomic<bool> is_stopping{false};
std::atomic<bool> wants_resets{false};
std::atomic<bool> wants_refusals{false};

// The words after the verb: name=value.
class Words {
 public:
  Words(int count, char** words) {
    for (int i = 2; i < count; ++i) {
      const std::string word = words[i];
      const auto split = word.find('=');
      if (split != word.npos) values_[word.substr(0, split)] = word.substr(split + 1);
    }
  }
  std::string text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
  }
  template <typename Number>
  Number number(const std::string& name, Number otherwise) const {
    const auto value = text(name);
    std::from_chars(value.data(), value.data() + value.size(), otherwise);
    return otherwise;
  }

 private:
  std::map<std::string, std::string> values_;
};

int saved(const Book& book, const std::string& path) {
  if (book.save(path)) return 0;
  fmt::print(stderr, "ledger: cannot write {}\n", path);
  return exit_error;
}

int serve(const Words& words) {
  const auto side = words.text("side") == "shadow" ? Side::shadow : Side::primary;
  Server server(side, words.number<std::uint64_t>("seed", 0));
  const auto port = server.listen(words.number<std::uint16_t>("port", 0));
  if (port == 0) {
    fmt::print(stderr, "ledger: cannot listen\n");
    return exit_error;
  }
  std::signal(SIGTERM, [](int) { is_stopping = true; });
  std::signal(SIGUSR1, [](int) { wants_resets = true; });
  std::signal(SIGUSR2, [](int) { wants_refusals = true; });
  fmt::print("{}\n", port);
  std::fflush(stdout);
  auto refuses_until = Poller::Clock::time_point::max();
  while (!is_stopping) {
    server.turn(std::chrono::milliseconds(100));
    if (wants_resets.exchange(false)) server.reset_all();
    if (wants_refusals.exchange(false)) {
      server.stop_listening();
      refuses_until = Poller::Clock::now() + refusing_time;
    } else if (Poller::Clock::now() >= refuses_until) {
      server.listen(port);
      refuses_until = Poller::Clock::time_point::max();
    }
  }
  fmt::print("{}\n", server.others());
  return saved(server.book(), words.text("book"));
}

int load(const Words& words) {
  Load::Setup setup;
  setup.port = words.number<std::uint16_t>("port", 0);
  setup.seed = words.number<std::uint64_t>("seed", 0);
  setup.first = words.number<Id>("first", 1);
  setup.last = words.number<Id>("last", 1);
  setup.connections = words.number("connections", usual_connections);
  Load load(setup);
  load.run();
  return saved(load.book(), words.text("book"));
}

Counters counters_in(const std::string& path) {
  Counters counters;
  std::ifstream in(path);
  std::string name;
  for (std::uint64_t value = 0; in >> name >> value;) counters[name] = value;
  return counters;
}

int check(const Words& words) {
  Ledger ledger;
  ledger.seed = words.number<std::uint64_t>("seed", 0);
  ledger.last = words.number<Id>("last", 0);
  ledger.others = words.number<std::uint64_t>("others", 0);
  ledger.more_others = words.number<std::uint64_t>("more_others", 0);
  ledger.has_faults = words.number("faults", 0) != 0;
  ledger.client = Book::load(words.text("client"));
  ledger.primary = Book::load(words.text("primary"));
  ledger.shadow = Book::load(words.text("shadow"));
  ledger.counters = counters_in(words.text("counters"));
  const auto findings = check(ledger);
  for (const auto& finding : findings) fmt::print("{}\n", finding);
  fmt::print("{}\n", summary(ledger));
  return findings.empty() ? 0 : exit_findings;
}

}  // namespace

int main(int count, char** words) {
  const std::string verb = count > 1 ? words[1] : "";
  if (verb == "serve") return serve({count, words});
  if (verb == "load") return load({count, words});
  if (verb == "check") return check({count, words});
  fmt::print(stderr, "usage: ledger serve|load|check NAME=VALUE...\n");
  return exit_error;
}
