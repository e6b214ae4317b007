#include "understudy/proxy/worker.h"

#include <unordered_map>
#include <utility>

#include "proxy/context.h"
#include "proxy/sampler.h"
#include "proxy/session.h"
#include "understudy/net/deadline.h"
#include "understudy/net/listener.h"
#include "understudy/upstream/upstream.h"

namespace understudy::proxy {

namespace {

upstream::Upstream::Options primary_options(const Worker::Setup& setup) {
  upstream::Upstream::Options options;
  options.addresses = setup.primary_addresses;
  options.authority = setup.config->primary.url.authority;
  options.leg = Leg::primary;
  options.connect_timeout = setup.config->primary.connect_timeout;
  options.max_connections = setup.config->primary.max_connections;
  return options;
}

}  // namespace

struct Worker::State final : net::ListenerEvents, SessionOwner {
  State(net::Loop& owner_loop, Setup owner_setup, Sampler owner_sampler)
      : loop(owner_loop),
        setup(std::move(owner_setup)),
        sampler(std::move(owner_sampler)),
        primary(loop, primary_options(setup)),
        context{loop,        *setup.config, primary,        sampler,
                *setup.lane, setup.budgets, setup.instance, setup.index},
        deadline(net::Deadline::calling<&State::on_drain_deadline>(loop, *this)) {}

  void on_accepted(std::unique_ptr<net::Stream> stream) override;
  void on_session_ended(Session& session) override;
  void on_drain_deadline();
  void check_drained();

  net::Loop& loop;
  const Setup setup;
  Sampler sampler;
  upstream::Upstream primary;
  Context context;
  net::Deadline deadline;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  std::unordered_map<Session*, std::unique_ptr<Session>> sessions;
  std::function<void()> done;
};

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Worker::~Worker() = default;

Result<std::unique_ptr<Worker>> Worker::create(net::Loop& loop, Setup setup) {
  auto sampler = Sampler::create(setup.config);
  if (!sampler) return sampler.error();
  return std::unique_ptr<Worker>(
      new Worker(std::make_unique<State>(loop, std::move(setup), std::move(*sampler))));
}

Result<net::Address> Worker::listen(const net::Address& address) {
  auto listener = net::Listener::open(state_->loop, address, *state_);
  if (!listener) return listener.error();
  state_->listeners.push_back(std::move(*listener));
  return state_->listeners.back()->address();
}

std::size_t Worker::connections() const {
  return state_->sessions.size();
}

void Worker::State::on_accepted(std::unique_ptr<net::Stream> stream) {
  const Client client(stream->peer());
  auto session = std::make_unique<Session>(context, *this, std::move(stream), client);
  auto* const key = session.get();
  sessions.emplace(key, std::move(session));
  if (setup.max_connections == 0 || sessions.size() < setup.max_connections) return;
  for (const auto& listener : listeners) listener->pause();
}

void Worker::State::on_session_ended(Session& session) {
  const auto found = sessions.find(&session);
  loop.retire(std::move(found->second));
  sessions.erase(found);
  if (context.is_draining) return check_drained();
  if (sessions.size() + 1 != setup.max_connections) return;
  for (const auto& listener : listeners) listener->resume();
}

void Worker::drain(Duration deadline, std::function<void()> done) {
  auto& state = *state_;
  state.done = std::move(done);
  state.context.is_draining = true;
  state.listeners.clear();
  state.deadline.arm(deadline);
  std::vector<Session*> sessions;
  for (const auto& [key, session] : state.sessions) sessions.push_back(key);
  for (auto* const session : sessions) session->drain();
  state.check_drained();
}

void Worker::State::on_drain_deadline() {
  std::vector<Session*> remaining;
  for (const auto& [key, session] : sessions) remaining.push_back(key);
  for (auto* const session : remaining) session->shut_down();
  check_drained();
}

void Worker::State::check_drained() {
  if (!sessions.empty() || done == nullptr) return;
  deadline.disarm();
  primary.close_idle();
  std::exchange(done, nullptr)();
}

}  // namespace understudy::proxy
