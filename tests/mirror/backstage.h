#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/scripted_server.h"
#include "support/temp_dir.h"
#include "understudy/base/clock.h"
#include "understudy/config/config.h"
#include "understudy/handoff/lane.h"
#include "understudy/json/document.h"
#include "understudy/mirror/stage.h"
#include "understudy/net/loop.h"
#include "understudy/record/writer.h"

namespace understudy::support {

// What a stage wrote.
struct Log {
  using Records = std::vector<std::unique_ptr<json::Document>>;
  Records exchanges;
  Records windows;

  // Of all windows: how many copies ended so.
  std::uint64_t outcomes(std::string_view outcome, std::string_view reason = {}) const;
  // Of all windows: a count of the first shadow, "received" or "mirrored".
  std::uint64_t shadow_count(std::string_view what) const;
  // The only exchange that was kept.
  json::Value only() const;
};

// One stage with one shadow and one lane, played from the front stage's side on a clock that the
// test turns.
class Backstage {
 public:
  Backstage();
  // Finishes, if the test did not.
  ~Backstage();

  // Plays the front stage. The first message opens the stage with `config` as it is then.
  handoff::Begin request(std::string_view method, std::string_view target,
                         std::string_view body = {});
  handoff::CopyId begin(handoff::Begin&& begin);
  handoff::CopyId begin_get(std::string_view target = "/cart") {
    return begin(request("GET", target));
  }
  handoff::CopyId begin_streamed(std::string_view first_part);
  void piece(handoff::CopyId id, std::string bytes);
  void end(handoff::CopyId id, http::Fields trailers = {});
  void cut(handoff::CopyId id, std::string_view reason);
  void answered(handoff::CopyId id, int status, std::string_view body);
  void failed(handoff::CopyId id, std::string_view reason);

  void open();
  mirror::Stage& stage() { return *stage_; }
  // Turns the loop until the claim holds; fails the test if it never does.
  void until(const std::function<bool()>& claim);
  void until_over() {
    until([this] { return stage_->in_flight() == 0; });
  }
  void until_asked(std::size_t requests = 1);
  void settle();
  void advance(Duration by);

  // Drains, destroys the stage and reads what was written; checks that every copy has one outcome.
  const Log& finish(Duration drain_deadline = std::chrono::seconds(1));

  TempDir directory;
  FakeClock clock;
  config::Config config;
  // What is charged when all that came home is freed.
  std::size_t held_bytes();

  std::unique_ptr<handoff::Budget> budget;  // as configured, from open() on
  handoff::Lane lane{1, 1000};
  handoff::TaintedSessions tainted;         // asked when the configuration has sessions
  std::shared_ptr<handoff::Window> window;  // of the streamed copy
  std::unique_ptr<record::Writer> writer;
  net::Loop loop{clock};
  ScriptedServer shadow{loop};
  ScriptedServer reference{loop};  // asked when the configuration says so

 private:
  void read_log();

  std::unique_ptr<mirror::Stage> stage_;
  handoff::CopyId last_id_ = 0;
  Log log_;
};

}  // namespace understudy::support
