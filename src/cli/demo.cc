#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <system_error>

#include <fmt/format.h>

#include "cli/demo_client.h"
#include "cli/demo_play.h"
#include "cli/demo_server.h"
#include "understudy/base/hash.h"
#include "understudy/base/log.h"
#include "understudy/cli/service.h"
#include "understudy/cli/verbs.h"
#include "understudy/config/loader.h"
#include "understudy/net/loop_thread.h"

namespace understudy::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t usual_requests = 4000;

// A toy server on a thread of its own, for as long as this lives.
class Stall {
 public:
  explicit Stall(play::Role role) : thread_(system_clock(), "demo-server", 0) {
    thread_.run([&](net::Loop& loop) {
      server_ = std::make_unique<DemoServer>(loop, play::Actor(role, random64(), system_clock()));
      address_ = server_->listen();
    });
  }
  ~Stall() {
    thread_.run([this](net::Loop&) { server_.reset(); });
  }
  Stall(const Stall&) = delete;
  Stall& operator=(const Stall&) = delete;

  const Result<net::Address>& address() const { return address_; }

 private:
  net::LoopThread thread_;
  std::unique_ptr<DemoServer> server_;
  Result<net::Address> address_ = Error{};
};

Error cannot(const char* what, const fs::path& path, const std::error_code& code) {
  return {Code::io, Leg::self,
          fmt::format("cannot {} {}: {}", what, path.string(), code.message())};
}

// The segments of an earlier demo would count twice. Touches nothing unless a demo's configuration
// lies beside them.
Result<void> forget_last_demo(const fs::path& directory) {
  std::error_code code;
  if (!fs::exists(directory / "understudy.toml", code)) return {};
  if (!fs::is_directory(directory / "log", code)) return {};
  for (const auto& entry : fs::directory_iterator(directory / "log", code)) {
    const auto name = entry.path().filename().string();
    if (name.find(".ndjson") != std::string::npos) fs::remove(entry.path(), code);
    if (code) return cannot("remove", entry.path(), code);
  }
  return {};
}

// Makes the directory and leaves the configuration in it.
Result<void> prepare(const fs::path& directory) {
  std::error_code code;
  fs::create_directories(directory, code);
  if (code) return cannot("make", directory, code);
  if (const auto forgotten = forget_last_demo(directory); !forgotten) return forgotten;
  std::ofstream file(directory / "understudy.toml");
  file << play::configuration();
  file.close();
  if (file) return {};
  return Error{Code::io, Leg::self,
               fmt::format("cannot write {}", (directory / "understudy.toml").string())};
}

// The configuration that is left behind, with the addresses and the log of this performance.
Result<config::Config> configure(const fs::path& directory, const Stall& primary,
                                 const Stall& shadow) {
  for (const auto* stall : {&primary, &shadow}) {
    if (!stall->address()) return stall->address().error();
  }
  config::Sources sources;
  sources.file_name = (directory / "understudy.toml").string();
  sources.file_text = std::string(play::configuration());
  sources.listen = {"127.0.0.1:0"};
  sources.shadows = {"http://" + shadow.address()->to_string()};
  sources.flags = {{"--primary", "primary.url", "http://" + primary.address()->to_string()},
                   {"--log", "log.path", (directory / "log").string()}};
  auto loaded = config::load(sources);
  if (loaded.config) return *std::move(loaded.config);
  return Error{Code::bad_config, Leg::self, config::to_string(loaded.problems.front())};
}

// Sends the whole script through the proxy.
Result<void> perform(const net::Address& proxy, std::uint64_t requests) {
  net::LoopThread thread(system_clock(), "demo-client", 0);
  std::promise<Result<void>> ended;
  std::unique_ptr<DemoClient> client;
  thread.run([&](net::Loop& loop) {
    client = std::make_unique<DemoClient>(
        loop, proxy, requests, [&](Result<void> result) { ended.set_value(std::move(result)); });
  });
  auto result = ended.get_future().get();
  thread.run([&](net::Loop&) { client.reset(); });
  return result;
}

// From the first to the last request; the log is complete when this returns.
Result<void> play_through(const fs::path& directory, std::uint64_t requests) {
  if (const auto prepared = prepare(directory); !prepared) return prepared;
  const Stall primary(play::Role::primary);
  const Stall shadow(play::Role::shadow);
  auto config = configure(directory, primary, shadow);
  if (!config) return config.error();
  auto service = Service::start(*std::move(config));
  if (!service) return service.error();
  const auto proxy = (*service)->addresses().front();
  fmt::print(stderr, "a toy shop, its new version, and understudy between them at {}\n",
             proxy.to_string());
  const auto begin = system_clock().now();
  const auto performed = perform(proxy, requests);
  (*service)->stop();
  const auto seconds = std::chrono::duration<double>(system_clock().now() - begin).count();
  fmt::print(stderr, "{} requests in {:.1f} s\n\n", requests, seconds);
  return performed;
}

void say_what_next(const std::string& directory) {
  fmt::print(stderr,
             "\nThe new version came with {} planted faults. What to do next:\n"
             "  understudy list {}/log         the exchanges that differed\n"
             "  understudy show ID {}/log      one of them side by side\n"
             "  understudy verdict {}/log      may it go live?\n"
             "To put it in front of your own service, write its address into this file:\n"
             "  understudy run -c {}/understudy.toml\n",
             play::planted_faults().size(), directory, directory, directory, directory);
}

}  // namespace

int demo(const DemoOptions& options) {
  log::set_enabled(false);  // the stage hands keep quiet
  const auto requests = options.requests == 0 ? usual_requests : options.requests;
  if (const auto played = play_through(options.directory, requests); !played) {
    fmt::print(stderr, "understudy demo: {}\n", played.error().detail);
    return exit_error;
  }
  ReportOptions shown;
  shown.logs = {options.directory + "/log"};
  const int code = report(shown);
  std::fflush(stdout);
  if (code == exit_error) return exit_error;
  say_what_next(options.directory);
  return exit_pass;
}

}  // namespace understudy::cli
