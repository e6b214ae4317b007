#include "understudy/cli/service.h"

#include <algorithm>
#include <future>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/machine.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/base/log.h"
#include "understudy/handoff/lane.h"
#include "understudy/mirror/stage.h"
#include "understudy/net/listener.h"
#include "understudy/net/loop_thread.h"
#include "understudy/proxy/worker.h"
#include "understudy/record/writer.h"

namespace understudy::cli {

namespace {

using Addresses = std::vector<net::Address>;

// What the backstage gets at the least to end its copies when the live path took the whole drain
// time.
constexpr Duration least_stage_drain = std::chrono::milliseconds(500);

// Eight hexadecimal digits name one run of the process.
std::string new_instance() {
  return to_hex(random64()).substr(0, 8);
}

Result<Addresses> resolve(const config::Url& url) {
  return net::resolve(url.host, url.port);
}

}  // namespace

struct Service::State {
  explicit State(config::Config values)
      : config(std::make_shared<const config::Config>(std::move(values))) {}

  Result<void> resolve_all();
  Result<void> check_ports();
  Result<void> start_stages();
  Result<void> start_workers();
  Result<void> start_worker(std::size_t index);
  Result<void> listen(proxy::Worker& worker);
  void make_lanes();
  void stop_workers();
  void stop_stages(Duration deadline);

  // In the order in which they depend on each other; destroyed the other way round.
  const config::Snapshot config;
  const std::string instance = new_instance();
  const std::string privacy_key = to_hex(random64()) + to_hex(random64());
  Addresses primary_addresses;
  std::vector<Addresses> shadow_addresses;
  std::vector<net::Address> addresses;
  std::unique_ptr<record::Writer> writer;
  std::vector<std::unique_ptr<handoff::Budget>> budgets;
  std::vector<std::unique_ptr<handoff::Lane>> lanes;
  std::vector<std::unique_ptr<net::LoopThread>> stage_threads;
  std::vector<std::unique_ptr<mirror::Stage>> stages;
  std::vector<std::unique_ptr<net::LoopThread>> worker_threads;
  std::vector<std::unique_ptr<proxy::Worker>> workers;
  std::size_t max_connections = 0;
};

Result<void> Service::State::resolve_all() {
  auto primary = resolve(config->primary.url);
  if (!primary) return primary.error();
  primary_addresses = std::move(*primary);
  for (const auto& shadow : config->shadows) {
    auto found = resolve(shadow.url);
    if (!found) return found.error();
    shadow_addresses.push_back(std::move(*found));
    budgets.push_back(
        std::make_unique<handoff::Budget>(shadow.max_memory_bytes, shadow.max_inflight));
  }
  return {};
}

void Service::State::make_lanes() {
  const unsigned workers_wanted =
      config->server.workers != 0 ? config->server.workers : usable_cpus();
  max_connections = connections_per_worker(*config, workers_wanted);
  for (unsigned i = 0; i < workers_wanted; ++i) {
    lanes.push_back(
        std::make_unique<handoff::Lane>(config->shadows.size(), limits::handoff_queue_messages));
  }
}

// Worker i feeds stage i mod M. Half as many stages as workers is the default: copies that do not
// fit are dropped, live requests are not.
Result<void> Service::State::start_stages() {
  const auto wanted =
      config->server.backstage != 0 ? config->server.backstage : (lanes.size() + 1) / 2;
  const auto count = std::min<std::size_t>(wanted, lanes.size());
  for (std::size_t i = 0; i < count; ++i) {
    mirror::Stage::Setup setup;
    setup.config = config;
    setup.index = static_cast<std::uint32_t>(i);
    setup.instance = instance;
    for (std::size_t lane = i; lane < lanes.size(); lane += count) {
      setup.lanes.push_back(lanes[lane].get());
    }
    setup.shadow_addresses = shadow_addresses;
    setup.writer = writer.get();
    setup.privacy_key = privacy_key;
    for (const auto& budget : budgets) setup.budgets.push_back(budget.get());
    const auto feeding = setup.lanes;
    stage_threads.push_back(std::make_unique<net::LoopThread>(
        system_clock(), fmt::format("backstage-{}", i), config->server.backstage_nice));
    Result<std::unique_ptr<mirror::Stage>> stage = Error{};
    stage_threads.back()->run(
        [&](net::Loop& loop) { stage = mirror::Stage::create(loop, std::move(setup)); });
    if (!stage) return stage.error();
    stages.push_back(std::move(*stage));
    auto* const raw = stages.back().get();
    auto* const loop = &stage_threads.back()->loop();
    for (auto* const lane : feeding) {
      lane->set_wake([loop, raw] { loop->post([raw] { raw->on_messages(); }); });
    }
    stage_threads.back()->run([&](net::Loop&) { raw->start(); });
  }
  return {};
}

// Asked before anything is written or started.
Result<void> Service::State::check_ports() {
  for (const auto& listen : config->listen) {
    const auto address = net::Address::parse(listen.address);
    if (!address) return address.error();
    if (const auto free = net::ListenSocket::check_free(*address); !free) return free.error();
  }
  return {};
}

Result<void> Service::State::start_workers() {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (const auto started = start_worker(i); !started) return started.error();
  }
  return {};
}

