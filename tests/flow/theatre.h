#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/log_reader.h"
#include "support/pump.h"
#include "support/scripted_client.h"
#include "support/scripted_server.h"
#include "support/temp_dir.h"
#include "understudy/base/limits.h"
#include "understudy/handoff/lane.h"
#include "understudy/mirror/stage.h"
#include "understudy/proxy/worker.h"
#include "understudy/record/writer.h"

namespace understudy::support {

// The whole play on one loop, with a clock that the test turns: a scripted client, the front stage,
// a scripted primary, the backstage, scripted shadows and a real log.
//
// Ends by proving that loops close clean, nothing is held any more, and both books balance in the
// log.
class Theatre {
 public:
  Theatre();
  ~Theatre();

  config::Config& config() { return config_; }
  // The settings of the first shadow; there is one from the start.
  config::Shadow& shadow_config() { return config_.shadows.front(); }
  // TLS of the house on its legs, if any; before the first client.
  struct Tls {
    std::shared_ptr<const net::TlsServer> clients;
    std::shared_ptr<const net::TlsClient> primary, shadow;
  };
  void speaks_tls(Tls tls) { tls_ = std::move(tls); }
  // One more shadow; before the first client.
  ScriptedServer& add_shadow(std::string name);

  // Begins to listen and to write the log; the first client does it, too.
  void open();
  ScriptedClient& client();
  std::unique_ptr<ScriptedClient> new_client(net::Opening opening = {});
  void advance(Duration by);
  // Waits until every copy has its outcome.
  void settle();
  // Ends the play as a clean exit does. The destructor does it, too.
  void close();

  // See LogReader; of all that was written so far.
  std::uint64_t outcomes(std::string_view outcome, std::string_view shadow = "v2");
  std::uint64_t decisions(std::string_view decision, std::string_view shadow = "v2");
  // Of the live path, by reason; those that did not happen are not there.
  std::map<std::string, std::uint64_t> failures() const;
  // Of clients; where they come in.
  std::size_t connections() const { return worker_->connections(); }
  const net::Address& address();
  // Under way, of all shadows.
  std::size_t copies() const;
  // Held for shadows, all together.
  std::size_t held_bytes();
  std::vector<std::string> records(std::string_view kind) { return log().records(kind); }
  std::vector<std::string> differences() { return log().differences(); }
  LogReader log();

  FakeClock clock;
  net::Loop loop{clock};
  ScriptedServer primary{loop};
  ScriptedServer shadow{loop};

 private:
  void open_worker();
  void open_stage();

  TempDir directory_;
  config::Config config_;
  Tls tls_;
  std::vector<std::unique_ptr<ScriptedServer>> more_shadows_;
  std::vector<std::unique_ptr<handoff::Budget>> budgets_;
  std::unique_ptr<handoff::TaintedSessions> tainted_;  // null: there are no sessions
  std::unique_ptr<handoff::Lane> lane_;
  std::unique_ptr<record::Writer> writer_;
  std::unique_ptr<mirror::Stage> stage_;
  std::unique_ptr<proxy::Worker> worker_;
  net::Address address_;
  std::unique_ptr<ScriptedClient> client_;
  bool is_closed_ = false;
};

}  // namespace understudy::support
