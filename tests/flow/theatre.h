#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/pump.h"
#include "support/scripted_client.h"
#include "support/scripted_server.h"
#include "support/temp_dir.h"
#include "understudy/base/limits.h"
#include "understudy/handoff/lane.h"
#include "understudy/json/document.h"
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
  // One more shadow; before the first client.
  ScriptedServer& add_shadow(std::string name);

  // The first client opens the house.
  ScriptedClient& client();
  std::unique_ptr<ScriptedClient> new_client();
  void advance(Duration by);
  // Waits until every copy has its outcome.
  void settle();
  // Ends the play as a clean exit does. The destructor does it, too.
  void close();

  // Of all windows written so far, for one shadow: "same", "different", "shadow_failed:reset", ...
  std::uint64_t outcomes(std::string_view outcome, std::string_view shadow = "v2");
  // received, mirrored, in_flight, or "not_mirrored:<reason>".
  std::uint64_t decisions(std::string_view decision, std::string_view shadow = "v2");
  // The lines of the log of that kind, as JSON texts.
  std::vector<std::string> records(std::string_view kind);
  // "place kind" of every difference of the only exchange record, sorted as written.
  std::vector<std::string> differences();

  FakeClock clock;
  net::Loop loop{clock};
  ScriptedServer primary{loop};
  ScriptedServer shadow{loop};

 private:
  void open();
  void open_worker();
  void open_stage();
  void check_books();
  std::uint64_t sum(const std::function<std::uint64_t(json::Value window)>& of_window);

  TempDir directory_;
  std::string log_path_;
  config::Config config_;
  std::vector<std::unique_ptr<ScriptedServer>> more_shadows_;
  std::vector<std::unique_ptr<handoff::Budget>> budgets_;
  std::unique_ptr<handoff::Lane> lane_;
  std::unique_ptr<record::Writer> writer_;
  std::unique_ptr<mirror::Stage> stage_;
  std::unique_ptr<proxy::Worker> worker_;
  net::Address address_;
  std::unique_ptr<ScriptedClient> client_;
  bool is_closed_ = false;
};

}  // namespace understudy::support
