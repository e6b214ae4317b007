#include "understudy/net/listener.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "net/handle.h"
#include "understudy/base/limits.h"

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

struct Listener::State {
  State(Loop& owner_loop, ListenerEvents& owner, bool is_unix) : loop(owner_loop), events(owner) {
    if (is_unix) {
      pipe.emplace(this, [&](uv_pipe_t* raw) { return uv_pipe_init(loop.raw(), raw, 0); });
    } else {
      tcp.emplace(this, [&](uv_tcp_t* raw) { return uv_tcp_init(loop.raw(), raw); });
    }
  }

  ~State() {
    if (address.is_unix()) unlink(address.unix_path().c_str());
  }

  uv_stream_t* raw() const {
    return tcp ? reinterpret_cast<uv_stream_t*>(tcp->get())
               : reinterpret_cast<uv_stream_t*>(pipe->get());
  }
  int open(int descriptor);
  void on_connection(int status);
  void accept();

  Loop& loop;
  ListenerEvents& events;
  std::optional<Handle<uv_tcp_t>> tcp;
  std::optional<Handle<uv_pipe_t>> pipe;
  Address address;
  bool is_paused = false;
  bool has_waiting = false;  // libuv stops accepting until its waiting connection is taken
};

int Listener::State::open(int descriptor) {
  const int status =
      tcp ? uv_tcp_open(tcp->get(), descriptor) : uv_pipe_open(pipe->get(), descriptor);
  if (status != 0) return status;
  return uv_listen(raw(), limits::listen_backlog, [](uv_stream_t* server, int result) {
    auto* state = static_cast<State*>(server->data);
    if (state != nullptr) state->on_connection(result);
  });
}

// A failed accept (descriptors, memory) is libuv's to retry: the connection stays with the kernel.
void Listener::State::on_connection(int status) {
  if (status != 0) return;
  if (is_paused) {
    has_waiting = true;
    return;
  }
  accept();
}

void Listener::State::accept() {
  has_waiting = false;
  auto stream = Stream::accept(loop, raw(), address.is_unix());
  if (stream != nullptr) events.on_accepted(std::move(stream));
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Address& address,
                                                 ListenerEvents& events) {
  const auto descriptor = bind_socket(address, Sharing::reuse_port);
  if (!descriptor) return descriptor.error();
  auto state = std::make_unique<State>(loop, events, address.is_unix());
  state->address = address_of(*descriptor);
  const int status = state->open(*descriptor);
  if (status != 0) {
    close(*descriptor);
    return Error{Code::bad_config, Leg::self,
                 fmt::format("cannot listen on {}: {}", address.to_string(), uv_strerror(status))};
  }
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
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
}

void Listener::resume() {
  state_->is_paused = false;
  if (state_->has_waiting) state_->accept();
}

}  // namespace understudy::net
