#include "understudy/cli/service.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/machine.h"
#include "cli/service_generation.h"
#include "cli/service_sockets.h"
#include "understudy/base/cpus.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/base/log.h"
#include "understudy/config/print.h"

namespace understudy::cli {

namespace {

// What the backstage gets at the least to end its copies when the live path took the whole drain
// time.
constexpr Duration least_stage_drain = std::chrono::milliseconds(500);
// Keys named in the line that says what a reload changed.
constexpr std::size_t shown_changes = 12;

// Eight hexadecimal digits name one run of the process.
std::string new_instance() {
  return to_hex(random64()).substr(0, 8);
}

bool is_same_log(const config::Log& a, const config::Log& b) {
  return a.path == b.path && a.segment_bytes == b.segment_bytes && a.keep_bytes == b.keep_bytes;
}

std::string sentence(std::vector<std::string> changes) {
  if (changes.empty()) return "no key changed";
  const auto count = changes.size();
  changes.resize(std::min(count, shown_changes));
  return fmt::format(
      "{}{}", fmt::join(changes, ", "),
      count > shown_changes ? fmt::format(" and {} more", count - shown_changes) : std::string());
}

}  // namespace

// One more thread beside the workers' and the backstages': `control` buries generations.
struct Service::State {
  using Shares = std::vector<std::vector<Entrance>>;  // for each worker

  State(std::vector<net::ListenSocket> inherited, net::LookUp given)
      : look_up(std::move(given)), sockets(std::move(inherited)) {}

  // A configuration on its way into force: nothing that runs knows of it yet.
  struct Change {
    config::Snapshot config;
    std::vector<Entrance> opened;
    Shares shares;
    std::unique_ptr<record::Writer> writer;  // null: the one before goes on
    std::unique_ptr<Generation> generation;
  };
  Result<Change> make(config::Config values);
  Result<Shares> share(const std::vector<Entrance>& entrances) const;
  Result<void> start_workers(Generation& generation);
  Result<void> prepare_workers(Generation& generation);
  Shares put_in_force(Change change);
  void switch_over();
  void watch(Shares shares);
  void close_gone();

  void on_left(Generation& generation);
  void bury(Generation& generation);
  void close_unused_writers();

  void forget_names();
  void stop_workers(Duration deadline, Duration idle_grace);
  void wait_for_generations();

  const std::string instance = new_instance();
  const std::string privacy_key = to_hex(random64()) + to_hex(random64());
  net::TlsTickets tickets{system_clock()};  // the same in every generation: sessions go on
  const net::LookUp look_up;
  config::Snapshot config;  // in force
  Sockets sockets;
  std::size_t worker_count = 0;
  // Kept from the first configuration that asks for sessions on: they outlive a reload.
  std::unique_ptr<handoff::TaintedSessions> tainted;
  std::uint32_t generations_made = 0;
  std::uint32_t stages_made = 0;

  std::mutex mutex;  // guards the next four; `control` takes out what is over
  std::condition_variable gone;
  std::optional<Instant> stop_at;
  std::vector<std::unique_ptr<record::Writer>> writers;  // the last one is in use
  std::vector<std::unique_ptr<Generation>> generations;  // the last one is in force

