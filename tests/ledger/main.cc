// The ledger's processes: servers and clients that write down what they see, and the checker.
//
//   ledger serve side=primary|shadow seed=S port=P book=FILE    until SIGTERM; says its port
//   ledger load port=P seed=S first=A last=B connections=C book=FILE
//   ledger check seed=S last=N others=N client=FILE primary=FILE shadow=FILE counters=FILE
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

std::atomic<bool> is_stopping{false};

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
  fmt::print("{}\n", port);
  std::fflush(stdout);
  while (!is_stopping) server.turn(std::chrono::milliseconds(100));
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
