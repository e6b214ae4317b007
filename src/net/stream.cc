#include "understudy/net/stream.h"

#include <cassert>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <uv.h>

#include "net/stream_state.h"
#include "understudy/base/limits.h"

namespace understudy::net {

namespace {

// libuv's longest text has 46 bytes; a longer one is cut.
constexpr std::size_t max_reason_bytes = 128;

Code code_of(int status) {
  switch (status) {
    case UV_ECONNREFUSED:
      return Code::refused;
    case UV_ENOENT:
      return Code::refused;  // a Unix socket that is not there
    case UV_ECONNRESET:
    case UV_EPIPE:
    case UV_ECONNABORTED:
      return Code::reset;
    case UV_EHOSTUNREACH:
    case UV_ENETUNREACH:
    case UV_EADDRNOTAVAIL:
      return Code::unreachable;
    case UV_ETIMEDOUT:
      return Code::timed_out;
    default:
      return Code::io;
  }
}

std::string shown(const Address& peer) {
  return peer.raw_size() != 0 ? peer.to_string() : "peer";
}

}  // namespace

Stream::State::State(Loop& owner_loop, bool is_unix, StreamEvents* first)
    : loop(owner_loop), events(first) {
  if (is_unix) {
    const auto init = [&](uv_pipe_t* raw) { return uv_pipe_init(loop.raw(), raw, 0); };
    pipe = std::make_unique<Handle<uv_pipe_t>>(this, init);
  } else {
    tcp.emplace(this, [&](uv_tcp_t* raw) { return uv_tcp_init(loop.raw(), raw); });
  }
}

// --- the beginning ---

void Stream::State::connect(const Address& address) {
  peer = address;
  auto* const request = new uv_connect_t{};
  const auto on_done = [](uv_connect_t* done, int status) {
    auto* state = static_cast<State*>(done->handle->data);
    delete done;
    if (state != nullptr) state->on_connect(status);
  };
  if (pipe) return uv_pipe_connect(request, pipe->get(), address.unix_path().c_str(), on_done);
  const int status = uv_tcp_connect(request, tcp->get(), address.raw(), on_done);
  if (status == 0) return;
  delete request;
  fail_later(status);
}

void Stream::State::on_connect(int status) {
  if (status < 0) return fail(status);
  is_connected = true;
  if (tcp) uv_tcp_nodelay(tcp->get(), 1);
  submit_pending();
  if (tls != nullptr) return open_sealed({});
  adjust_reading();
  if (events != nullptr) events->on_connected();
}

// The stream is open now: find out who is at the other end. Nobody is when a client left before it
// was accepted; that must not look like a Unix socket, whose clients may be trusted.
void Stream::State::begin() {
  is_connected = true;
  if (!tcp) {
    const sockaddr unnamed{AF_UNIX, {}};
    peer = Address::from(&unnamed, sizeof unnamed.sa_family);
    return;
  }
  uv_tcp_nodelay(tcp->get(), 1);
  sockaddr_storage storage{};
  int size = sizeof storage;
  if (uv_tcp_getpeername(tcp->get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return;
  peer = Address::from(reinterpret_cast<sockaddr*>(&storage), static_cast<socklen_t>(size));
}

std::unique_ptr<Stream> Stream::connect(Loop& loop, const Address& address, StreamEvents& events,
                                        Opening opening) {
  auto state = std::make_unique<State>(loop, address.is_unix(), &events);
  state->pending = std::move(opening.prologue);
  if (opening.tls != nullptr) {
    state->tls =
        std::make_unique<TlsLayer>(std::move(opening.tls), opening.session, loop.sealed_scratch());
  }
  state->connect(address);
  return std::unique_ptr<Stream>(new Stream(std::move(state)));
}

std::unique_ptr<Stream> Stream::adopt(Loop& loop, int descriptor, bool is_unix) {
  auto state = std::make_unique<State>(loop, is_unix, nullptr);
  const int status = is_unix ? uv_pipe_open(state->pipe->get(), descriptor)
                             : uv_tcp_open(state->tcp->get(), descriptor);
  if (status != 0) {
    state->fail_later(status);
  } else {
    state->begin();
  }
  return std::unique_ptr<Stream>(new Stream(std::move(state)));
}

// --- failures ---

void Stream::State::fail(int status) {
  // uv_strerror() would leak a text for each reason that it does not know.
  char reason[max_reason_bytes];
  uv_strerror_r(status, reason, sizeof reason);
  fail_with(Error{code_of(status), Leg::self, fmt::format("{}: {}", shown(peer), reason)});
}

void Stream::State::fail_tls(const Error& error) {
  const auto name = tls->server_name();
  const auto whom = name.empty() ? shown(peer) : fmt::format("{} ({})", name, shown(peer));
  fail_with(Error{error.code, Leg::self, fmt::format("TLS with {}: {}", whom, error.detail)});
}

void Stream::State::fail_with(Error error) {
  if (has_failed) return;
  has_failed = true;
  is_write_broken = true;
  wants_read = false;
  pending.clear();
  unsealed.clear();
  kept.clear();
  uv_read_stop(raw());
  if (events != nullptr) events->on_failed(std::move(error));
}

std::unique_ptr<Handle<uv_timer_t>> Stream::State::make_timer() {
  const auto init = [this](uv_timer_t* raw) { return uv_timer_init(loop.raw(), raw); };
  return std::make_unique<Handle<uv_timer_t>>(this, init);
}

// For failures that a call returned: owners expect them by event, in a later turn.
void Stream::State::fail_later(int status) {
  if (has_failed) return;  // that was told already
  is_write_broken = true;
  if (write_failure == 0) write_failure = status;
  failure_status = status;
  failure = make_timer();
  uv_timer_start(
      failure->get(),
      [](uv_timer_t* handle) {
        auto* state = static_cast<State*>(handle->data);
        if (state != nullptr) state->fail(state->failure_status);
      },
      0, 0);
}

// --- the owner's side ---

Stream::Stream(std::unique_ptr<State> state) : state_(std::move(state)) {}

Stream::~Stream() {
  state_->say_goodbye();
}

void Stream::set_events(StreamEvents* events) {
  state_->events = events;
}

void Stream::start_tls(std::shared_ptr<const TlsServer> server, std::string_view early) {
  auto& state = *state_;
  assert(state.tls == nullptr && state.queued_bytes() == 0);
  state.tls = std::make_unique<TlsLayer>(std::move(server), state.loop.sealed_scratch());
  put_back(early);
}

bool Stream::is_secure() const {
  return state_->tls != nullptr;
}

void Stream::put_back(std::string_view bytes) {
  state_->kept.insert(0, bytes);
  state_->adjust_reading();
}

void Stream::read() {
  if (state_->wants_read || state_->has_failed) return;
  state_->wants_read = true;
  state_->adjust_reading();
}

void Stream::pause() {
  state_->wants_read = false;
  state_->adjust_reading();
}

bool Stream::has_unread() const {
  return !state_->kept.empty() || (state_->is_opening && !state_->tls->rest().empty());
}

bool Stream::is_reading() const {
  return state_->wants_read;
}

void Stream::write(std::initializer_list<std::string_view> parts) {
  assert(parts.size() <= max_parts);
  state_->write(parts);
}

void Stream::finish_writing() {
  auto& state = *state_;
  state.is_finishing = true;
  // Reading would tell that nothing goes out any more, but nobody reads.
  if (state.is_write_broken && !state.wants_read) return state.fail_later(state.write_failure);
  state.shut_down();
}

std::size_t Stream::queued_bytes() const {
  return state_->queued_bytes();
}
bool Stream::is_congested() const {
  return state_->is_congested;
}
bool Stream::is_connected() const {
  return state_->is_connected && !state_->has_failed;
}
const Address& Stream::peer() const {
  return state_->peer;
}
Address Stream::local() const {
  sockaddr_storage storage{};
  int size = sizeof storage;
  if (!state_->tcp) return {};
  auto* const raw = reinterpret_cast<sockaddr*>(&storage);
  if (uv_tcp_getsockname(state_->tcp->get(), raw, &size) != 0) return {};
  return Address::from(raw, static_cast<socklen_t>(size));
}

TlsSession Stream::take_tls_session() {
  return state_->tls != nullptr ? state_->tls->take_session() : TlsSession();
}
bool Stream::is_tls_resumed() const {
  return state_->tls != nullptr && state_->tls->is_resumed();
}

void Stream::abort() {
  state_->is_aborted = true;
  uv_os_fd_t descriptor = -1;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(state_->raw()), &descriptor) != 0) return;
  const linger reset{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

}  // namespace understudy::net
