// The way out of a stream: from the owner, through TLS if there is any, to the socket.
#include <algorithm>
#include <utility>

#include "net/stream_state.h"
#include "net/write_request.h"
#include "understudy/base/limits.h"

namespace understudy::net {

void Stream::State::write(std::initializer_list<std::string_view> parts) {
  if (is_write_broken) return;
  if (tls == nullptr) return write_raw(parts);
  for (const auto part : parts) {
    if (is_in_handshake()) {
      unsealed.append(part);
    } else if (!tls->write(part)) {
      loop.sealed_scratch().clear();
      return fail_later(UV_EIO);
    }
  }
  send_sealed();
  if (queued_bytes() > limits::high_water_bytes) is_congested = true;
}

void Stream::State::write_raw(std::initializer_list<std::string_view> parts) {
  std::size_t taken = 0;
  if (is_connected && !is_write_in_flight && pending.empty()) taken = try_write(parts);
  for (const auto part : parts) {
    const auto skip = std::min(taken, part.size());
    taken -= skip;
    pending.append(part.substr(skip));
  }
  submit_pending();
  if (queued_bytes() > limits::high_water_bytes) is_congested = true;
}

// What TLS has to say, on its way. The scratch is empty again before anybody else is called.
void Stream::State::send_sealed() {
  auto& sealed = loop.sealed_scratch();
  if (sealed.empty()) return;
  if (!is_write_broken) write_raw({sealed});
  sealed.clear();
  if (sealed.capacity() > limits::high_water_bytes) sealed.shrink_to_fit();
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
  if (taken < 0 && taken != UV_EAGAIN && write_failure == 0) write_failure = taken;
  return taken > 0 ? static_cast<std::size_t>(taken) : 0;
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

void Stream::State::on_written(int status) {
  is_write_in_flight = false;
  if (status < 0) return break_writing(status);
  submit_pending();
  settle_congestion();
  if (is_finishing) shut_down();
}

void Stream::State::settle_congestion() {
  if (!is_congested || queued_bytes() > limits::low_water_bytes) return;
  is_congested = false;
  if (events != nullptr) events->on_drained();
}

// An answer may still be readable although the peer takes nothing more, so a reader is left to find
// the end.
void Stream::State::break_writing(int status) {
  is_write_broken = true;
  if (write_failure == 0) write_failure = status;
  pending.clear();
  unsealed.clear();
  if (!wants_read && !is_in_handshake()) return fail(status);
  if (!is_congested) return;
  is_congested = false;
  if (events != nullptr) events->on_drained();
}

void Stream::State::shut_down() {
  if (!is_connected || is_write_broken || is_in_handshake()) return;
  if (tls != nullptr && !std::exchange(has_finished, true)) {
    tls->close();
    send_sealed();
  }
  if (is_write_in_flight || !pending.empty() || is_write_broken) return;
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

// A connection that is given up between messages still ends as TLS wants it, if that costs nothing.
void Stream::State::say_goodbye() {
  if (tls == nullptr || !tls->is_open() || !is_connected) return;
  if (has_failed || is_write_broken || is_aborted || has_finished) return;
  if (is_write_in_flight || !pending.empty()) return;
  tls->close();
  auto& sealed = loop.sealed_scratch();
  try_write({sealed});
  sealed.clear();
}

}  // namespace understudy::net
