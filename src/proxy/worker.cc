#include "understudy/proxy/worker.h"

#include <unordered_map>
#include <utility>

#include "proxy/context.h"
#include "proxy/reception.h"
#include "proxy/sampler.h"
#include "proxy/session.h"
#include "understudy/net/deadline.h"
#include "understudy/net/listener.h"
#include "understudy/upstream/upstream.h"

namespace understudy::proxy {

struct Worker::State final : SessionOwner, ReceptionOwner {
  // One listening socket, and which [[listen]] it belongs to.
  struct Door final : net::ListenerEvents {
    Door(State& owner, std::string owned_name) : worker(owner), name(std::move(owned_name)) {}
    void on_accepted(std::unique_ptr<net::Stream> stream) override {
      worker.accept(std::move(stream), *this);
    }
    State& worker;
    const std::string name;
    // What is demanded here, as the last configuration had it that knew the door: one that goes
    // takes connections until it is closed, and they are no less secure for that.
    std::string proxy_protocol = "off";
    std::shared_ptr<const net::TlsServer> tls;
    std::unique_ptr<net::Listener> listener;
  };

  State(net::Loop& owner_loop, std::uint32_t index)
      : loop(owner_loop),
        house(loop, index),
        deadline(net::Deadline::calling<&State::on_drain_deadline>(loop, *this)) {}

  std::size_t max_connections() const { return house.current->max_connections; }
  void set_up(Door& door) const;
  void accept(std::unique_ptr<net::Stream> stream, const Door& door);
  Reception::Manners manners_at(const Door& door, const net::Address& peer) const;
  void begin_session(std::unique_ptr<net::Stream> stream, Client client);
  void on_received(Reception& reception, std::unique_ptr<net::Stream> stream,
                   Client client) override;
  void on_reception_ended(Reception& reception) override;
  std::size_t connections() const { return sessions.size() + receptions.size(); }
  void on_session_ended(Session& session) override;
  void on_drain_deadline();
  void check_drained();
  void heed_max_connections();

