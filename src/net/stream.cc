#include "understudy/net/stream.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <uv.h>

#include "net/handle.h"
#include "net/write_request.h"
#include "understudy/base/limits.h"

namespace understudy::net {

namespace {

// Enough for head, body piece and framing in one system call.
constexpr std::size_t max_parts = 8;

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

}  // namespace

//   connecting --> open --> (finishing --> finished writing)
//   any --> failed (told once)
struct Stream::State {
  State(Loop& owner_loop, bool is_unix, StreamEvents* first) : loop(owner_loop), events(first) {
    if (is_unix) {
      pipe.emplace(this, [&](uv_pipe_t* raw) { return uv_pipe_init(loop.raw(), raw, 0); });
    } else {
      tcp.emplace(this, [&](uv_tcp_t* raw) { return uv_tcp_init(loop.raw(), raw); });
    }
  }

  uv_stream_t* raw() const {
    return tcp ? reinterpret_cast<uv_stream_t*>(tcp->get())
               : reinterpret_cast<uv_stream_t*>(pipe->get());
  }
  std::size_t queued_bytes() const {
    return uv_stream_get_write_queue_size(raw()) + pending.size();
  }

  void on_connect(int status);
  void on_read(ssize_t size, const uv_buf_t* buffer);
  int reason_of_end() const;
  void on_written(int status);
  void on_shutdown();
  void start_reading();
  void submit_pending();
  std::size_t try_write(std::initializer_list<std::string_view> parts);
  void fail_later(int status);
  void begin();
  void connect(const Address& address);
  void shut_down();
  void fail(int status);
  void break_writing(int status);

  Loop& loop;
  StreamEvents* events;
  std::optional<Handle<uv_tcp_t>> tcp;
  std::optional<Handle<uv_pipe_t>> pipe;
  std::optional<Handle<uv_timer_t>> failure;
  int failure_status = 0;
  Address peer;
  std::string pending;  // bytes behind the write in flight, or before the connection stands
  bool is_connected = false;
  bool wants_read = false;
  bool is_write_in_flight = false;
  bool is_congested = false;
  bool is_finishing = false;  // finish_writing() was asked for
  bool is_write_broken = false;
  bool has_failed = false;
};

void Stream::State::on_connect(int status) {
  if (status < 0) return fail(status);
  is_connected = true;
  if (tcp) uv_tcp_nodelay(tcp->get(), 1);
  if (wants_read) start_reading();
  submit_pending();
  if (events != nullptr) events->on_connected();
}

void Stream::State::start_reading() {
  uv_read_start(
      raw(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto& loop = *static_cast<Loop*>(handle->loop->data);
        *buffer = uv_buf_init(loop.scratch(), limits::read_bytes);
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
        auto* state = static_cast<State*>(stream->data);
        if (state != nullptr) state->on_read(size, buffer);
      });
}

void Stream::State::on_read(ssize_t size, const uv_buf_t* buffer) {
  if (size == 0 || events == nullptr) return;
  if (size > 0) return events->on_data({buffer->base, static_cast<std::size_t>(size)});
  uv_read_stop(raw());
  wants_read = false;
  const int reason = size == UV_EOF ? reason_of_end() : static_cast<int>(size);
  if (reason != UV_EOF) return fail(reason);
  events->on_end();
}

// libuv 1.44 tells a clean end, too, when a reset comes right behind the last bytes, while the
// socket still holds the truth. EPIPE stands for a reset behind a clean end: nothing was lost.
int Stream::State::reason_of_end() const {
  uv_os_fd_t descriptor = -1;
  int error = 0;
  socklen_t size = sizeof error;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(raw()), &descriptor) != 0 ||
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
    return UV_EOF;
  }
  return error == 0 || error == EPIPE ? UV_EOF : uv_translate_sys_error(error);
}

void Stream::State::on_written(int status) {
  is_write_in_flight = false;
  if (status < 0) return break_writing(status);
  submit_pending();
  if (is_congested && queued_bytes() <= limits::low_water_bytes) {
    is_congested = false;
    if (events != nullptr) events->on_drained();
  }
  if (is_finishing) shut_down();
}

// An answer may still be readable although the peer takes nothing more, so a reader is left to find
// the end.
void Stream::State::break_writing(int status) {
  is_write_broken = true;
  pending.clear();
  if (!wants_read) return fail(status);
  if (!is_congested) return;
  is_congested = false;
  if (events != nullptr) events->on_drained();
}

void Stream::State::fail(int status) {
  if (has_failed) return;
  has_failed = true;
  is_write_broken = true;
  pending.clear();
  uv_read_stop(raw());
  if (events == nullptr) return;
  events->on_failed(Error{code_of(status), Leg::self,
                          fmt::format("{}: {}", peer.raw_size() != 0 ? peer.to_string() : "peer",
                                      uv_strerror(status))});
}

