#include "understudy/net/listener.h"

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <uv.h>

#include "net/handle.h"
#include "understudy/base/limits.h"
#include "understudy/net/deadline.h"

namespace understudy::net {

// libuv's own listening would accept one connection beyond a pause, and close whatever waits when
// descriptors run out; so we only ask libuv to watch the socket.
struct Listener::State {
  State(Loop& owner_loop, ListenerEvents& owner, ListenSocket&& owned)
      : loop(owner_loop),
        events(owner),
        socket(std::move(owned)),
        poll(this,
             [&](uv_poll_t* raw) { return uv_poll_init(loop.raw(), raw, socket.descriptor()); }),
        retry(Deadline::calling<&State::watch>(loop, *this)) {
    watch();
  }

  ~State() { uv_poll_stop(poll.get()); }

  void watch();
  void stop_watching();
  void on_readable();
  bool accept();

  Loop& loop;
  ListenerEvents& events;
  ListenSocket socket;
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
  const int accepted = accept4(socket.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) {
    events.on_accepted(Stream::adopt(loop, accepted, socket.address().is_unix()));
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
  auto socket = ListenSocket::open(address);
  if (!socket) return socket.error();
  return watch(loop, std::move(*socket), events);
}

std::unique_ptr<Listener> Listener::watch(Loop& loop, ListenSocket socket, ListenerEvents& events) {
  return std::unique_ptr<Listener>(
      new Listener(std::make_unique<State>(loop, events, std::move(socket))));
}

const Address& Listener::address() const {
  return state_->socket.address();
}
void Listener::pause() {
  state_->is_paused = true;
  state_->retry.disarm();
  state_->stop_watching();
}

void Listener::empty_queue() {
  for (int i = 0; i < limits::listen_backlog && !state_->is_paused; ++i) {
    if (!state_->accept()) return;
  }
}

void Listener::resume() {
  state_->is_paused = false;
  state_->watch();
}

}  // namespace understudy::net