Result<void> Service::State::start_worker(std::size_t index) {
  proxy::Worker::Setup setup;
  setup.first.config = config;
  setup.index = static_cast<std::uint32_t>(index);
  setup.instance = instance;
  setup.first.lane = lanes[index].get();
  for (const auto& budget : budgets) setup.first.budgets.push_back(budget.get());
  setup.first.primary_addresses = primary_addresses;
  setup.first.max_connections = max_connections;
  worker_threads.push_back(
      std::make_unique<net::LoopThread>(system_clock(), fmt::format("worker-{}", index), 0));
  Result<void> listening;
  Result<std::unique_ptr<proxy::Worker>> worker = Error{};
  worker_threads.back()->run([&](net::Loop& loop) {
    worker = proxy::Worker::create(loop, std::move(setup));
    if (worker) listening = listen(**worker);
  });
  if (!worker) return worker.error();
  workers.push_back(std::move(*worker));
  return listening;
}

// The first worker learns which port the system chose for port 0; the others share it. A Unix
// socket cannot be shared in that way: all its connections are the first worker's.
Result<void> Service::State::listen(proxy::Worker& worker) {
  const bool is_first = addresses.size() < config->listen.size();
  for (std::size_t i = 0; i < config->listen.size(); ++i) {
    if (!is_first && addresses[i].is_unix()) continue;
    const auto wanted = is_first ? net::Address::parse(config->listen[i].address)
                                 : Result<net::Address>(addresses[i]);
    if (!wanted) return wanted.error();
    const auto bound = worker.listen(*wanted);
    if (!bound) return bound.error();
    if (is_first) addresses.push_back(*bound);
  }
  return {};
}

void Service::State::stop_workers() {
  std::vector<std::promise<void>> drained(workers.size());
  for (std::size_t i = 0; i < workers.size(); ++i) {
    worker_threads[i]->loop().post([this, i, &drained] {
      workers[i]->drain(config->server.drain_timeout, {}, [i, &drained] { drained[i].set_value(); });
    });
  }
  for (auto& each : drained) each.get_future().wait();
  for (std::size_t i = 0; i < workers.size(); ++i) {
    worker_threads[i]->run([&](net::Loop&) { workers[i].reset(); });
  }
  worker_threads.clear();
  workers.clear();
}

void Service::State::stop_stages(Duration deadline) {
  std::vector<std::promise<void>> drained(stages.size());
  for (std::size_t i = 0; i < stages.size(); ++i) {
    stage_threads[i]->loop().post([this, i, deadline, &drained] {
      stages[i]->drain(deadline, [i, &drained] { drained[i].set_value(); });
    });
  }
  for (auto& each : drained) each.get_future().wait();
  for (std::size_t i = 0; i < stages.size(); ++i) {
    stage_threads[i]->run([&](net::Loop&) { stages[i].reset(); });
  }
  stage_threads.clear();
  stages.clear();
}

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}
Service::~Service() {
  stop();
}

Result<std::unique_ptr<Service>> Service::start(config::Config config) {
  std::unique_ptr<Service> service(new Service(std::make_unique<State>(std::move(config))));
  auto& state = *service->state_;
  if (const auto resolved = state.resolve_all(); !resolved) return resolved.error();
  if (const auto free = state.check_ports(); !free) return free.error();
  state.make_lanes();
  auto writer = record::Writer::open(state.config->log, system_clock());
  if (!writer) return writer.error();
  state.writer = std::move(*writer);
  if (const auto started = state.start_stages(); !started) return started.error();
  if (const auto started = state.start_workers(); !started) return started.error();
  return service;
}

const std::vector<net::Address>& Service::addresses() const {
  return state_->addresses;
}

void Service::stop() {
  const auto until = system_clock().now() + state_->config->server.drain_timeout;
  state_->stop_workers();
  state_->stop_stages(std::max<Duration>(until - system_clock().now(), least_stage_drain));
  if (state_->writer != nullptr) state_->writer->flush();
}

}  // namespace understudy::cli
