#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <uv.h>

#include "net/handle.h"
#include "net/tls_layer.h"
#include "understudy/net/stream.h"

namespace understudy::net {

// Enough for head, body piece and framing in one system call.
constexpr std::size_t max_parts = 8;

//   connecting --> (handshake) --> open --> (finishing --> finished writing)
//   any --> failed (told once)
//
// The way in:  socket --> [TLS] --> owner; what the owner does not want yet is kept as it came.
// The way out: owner --> [TLS] --> pending --> socket.
struct Stream::State {
  State(Loop& owner_loop, bool is_unix, StreamEvents* first);

  uv_stream_t* raw() const {
    return tcp ? reinterpret_cast<uv_stream_t*>(tcp->get())
               : reinterpret_cast<uv_stream_t*>(pipe->get());
  }
  std::size_t queued_bytes() const {
    return uv_stream_get_write_queue_size(raw()) + pending.size() + unsealed.size();
  }
  bool is_in_handshake() const { return tls != nullptr && !tls->is_open(); }

  // The beginning.
  void connect(const Address& address);
  void on_connect(int status);
  void begin();
  void start_tls(std::shared_ptr<const TlsServer> server);

  // The way in.
  void adjust_reading();
  void on_read(ssize_t size, const uv_buf_t* buffer);
  void take(std::string_view bytes);
  void take_kept();
  void open_sealed(std::string_view bytes);
  bool shake_hands();
  bool open_record();
  int reason_of_end() const;
  void end_input();

  // The way out.
  void write(std::initializer_list<std::string_view> parts);
  void write_raw(std::initializer_list<std::string_view> parts);
  void send_sealed();
  std::size_t try_write(std::initializer_list<std::string_view> parts);
  void submit_pending();
  void on_written(int status);
  void settle_congestion();
  void break_writing(int status);
  void shut_down();
  void on_shutdown();
  void say_goodbye();

  // Failures.
  void fail(int status);
  void fail_tls(const Error& error);
  void fail_with(Error error);
  void fail_later(int status);

  std::unique_ptr<Handle<uv_timer_t>> make_timer();

  Loop& loop;
  StreamEvents* events;
  std::optional<Handle<uv_tcp_t>> tcp;
  std::unique_ptr<Handle<uv_pipe_t>> pipe;         // a Unix socket; most are none
  std::unique_ptr<Handle<uv_timer_t>> failure;     // most never have one
  std::unique_ptr<Handle<uv_timer_t>> resumption;  // of what was kept, in a later turn
  int failure_status = 0;
  int write_failure = 0;  // the first that the kernel told; it tells the true reason only once
  Address peer;
  std::unique_ptr<TlsLayer> tls;
  std::string kept;      // came from the socket, not told yet: at most one read
  std::string unsealed;  // written before the handshake is done
  std::string pending;   // bytes behind the write in flight, or before the connection stands
  bool is_connected = false;
  bool wants_read = false;
  bool is_opening = false;  // open_sealed() is at work
  bool has_ended = false;   // on_end() was told
  bool is_write_in_flight = false;
  bool is_congested = false;
  bool is_finishing = false;  // finish_writing() was asked for
  bool has_finished = false;  // and is under way
  bool is_aborted = false;
  bool is_write_broken = false;
  bool has_failed = false;
};

}  // namespace understudy::net
