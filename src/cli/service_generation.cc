#include "cli/service_generation.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/machine.h"
#include "understudy/base/limits.h"
#include "understudy/base/log.h"

namespace understudy::cli {

Generation::Generation(Setup setup) : setup_(std::move(setup)), workers_left_(setup_.workers) {
  for (std::size_t i = 0; i < setup_.workers; ++i) {
    lanes_.push_back(
        std::make_unique<handoff::Lane>(config().shadows.size(), limits::handoff_queue_messages));
  }
}

Generation::~Generation() {
  forget_names();
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    threads_[i]->run([&](net::Loop&) { stages_[i].reset(); });
  }
  threads_.clear();
}

// Worker i feeds stage i mod M. Half as many stages as workers is the default: copies that do not
// fit are dropped, live requests are not.
Result<std::unique_ptr<Generation>> Generation::create(Setup setup) {
  std::unique_ptr<Generation> made(new Generation(std::move(setup)));
  const std::size_t workers = made->lanes_.size();
  const std::size_t wanted = made->config().server.backstage;
  const auto count = std::min(wanted != 0 ? wanted : (workers + 1) / 2, workers);
  made->capacity_ = capacity(made->config(), allowance(), workers, count);
  made->make_budgets();
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto started = made->start_stage(i, count); !started) return started.error();
  }
  return made;
}

// No more copies under way than there may be connections: a copy that finds none would look like a
// failure of the shadow.
void Generation::make_budgets() {
  for (const auto& shadow : config().shadows) {
    const auto most = std::min<std::size_t>(shadow.max_inflight, capacity_.shadow);
    if (most < shadow.max_inflight) {
      log::warning("shadow {}: max_inflight is {}, but there is room for {} only: see ulimit -n",
                   shadow.name, shadow.max_inflight, most);
    }
    budgets_.push_back(std::make_unique<handoff::Budget>(shadow.max_memory_bytes,
                                                         static_cast<std::uint32_t>(most)));
  }
}

Result<void> Generation::start_stage(std::size_t index, std::size_t count) {
  mirror::Stage::Setup setup;
  setup.config = setup_.config;
  setup.index = setup_.first_stage + static_cast<std::uint32_t>(index);
  setup.instance = setup_.instance;
  for (std::size_t lane = index; lane < lanes_.size(); lane += count) {
    setup.lanes.push_back(lanes_[lane].get());
  }
  for (std::size_t i = 0; i < config().shadows.size(); ++i) {
    setup.shadow_addresses.push_back(setup_.names->addresses(i + 1));
  }
  setup.shadow_tls = setup_.transport.shadows;
  if (config().asks_again()) {
    setup.reference_addresses = setup_.names->addresses(config().shadows.size() + 1);
    setup.reference_tls = setup_.transport.reference;
  }
  setup.max_connections = capacity_.shadow;
  setup.writer = setup_.writer;
  setup.tainted = setup_.tainted;
  setup.privacy_key = setup_.privacy_key;
  for (const auto& budget : budgets_) setup.budgets.push_back(budget.get());
  auto started = net::LoopThread::start(system_clock(), fmt::format("backstage-{}", index),
                                        config().server.backstage_nice);
  if (!started) return started.error();
  auto thread = std::move(*started);
  Result<std::unique_ptr<mirror::Stage>> stage = Error{};
  thread->run([&](net::Loop& loop) { stage = mirror::Stage::create(loop, std::move(setup)); });
  if (!stage) return stage.error();
  thread->run([&](net::Loop&) { (*stage)->start(); });
  threads_.push_back(std::move(thread));
  stages_.push_back(std::move(*stage));
  return {};
}

proxy::Worker::Generation Generation::for_worker(std::size_t index) {
  proxy::Worker::Generation made;
  made.number = setup_.number;
  made.config = setup_.config;
  made.lane = lanes_[index].get();
  for (const auto& budget : budgets_) made.budgets.push_back(budget.get());
  made.tainted = setup_.tainted;
  made.primary_addresses = setup_.names->addresses(0);
  made.listen_tls = setup_.transport.listen;
  made.primary_tls = setup_.transport.primary;
  made.max_connections = capacity_.clients;
  made.max_primary_connections = capacity_.primary;
  made.on_left = [this] { worker_left(); };
  return made;
}

void Generation::commit(std::function<void()> on_left, Primary on_primary_addresses) {
  on_left_ = std::move(on_left);
  is_committed_ = true;
  setup_.names->follow([this, tell_primary = std::move(on_primary_addresses)](
                           std::size_t upstream, const Names::Addresses& addresses) {
    if (upstream == 0) return tell_primary(addresses);
    const bool is_reference = upstream > config().shadows.size();
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      threads_[i]->loop().post([stage = stages_[i].get(), upstream, is_reference, addresses] {
        if (is_reference) return stage->set_reference_addresses(addresses);
        stage->set_addresses(upstream - 1, addresses);
      });
    }
  });
}

void Generation::worker_left() {
  if (is_committed_ && --workers_left_ == 0) on_left_();
}

void Generation::drain(Duration deadline, std::function<void()> done) {
  forget_names();
  stages_left_ = stages_.size();
  const auto one_done = [this, done = std::move(done)] {
    if (--stages_left_ == 0) done();
  };
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    auto* const stage = stages_[i].get();
    threads_[i]->loop().post([stage, deadline, one_done] { stage->drain(deadline, one_done); });
  }
}

}  // namespace understudy::cli
