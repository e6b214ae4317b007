// The way in of a stream: from the socket, through TLS if there is any, to the owner.
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "net/stream_state.h"
#include "understudy/base/limits.h"

namespace understudy::net {

// Reads from the socket exactly while somebody wants bytes and none are kept.
void Stream::State::adjust_reading() {
  const bool wants = is_connected && !has_failed && !has_ended && (wants_read || is_in_handshake());
  if (!wants || !kept.empty()) uv_read_stop(raw());
  if (!wants || is_opening) return;
  if (!kept.empty()) {
    if (resumption == nullptr) resumption = make_timer();
    uv_timer_start(
        resumption->get(),
        [](uv_timer_t* handle) {
          auto* state = static_cast<State*>(handle->data);
          if (state != nullptr) state->take_kept();
        },
        0, 0);
    return;
  }
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
  if (size == 0 || (events == nullptr && !is_in_handshake())) return;
  if (size > 0) return take({buffer->base, static_cast<std::size_t>(size)});
  const int reason = size == UV_EOF ? reason_of_end() : static_cast<int>(size);
  if (reason != UV_EOF) return fail(reason);
  if (tls != nullptr) return fail_tls(tls->truncation());
  end_input();
}

// libuv 1.44 tells a clean end, too, when a reset comes right behind the last bytes, while the
// socket still holds the truth; or a write has heard it before. EPIPE stands for a reset behind a
// clean end: of what came in nothing is lost, but who wants to finish writing never will.
int Stream::State::reason_of_end() const {
  uv_os_fd_t descriptor = -1;
  int error = 0;
  socklen_t size = sizeof error;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(raw()), &descriptor) == 0) {
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error != 0 && error != EPIPE) return uv_translate_sys_error(error);
  if (is_write_broken && (write_failure != UV_EPIPE || is_finishing)) return write_failure;
  return UV_EOF;
}

void Stream::State::end_input() {
  uv_read_stop(raw());
  wants_read = false;
  has_ended = true;
  events->on_end();
  // An owner that still writes would never hear of it: nothing more comes that could tell.
  if (is_write_broken) fail_later(write_failure);
}

void Stream::State::take(std::string_view bytes) {
  if (tls != nullptr) return open_sealed(bytes);
  events->on_data(bytes);
}

void Stream::State::take_kept() {
  if (has_failed || (tls == nullptr && (!wants_read || events == nullptr))) return;
  const auto bytes = std::exchange(kept, {});
  take(bytes);
  adjust_reading();
}

// Record by record, and no further than the owner reads.
void Stream::State::open_sealed(std::string_view bytes) {
  is_opening = true;
  tls->feed(bytes);
  while (is_in_handshake() ? shake_hands() : open_record()) {
  }
  is_opening = false;
  kept.assign(has_failed || has_ended ? std::string_view() : tls->rest());
  tls->feed({});
  adjust_reading();
}

// One step of the handshake. True: it is done.
bool Stream::State::shake_hands() {
  const auto progress = tls->handshake();
  send_sealed();
  if (progress == TlsLayer::Progress::starved) return false;
  if (progress != TlsLayer::Progress::done) {
    fail_tls(progress == TlsLayer::Progress::closed ? tls->truncation() : tls->error());
    return false;
  }
  if (!unsealed.empty()) {
    const auto waiting = std::exchange(unsealed, {});
    write({waiting});
  }
  settle_congestion();
  if (is_finishing) shut_down();
  if (events != nullptr) events->on_connected();
  return !has_failed;
}

// One record to the owner. False: nothing more for now.
bool Stream::State::open_record() {
  if (!wants_read || events == nullptr || has_failed) return false;
  const auto piece = tls->read(loop.plain_scratch(), limits::tls_record_bytes);
  send_sealed();
  switch (piece.progress) {
    case TlsLayer::Progress::done:
      events->on_data(piece.bytes);
      return true;
    case TlsLayer::Progress::starved:
      return false;
    case TlsLayer::Progress::closed:
      end_input();
      return false;
    case TlsLayer::Progress::failed:
      break;
  }
  fail_tls(tls->error());
  return false;
}

}  // namespace understudy::net
