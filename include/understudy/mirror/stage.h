#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/handoff/budget.h"
#include "understudy/handoff/lane.h"
#include "understudy/handoff/tainted_sessions.h"
#include "understudy/net/address.h"
#include "understudy/net/loop.h"
#include "understudy/net/tls.h"
#include "understudy/record/writer.h"

namespace understudy::mirror {

// One backstage loop: takes messages from its lanes, runs copies against the shadows, pairs the
// answers, compares them, and writes records and windows.
//
// Owner:   the service. Thread: its loop's (create, start and destroy it there).
// Dies:    at the end of the loop's turn, so it may be destroyed in `done`.
// Promise: every Begin that was taken ends in exactly one outcome:
//          mirrored = same + different + noise + sum(tainted) + sum(shadow_failed) +
//          sum(not_compared).
class Stage {
 public:
  struct Setup {
    config::Snapshot config;
    std::uint32_t index = 0;                                  // of this stage
    std::string instance;                                     // names the process run in records
    std::vector<handoff::Lane*> lanes;                        // that feed this stage; outlive it
    std::vector<std::vector<net::Address>> shadow_addresses;  // per shadow; as known
    std::vector<std::shared_ptr<const net::TlsClient>> shadow_tls;  // per shadow, or none at all
    std::vector<net::Address> reference_addresses;                  // when there is one
    std::shared_ptr<const net::TlsClient> reference_tls;
    std::vector<handoff::Budget*> budgets;        // per shadow; outlive the loop
    std::size_t max_connections = 0;              // to each shadow; 0 = no cap
    record::Writer* writer = nullptr;             // outlives it
    handoff::TaintedSessions* tainted = nullptr;  // outlives it; null: there are no sessions
    std::string privacy_key;
  };
  // Errors: bad_config for rules that cannot be compiled.
  static Result<std::unique_ptr<Stage>> create(net::Loop& loop, Setup setup);
  ~Stage();

  // Begins the periodic windows.
  void start();

  // Where new connections to that shadow go from now on.
  void set_addresses(std::size_t shadow, std::vector<net::Address> addresses);
  void set_reference_addresses(std::vector<net::Address> addresses);

  // The live path is done: finishes what runs within `deadline`, ends the rest as not_compared
  // "shutdown", writes the final window, then calls `done` once.
  void drain(Duration deadline, std::function<void()> done);

  // Copies without an outcome yet.
  std::size_t in_flight() const;

 private:
  struct Impl;
  Stage(net::Loop& loop, std::unique_ptr<Impl> impl);

  net::Loop& loop_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::mirror