  std::unique_ptr<net::LoopThread> control;
  std::vector<std::unique_ptr<net::LoopThread>> worker_threads;
  std::vector<std::unique_ptr<proxy::Worker>> workers;
};

// --- a change ---

// In the order of what fails most often, so that nothing is written before addresses are had.
Result<Service::State::Change> Service::State::make(config::Config values) {
  Change change;
  change.config = std::make_shared<const config::Config>(std::move(values));
  auto transport = Transport::create(*change.config, tickets);
  if (!transport) return transport.error();
  auto opened = sockets.open_new(*change.config, worker_count);
  if (!opened) return opened.error();
  change.opened = std::move(*opened);
  auto shares = share(change.opened);
  if (!shares) return shares.error();
  change.shares = std::move(*shares);
  if (config == nullptr || !is_same_log(config->log, change.config->log)) {
    auto writer = record::Writer::open(change.config->log, system_clock());
    if (!writer) return writer.error();
    change.writer = std::move(*writer);
  }
  Generation::Setup setup;
  setup.transport = std::move(*transport);
  setup.number = generations_made++;
  setup.config = change.config;
  setup.instance = instance;
  setup.privacy_key = privacy_key;
  setup.first_stage = stages_made;
  setup.workers = worker_count;
  if (change.config->session.is_on()) {
    if (tainted == nullptr) tainted = std::make_unique<handoff::TaintedSessions>();
    setup.tainted = tainted.get();
  }
  setup.writer = change.writer != nullptr ? change.writer.get() : writers.back().get();
  setup.names = std::make_unique<Names>(*control, *change.config, look_up);
  setup.names->wait(limits::resolve_patience);
  auto generation = Generation::create(std::move(setup));
  if (!generation) return generation.error();
  change.generation = std::move(*generation);
  stages_made += static_cast<std::uint32_t>(change.generation->stages());
  return change;
}

Result<Service::State::Shares> Service::State::share(const std::vector<Entrance>& entrances) const {
  Shares shares;
  for (std::size_t i = 0; i < worker_count; ++i) {
    auto share = shares_of(entrances, i, worker_count);
    if (!share) return share.error();
    shares.push_back(std::move(*share));
  }
  return shares;
}

Result<void> Service::State::start_workers(Generation& generation) {
  for (std::size_t i = 0; i < worker_count; ++i) {
    proxy::Worker::Setup setup;
    setup.index = static_cast<std::uint32_t>(i);
    setup.first = generation.for_worker(i);
    Result<std::unique_ptr<proxy::Worker>> worker = Error{};
    auto thread = net::LoopThread::start(system_clock(), fmt::format("worker-{}", i), 0);
    if (!thread) return thread.error();
    worker_threads.push_back(std::move(*thread));
    worker_threads.back()->run(
        [&](net::Loop& loop) { worker = proxy::Worker::create(loop, std::move(setup)); });
    if (!worker) return worker.error();
    workers.push_back(std::move(*worker));
  }
  return {};
}

Result<void> Service::State::prepare_workers(Generation& generation) {
  Result<void> prepared;
  for (std::size_t i = 0; i < workers.size() && prepared; ++i) {
    worker_threads[i]->run(
        [&](net::Loop&) { prepared = workers[i]->prepare(generation.for_worker(i)); });
  }
  if (prepared) return {};
  for (std::size_t i = 0; i < workers.size(); ++i) {
    worker_threads[i]->run([&](net::Loop&) { workers[i]->forget_prepared(); });
  }
  return prepared;
}

// Nothing here can fail.
Service::State::Shares Service::State::put_in_force(Change change) {
  auto* const generation = change.generation.get();
  generation->commit(
      [this, generation] { control->loop().post([this, generation] { on_left(*generation); }); },
      [this, number = generation->number()](const Names::Addresses& addresses) {
        for (std::size_t i = 0; i < workers.size(); ++i) {
          worker_threads[i]->loop().post([worker = workers[i].get(), number, addresses] {
            worker->set_primary_addresses(number, addresses);
          });
        }
      });
  config = change.config;
  {
    const std::lock_guard lock(mutex);
    if (change.writer != nullptr) writers.push_back(std::move(change.writer));
    generations.push_back(std::move(change.generation));
  }
  sockets.add(std::move(change.opened));
  return std::move(change.shares);
}

void Service::State::switch_over() {
  for (std::size_t i = 0; i < workers.size(); ++i) {
    worker_threads[i]->run([&](net::Loop&) { workers[i]->switch_over(); });
  }
}

void Service::State::close_gone() {
  for (const auto& name : sockets.gone(*config)) {
    sockets.close(name);  // first, so that what the workers leave in the queue is nobody's
    for (std::size_t i = 0; i < workers.size(); ++i) {
      worker_threads[i]->run([&](net::Loop&) { workers[i]->close(name); });
    }
  }
}

void Service::State::watch(Shares shares) {
  for (std::size_t i = 0; i < workers.size(); ++i) {
    worker_threads[i]->run([&](net::Loop&) {
      for (auto& entrance : shares[i]) {
        for (auto& socket : entrance.sockets) workers[i]->listen(std::move(socket), entrance.name);
      }
    });
  }
}

// --- generations that are over; on the control thread ---

void Service::State::on_left(Generation& generation) {
  Duration deadline = generation.config().server.drain_timeout;
  {
    const std::lock_guard lock(mutex);
    if (stop_at) deadline = std::max(*stop_at - system_clock().now(), least_stage_drain);
  }
  generation.drain(deadline, [this, &generation] {
    control->loop().post([this, &generation] { bury(generation); });
  });
}

void Service::State::bury(Generation& generation) {
  std::unique_ptr<Generation> dead;
  {
    const std::lock_guard lock(mutex);
    const auto place = std::find_if(generations.begin(), generations.end(),
                                    [&](const auto& each) { return each.get() == &generation; });
    dead = std::move(*place);
    generations.erase(place);
  }
  dead.reset();
  close_unused_writers();
  gone.notify_all();
}

void Service::State::close_unused_writers() {
  std::vector<std::unique_ptr<record::Writer>> unused;
  const std::lock_guard lock(mutex);
  for (std::size_t i = 0; i + 1 < writers.size();) {
    const bool is_used = std::any_of(
        generations.begin(), generations.end(),
        [&](const auto& generation) { return &generation->writer() == writers[i].get(); });
    if (is_used) {
      ++i;
      continue;
    }
    unused.push_back(std::move(writers[i]));
    writers.erase(writers.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// --- the end ---

void Service::State::stop_workers(Duration deadline, Duration idle_grace) {
  std::vector<std::promise<void>> drained(workers.size());
  for (std::size_t i = 0; i < workers.size(); ++i) {
    worker_threads[i]->loop().post([this, i, deadline, idle_grace, &drained] {
      workers[i]->drain(deadline, idle_grace, [i, &drained] { drained[i].set_value(); });
    });
  }
  for (auto& each : drained) each.get_future().wait();
  for (std::size_t i = 0; i < workers.size(); ++i) {
    worker_threads[i]->run([&](net::Loop&) { workers[i].reset(); });
  }
  worker_threads.clear();
  workers.clear();
}

void Service::State::forget_names() {
  control->run([this](net::Loop&) {
    const std::lock_guard lock(mutex);
    for (const auto& generation : generations) generation->forget_names();
  });
}

void Service::State::wait_for_generations() {
  std::unique_lock lock(mutex);
  gone.wait(lock, [this] { return generations.empty(); });
}

// --- the service ---

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}
Service::~Service() {
  stop();
}

Result<std::unique_ptr<Service>> Service::start(config::Config config,
                                                std::vector<net::ListenSocket> inherited,
                                                net::LookUp look_up) {
  std::unique_ptr<Service> service(
      new Service(std::make_unique<State>(std::move(inherited), std::move(look_up))));
  auto& state = *service->state_;
  state.worker_count = config.server.workers != 0 ? config.server.workers : usable_cpus();
  auto control = net::LoopThread::start(system_clock(), "control", 0);
  if (!control) return control.error();
  state.control = std::move(*control);
  auto change = state.make(std::move(config));
  if (!change) return change.error();
  if (const auto started = state.start_workers(*change->generation); !started) {
    state.stop_workers({}, {});
    return started.error();
  }
  state.watch(state.put_in_force(*std::move(change)));
  state.sockets.close_unwanted();
  return service;
}

Result<std::string> Service::reload(config::Config config) {
  auto& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    if (state.generations.size() >= limits::max_generations) {
      return Error{Code::over_limit, Leg::self,
                   fmt::format("{} earlier configurations still have requests that run; try again "
                               "when some have ended",
                               state.generations.size() - 1)};
    }
  }
  auto changed = config::changes(*state.config, config);
  if (config.server.workers != state.config->server.workers) {
    log::warning("server.workers stays {}: their number is fixed until the next restart",
                 state.worker_count);
  }
  auto change = state.make(std::move(config));
  if (!change) return change.error();
  const auto prepared = state.prepare_workers(*change->generation);
  if (!prepared) return prepared.error();
  auto shares = state.put_in_force(*std::move(change));
  // First, while the workers still know what these demand: TLS, certificates, PROXY headers.
  state.close_gone();
  state.switch_over();
  state.watch(std::move(shares));
  return sentence(std::move(changed));
}

void Service::reopen_log() {
  const std::lock_guard lock(state_->mutex);
  for (const auto& writer : state_->writers) writer->reopen();
}

std::vector<net::Address> Service::addresses() const {
  return state_->sockets.addresses(*state_->config);
}

const config::Config& Service::config() const {
  return *state_->config;
}

std::vector<const net::ListenSocket*> Service::sockets() const {
  std::vector<const net::ListenSocket*> sockets;
  for (const auto& entrance : state_->sockets.entrances()) {
    for (const auto& socket : entrance.sockets) sockets.push_back(&socket);
  }
  return sockets;
}

void Service::own_files(const std::vector<std::string>& paths) {
  state_->sockets.own_files(paths);
}

void Service::stop(Ending ending) {
  auto& state = *state_;
  if (state.control == nullptr || state.config == nullptr) return;
  {
    const std::lock_guard lock(state.mutex);
    state.stop_at = system_clock().now() + state.config->server.drain_timeout;
  }
  const bool is_replaced = ending == Ending::replaced;
  if (is_replaced) state.sockets.leave_files();
  state.sockets = Sockets({});
  state.forget_names();
  state.stop_workers(state.config->server.drain_timeout,
                     is_replaced ? limits::handover_idle_grace : Duration{});
  state.wait_for_generations();
  state.control.reset();
  state.writers.clear();
}

}  // namespace understudy::cli
