#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/machine.h"
#include "cli/service_names.h"
#include "cli/transport.h"
#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/handoff/budget.h"
#include "understudy/handoff/lane.h"
#include "understudy/mirror/stage.h"
#include "understudy/net/loop_thread.h"
#include "understudy/proxy/worker.h"
#include "understudy/record/writer.h"

namespace understudy::cli {

// What one configuration brings to life: budgets, lanes, and the backstage with its threads. Made
// whole before any worker sees it; when the workers have left it, it drains and goes, so its
// accounts are exact.
//
//   made --commit()--> in use --(every worker has left)--> draining --> gone
//
// Owner: the service.
class Generation {
 public:
  struct Setup {
    std::uint32_t number = 0;
    config::Snapshot config;
    std::string instance;           // names the process run
    std::string privacy_key;        // the same in every generation: equal secrets stay equal
    std::uint32_t first_stage = 0;  // stages are numbered through all generations
    std::size_t workers = 1;
    record::Writer* writer = nullptr;             // outlives it
    handoff::TaintedSessions* tainted = nullptr;  // outlives it; null: there are no sessions
    std::unique_ptr<Names> names;
    Transport transport;
  };
  // Starts the stages. Errors: bad_config for rules that cannot be compiled.
  static Result<std::unique_ptr<Generation>> create(Setup setup);
  // Without commit(), or drained.
  ~Generation();

  // What the worker of that index needs to know.
  proxy::Worker::Generation for_worker(std::size_t index);
  // From now on it is told when all workers have left it, on the last one's thread. The workers
  // must outlive forget_names().
  using Primary = std::function<void(const Names::Addresses& addresses)>;
  void commit(std::function<void()> on_left, Primary on_primary_addresses);
  // Asks for no names any more. Before the workers die.
  void forget_names() { setup_.names.reset(); }
  // Finishes the copies that run, writes the final windows, then calls `done` on any thread.
  void drain(Duration deadline, std::function<void()> done);

  std::uint32_t number() const { return setup_.number; }
  const config::Config& config() const { return *setup_.config; }
  const record::Writer& writer() const { return *setup_.writer; }
  std::size_t stages() const { return stages_.size(); }

 private:
  explicit Generation(Setup setup);
  void make_budgets();
  Result<void> start_stage(std::size_t index, std::size_t count);
  void worker_left();

  // In the order in which they depend on each other; destroyed the other way round.
  Setup setup_;
  Capacity capacity_;
  std::vector<std::unique_ptr<handoff::Budget>> budgets_;
  std::vector<std::unique_ptr<handoff::Lane>> lanes_;
  std::vector<std::unique_ptr<net::LoopThread>> threads_;
  std::vector<std::unique_ptr<mirror::Stage>> stages_;
  std::atomic<bool> is_committed_{false};
  std::atomic<std::size_t> workers_left_;    // that still hold it
  std::atomic<std::size_t> stages_left_{0};  // that still drain
  std::function<void()> on_left_;
};

}  // namespace understudy::cli
