#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "understudy/base/result.h"
#include "understudy/net/address.h"
#include "understudy/net/loop.h"
#include "understudy/net/tls.h"

namespace understudy::net {

// What a stream tells its owner. None of these may destroy the stream: Loop::retire() does.
class StreamEvents {
 public:
  // With TLS: after the handshake.
  virtual void on_connected() {}
  // Valid until the call returns.
  virtual void on_data(std::string_view bytes) = 0;
  // The peer will send nothing more; writing may still go on. With TLS only if the peer says so
  // itself: an end that anybody on the way could have made is a failure.
  virtual void on_end() = 0;
  // The queue was above the high-water mark and has fallen below the low one.
  virtual void on_drained() {}
  // Everything written has been taken by the kernel and the sending side is closed, after
  // finish_writing().
  virtual void on_finished_writing() {}
  // Told once; nothing follows. Codes: refused, unreachable, reset, io; with TLS also closed_early
  // and tls...
  virtual void on_failed(Error error) = 0;

 protected:
  ~StreamEvents() = default;
};

// What a connection that we open says before its owner does.
struct Opening {
  std::string prologue;                  // in the clear, before everything else: a PROXY header
  std::shared_ptr<const TlsClient> tls;  // null: plain
  TlsSession session;                    // of an earlier connection to the same server
};

// One connection, TCP or Unix, plain or with TLS; its owners see no difference. Writes go to the
// kernel at once as far as it takes them; the rest waits in one queue. Reading is off until read().
//
// Owner:   whoever speaks on it; moves between owners by set_events().
// Thread:  its loop.
class Stream final : public Retirable {
 public:
  // Starts to connect; on_connected or on_failed follows, never from within this call.
  static std::unique_ptr<Stream> connect(Loop& loop, const Address& address, StreamEvents& events,
                                         Opening opening = {});
  // Takes over a connected socket (listener, tests). Events must be set before the next turn.
  static std::unique_ptr<Stream> adopt(Loop& loop, int descriptor, bool is_unix);
  ~Stream() override;

  // Null silences it.
  void set_events(StreamEvents* events);

  // Becomes the server's side of TLS, beginning with `early`, which was read already; on_connected
  // or on_failed follows. Requires: an accepted connection on which nothing was written.
  void start_tls(std::shared_ptr<const TlsServer> server, std::string_view early);
  bool is_secure() const;
  // Bytes that were read too early: they are told again, first of all, in a later turn.
  void put_back(std::string_view bytes);

  void read();
  void pause();
  bool is_reading() const;
  // Bytes came that were not told yet.
  bool has_unread() const;

  // One message, one write: the parts go out together and in order. Failures come by event.
  void write(std::initializer_list<std::string_view> parts);
  void write(std::string_view bytes) { write({bytes}); }
  // Closes the sending side once the queue is out.
  void finish_writing();

  std::size_t queued_bytes() const;
  bool is_congested() const;  // above high water; until on_drained
  bool is_connected() const;
  // Ends with a reset instead of a clean end: the peer must not take a cut message for a whole one.
  void abort();

  const Address& peer() const;
  // Our end; without family for Unix sockets.
  Address local() const;
  // For the next connection to the same server; empty without TLS or when the server gave none.
  TlsSession take_tls_session();
  // The handshake was a short one.
  bool is_tls_resumed() const;

 private:
  struct State;
  explicit Stream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace understudy::net
