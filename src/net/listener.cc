#include "understudy/net/listener.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "net/handle.h"
#include "understudy/base/limits.h"
#include "understudy/net/deadline.h"

namespace understudy::net {

namespace {

// A bound socket of our own making, since libuv 1.44 cannot set SO_REUSEPORT.
enum class Sharing { exclusive, reuse_port };

Result<int> bind_socket(const Address& address, Sharing sharing) {
  const auto failed = [&](int descriptor) {
    const int reason = errno;
    if (descriptor >= 0) close(descriptor);
    return Error{Code::bad_config, Leg::self,
                 fmt::format("cannot listen on {}: {}", address.to_string(), strerror(reason))};
  };
  const int descriptor =
      socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failed(descriptor);
  const int on = 1;
  if (!address.is_unix()) {
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (sharing == Sharing::reuse_port) {
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
  }
  if (bind(descriptor, address.raw(), address.raw_size()) != 0) return failed(descriptor);
  if (listen(descriptor, limits::listen_backlog) != 0) return failed(descriptor);
  return descriptor;
}

// The socket file of a process that is gone: nobody takes connections there.
bool is_abandoned(const Address& address) {
  struct stat file {};
  if (stat(address.unix_path().c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool is_refused =
      connect(descriptor, address.raw(), address.raw_size()) != 0 && errno == ECONNREFUSED;
  close(descriptor);
  return is_refused;
}

Address address_of(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size);
  return Address::from(reinterpret_cast<sockaddr*>(&storage), size);
}

}  // namespace

// libuv's own listening would accept one connection beyond a pause, and close whatever waits when
// descriptors run out; so we only ask libuv to watch the socket.
struct Listener::State {
  State(Loop& owner_loop, ListenerEvents& owner, int owned)
      : loop(owner_loop),
        events(owner),
        descriptor(owned),
        address(address_of(owned)),
        poll(this, [&](uv_poll_t* raw) { return uv_poll_init(loop.raw(), raw, descriptor); }),
        retry(Deadline::calling<&State::watch>(loop, *this)) {
    watch();
  }

  ~State() {
    uv_poll_stop(poll.get());
    close(descriptor);
    if (address.is_unix()) unlink(address.unix_path().c_str());
  }

  void watch();
  void stop_watching();
  void on_readable();
  bool accept();

  Loop& loop;
  ListenerEvents& events;
  const int descriptor;
  const Address address;
  Handle<uv_poll_t> poll;
  Deadline retry;
  bool is_paused = false;
};

void Listener::State::watch() {
  uv_poll_start(poll.get(), UV_READABLE, [](uv_poll_t* handle, int, int) {
    auto* state = static_cast<State*>(handle->data);
    if (state != nullptr) state->on_readable();
  });
}

void Listener::State::stop_watching() {
  uv_poll_stop(poll.get());
}

// What is left after some is found again in the next turn.
void Listener::State::on_readable() {
  for (unsigned i = 0; i < limits::accepts_per_turn; ++i) {
    if (is_paused || !accept()) return;
  }
}

// False when there is nothing more to take now. Out of descriptors or memory, connections stay in
// the kernel's queue, and we look again after a pause instead of being told without end.
bool Listener::State::accept() {
  const int accepted = accept4(descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) {
    events.on_accepted(Stream::adopt(loop, accepted, address.is_unix()));
    return true;
  }
  const bool is_exhausted =
      errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
  if (is_exhausted) {
    stop_watching();
    retry.arm(limits::accept_retry_pause);
  }
  return !is_exhausted && errno != EAGAIN && errno != EWOULDBLOCK;
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Address& address,
                                                 ListenerEvents& events) {
  const auto descriptor = bind_socket(address, Sharing::reuse_port);
  if (!descriptor) return descriptor.error();
  return std::unique_ptr<Listener>(
      new Listener(std::make_unique<State>(loop, events, *descriptor)));
}

Result<void> Listener::check_free(const Address& address) {
  if (address.is_unix() && is_abandoned(address)) unlink(address.unix_path().c_str());
  const auto descriptor = bind_socket(address, Sharing::exclusive);
  if (!descriptor) return descriptor.error();
  close(*descriptor);
  if (address.is_unix()) unlink(address.unix_path().c_str());
  return {};
}

const Address& Listener::address() const {
  return state_->address;
}
void Listener::pause() {
  state_->is_paused = true;
  state_->retry.disarm();
  state_->stop_watching();
}

void Listener::resume() {
  state_->is_paused = false;
  state_->watch();
}

}  // namespace understudy::net