void Stream::State::submit_pending() {
  if (pending.empty() || is_write_in_flight || !is_connected || is_write_broken) return;
  auto request = loop.free_list().take();
  request->bytes.swap(pending);
  const auto buffer =
      uv_buf_init(request->bytes.data(), static_cast<unsigned>(request->bytes.size()));
  is_write_in_flight = true;
  auto* const owned = request.release();
  owned->raw.data = owned;
  const int status = uv_write(&owned->raw, raw(), &buffer, 1, [](uv_write_t* done, int result) {
    std::unique_ptr<WriteRequest> self(static_cast<WriteRequest*>(done->data));
    auto* state = static_cast<State*>(done->handle->data);
    static_cast<Loop*>(done->handle->loop->data)->free_list().give(std::move(self));
    if (state != nullptr) state->on_written(result);
  });
  if (status == 0) return;
  loop.free_list().give(std::unique_ptr<WriteRequest>(owned));
  is_write_in_flight = false;
  fail_later(status);
}

// What the kernel takes at once. An error counts as nothing taken: the queued write will tell it.
std::size_t Stream::State::try_write(std::initializer_list<std::string_view> parts) {
  uv_buf_t buffers[max_parts];
  unsigned count = 0;
  for (const auto part : parts) {
    if (part.empty()) continue;
    buffers[count++] =
        uv_buf_init(const_cast<char*>(part.data()), static_cast<unsigned>(part.size()));
  }
  if (count == 0) return 0;
  const int taken = uv_try_write(raw(), buffers, count);
  return taken > 0 ? static_cast<std::size_t>(taken) : 0;
}

// For failures that a libuv call returned: owners expect them by event, in a later turn.
void Stream::State::fail_later(int status) {
  is_write_broken = true;
  failure_status = status;
  failure.emplace(this, [&](uv_timer_t* raw) { return uv_timer_init(loop.raw(), raw); });
  uv_timer_start(
      failure->get(),
      [](uv_timer_t* handle) {
        auto* state = static_cast<State*>(handle->data);
        if (state != nullptr) state->fail(state->failure_status);
      },
      0, 0);
}

void Stream::State::shut_down() {
  if (is_write_in_flight || !pending.empty() || !is_connected || is_write_broken) return;
  is_finishing = false;
  auto* const request = new uv_shutdown_t{};
  const int status = uv_shutdown(request, raw(), [](uv_shutdown_t* done, int) {
    auto* state = static_cast<State*>(done->handle->data);
    delete done;
    if (state != nullptr) state->on_shutdown();
  });
  if (status != 0) delete request;  // the peer is gone already: reading tells
}

void Stream::State::on_shutdown() {
  if (events != nullptr) events->on_finished_writing();
}

Stream::Stream(std::unique_ptr<State> state) : state_(std::move(state)) {}
Stream::~Stream() = default;

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

std::unique_ptr<Stream> Stream::connect(Loop& loop, const Address& address, StreamEvents& events) {
  std::unique_ptr<Stream> stream(
      new Stream(std::make_unique<State>(loop, address.is_unix(), &events)));
  stream->state_->connect(address);
  return stream;
}

// The stream is open now: find out who is at the other end.
void Stream::State::begin() {
  is_connected = true;
  if (!tcp) return;
  uv_tcp_nodelay(tcp->get(), 1);
  sockaddr_storage storage{};
  int size = sizeof storage;
  if (uv_tcp_getpeername(tcp->get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return;
  peer = Address::from(reinterpret_cast<sockaddr*>(&storage), static_cast<socklen_t>(size));
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

void Stream::set_events(StreamEvents* events) {
  state_->events = events;
}

void Stream::read() {
  if (state_->wants_read || state_->has_failed) return;
  state_->wants_read = true;
  if (state_->is_connected) state_->start_reading();
}

void Stream::pause() {
  state_->wants_read = false;
  uv_read_stop(state_->raw());
}

bool Stream::is_reading() const {
  return state_->wants_read;
}

void Stream::write(std::initializer_list<std::string_view> parts) {
  assert(parts.size() <= max_parts);
  auto& state = *state_;
  if (state.is_write_broken) return;
  std::size_t taken = 0;
  if (state.is_connected && !state.is_write_in_flight && state.pending.empty()) {
    taken = state.try_write(parts);
  }
  for (const auto part : parts) {
    const auto skip = std::min(taken, part.size());
    taken -= skip;
    state.pending.append(part.substr(skip));
  }
  state.submit_pending();
  if (state.queued_bytes() > limits::high_water_bytes) state.is_congested = true;
}

void Stream::finish_writing() {
  state_->is_finishing = true;
  state_->shut_down();
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

void Stream::abort() {
  uv_os_fd_t descriptor = -1;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(state_->raw()), &descriptor) != 0) return;
  const linger reset{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

}  // namespace understudy::net