  net::Loop& loop;
  House house;
  std::unique_ptr<Context> prepared;
  net::Deadline deadline;
  std::vector<std::unique_ptr<Door>> doors;
  bool is_full = false;  // max_connections are open: doors are paused
  std::unordered_map<Session*, std::unique_ptr<Session>> sessions;
  std::unordered_map<Reception*, std::unique_ptr<Reception>> receptions;
  std::function<void()> done;
};

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Worker::~Worker() = default;

Result<std::unique_ptr<Worker>> Worker::create(net::Loop& loop, Setup setup) {
  std::unique_ptr<Worker> worker(new Worker(std::make_unique<State>(loop, setup.index)));
  if (const auto first = worker->prepare(std::move(setup.first)); !first) return first.error();
  worker->switch_over();
  return worker;
}

Result<net::Address> Worker::listen(const net::Address& address) {
  auto socket = net::ListenSocket::open(address);
  if (!socket) return socket.error();
  const auto bound = socket->address();
  listen(std::move(*socket), address.to_string());
  return bound;
}

void Worker::listen(net::ListenSocket socket, std::string name) {
  auto& state = *state_;
  auto& door = *state.doors.emplace_back(std::make_unique<State::Door>(state, std::move(name)));
  state.set_up(door);
  door.listener = net::Listener::watch(state.loop, std::move(socket), door);
  if (state.is_full) door.listener->pause();
}

void Worker::close(const std::string& name) {
  auto& doors = state_->doors;
  for (const auto& door : doors) {
    if (door->name == name) door->listener->empty_queue();
  }
  std::erase_if(doors, [&](const auto& door) { return door->name == name; });
}

Result<void> Worker::prepare(Generation generation) {
  auto context = Context::create(state_->house, std::move(generation));
  if (!context) return context.error();
  state_->prepared = std::move(*context);
  return {};
}

void Worker::switch_over() {
  state_->house.change_to(std::move(state_->prepared));
  for (const auto& door : state_->doors) state_->set_up(*door);
  state_->heed_max_connections();
}

void Worker::forget_prepared() {
  state_->prepared.reset();
}

void Worker::set_primary_addresses(std::uint32_t generation,
                                   const std::vector<net::Address>& addresses) {
  const auto tell = [&](Context* context) {
    if (context == nullptr || context->generation != generation) return;
    context->primary.set_addresses(addresses);
  };
  tell(state_->prepared.get());
  tell(state_->house.current.get());
  for (const auto& context : state_->house.old) tell(context.get());
}

std::size_t Worker::connections() const {
  return state_->connections();
}

void Worker::State::set_up(Door& door) const {
  const auto& context = *house.current;
  for (std::size_t i = 0; i < context.config.listen.size(); ++i) {
    if (context.doors[i] != door.name) continue;
    door.proxy_protocol = context.config.listen[i].proxy_protocol;
    door.tls = i < context.listen_tls.size() ? context.listen_tls[i] : nullptr;
  }
}

Reception::Manners Worker::State::manners_at(const Door& door, const net::Address& peer) const {
  const bool is_trusted = peer.is_in(house.current->config.server.trusted_proxies);
  Reception::Manners manners;
  manners.needs_header = door.proxy_protocol == "require";
  manners.takes_header = door.proxy_protocol != "off" && is_trusted;
  manners.tls = door.tls;
  return manners;
}

void Worker::State::accept(std::unique_ptr<net::Stream> stream, const Door& door) {
  auto manners = manners_at(door, stream->peer());
  if (manners.needs_header && !manners.takes_header) {
    house.current->lane.counters.fail(handoff::LiveFailure::client_proxy);
    stream->abort();
    return loop.retire(std::move(stream));
  }
  if (manners.are_none()) {
    Client client(stream->peer());
    begin_session(std::move(stream), std::move(client));
  } else {
    ReceptionOwner& owner = *this;
    auto reception =
        std::make_unique<Reception>(house, owner, std::move(stream), std::move(manners));
    auto* const key = reception.get();
    receptions.emplace(key, std::move(reception));
  }
  heed_max_connections();
}

void Worker::State::begin_session(std::unique_ptr<net::Stream> stream, Client client) {
  auto session = std::make_unique<Session>(house, *this, std::move(stream), std::move(client));
  auto* const key = session.get();
  sessions.emplace(key, std::move(session));
}

void Worker::State::on_received(Reception& reception, std::unique_ptr<net::Stream> stream,
                                Client client) {
  begin_session(std::move(stream), std::move(client));
  on_reception_ended(reception);
}

void Worker::State::on_reception_ended(Reception& reception) {
  const auto found = receptions.find(&reception);
  loop.retire(std::move(found->second));
  receptions.erase(found);
  if (house.is_draining) return check_drained();
  heed_max_connections();
}

void Worker::State::on_session_ended(Session& session) {
  const auto found = sessions.find(&session);
  loop.retire(std::move(found->second));
  sessions.erase(found);
  if (house.is_draining) return check_drained();
  heed_max_connections();
}

// Connections beyond the maximum wait in the kernel's queue.
void Worker::State::heed_max_connections() {
  const bool was_full =
      std::exchange(is_full, max_connections() != 0 && connections() >= max_connections());
  if (is_full == was_full) return;
  for (const auto& door : doors) is_full ? door->listener->pause() : door->listener->resume();
}

void Worker::drain(Duration deadline, Duration idle_grace, std::function<void()> done) {
  auto& state = *state_;
  state.done = std::move(done);
  state.house.is_draining = true;
  state.house.idle_grace = idle_grace;
  for (const auto& door : state.doors) door->listener->empty_queue();
  state.doors.clear();
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
  while (!receptions.empty()) receptions.begin()->second->shut_down();
  check_drained();
}

void Worker::State::check_drained() {
  if (connections() != 0 || done == nullptr) return;
  deadline.disarm();
  house.current->primary.close_idle();
  std::exchange(done, nullptr)();
}

}  // namespace understudy::proxy
