#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "understudy/base/result.h"
#include "understudy/http/head.h"
#include "understudy/net/stream.h"
#include "understudy/upstream/upstream.h"

namespace understudy::upstream {

// What a call tells its owner, in this order: any number of on_informational, one on_head, pieces
// of the body, on_complete; or on_failed at any point, after which nothing follows. None of these
// may destroy the call: Loop::retire() does.
class CallEvents {
 public:
  virtual void on_informational(http::ResponseHead&& head) { static_cast<void>(head); }
  virtual void on_head(http::ResponseHead&& head, const http::Framing& framing) = 0;
  virtual void on_body(std::string_view piece) = 0;
  virtual void on_complete(http::Fields&& trailers) = 0;
  // All that was read in one go has been told, and the answer goes on: a good moment to write it
  // out.
  virtual void on_read_done() {}
  // The answer was 101 to an upgrade that was asked for: the connection now belongs to the owner,
  // with the bytes that came behind the head. Follows on_head; on_complete does not.
  virtual void on_upgraded(std::unique_ptr<net::Stream> stream, std::string early_bytes);
  // The request's body may flow again: is_congested() has become false. Also told when the server
  // answered early and has left the rest of the body: takes_body() has become false.
  virtual void on_drained() {}
  // Leg and code as counted; `error.leg` is the upstream's leg.
  virtual void on_failed(Error error) = 0;

 protected:
  ~CallEvents() = default;
};

// One request on one server connection: the primary's, a shadow's, later a probe's. Takes a
// connection from its Upstream (idle or new), writes the request, reads the answer, and gives the
// connection back when both are done and it may be used again. A request that a stale idle
// connection swallowed is repeated once on a fresh one, if it is safe and had no body.
//
//   request side:  head --> body --> done        answer side:  waiting --> body --> done
//   failure, deadline: from any state --> failed (told once)
//
// Owner:   an exchange, a shadow run. Its death closes the connection unless both sides were done.
// Thread:  its loop.
class Call final : public net::Retirable, private net::StreamEvents {
 public:
  // Waits of this call; the connect wait is the upstream's. Zero: no limit of its own (the owner
  // has one).
  struct Deadlines {
    Duration head{};  // from the request's last byte to the head of the answer
    Duration idle{};  // between two reads of the answer
  };

  // `upstream` and `events` must outlive the call.
  Call(Upstream& upstream, CallEvents& events, Deadlines deadlines);
  ~Call() override;

  // What must stand before everything else on the connection (a PROXY header); only calls with the
  // same prologue share one. Requires: not started.
  void set_prologue(std::string prologue);
  // Sends the head and what is known of the body in one write. `framing` says how the body is
  // written: none, length or chunked. When `is_complete`, nothing more follows but `trailers`
  // (chunked only).
  void start(const http::RequestHead& head, const http::Framing& framing, std::string_view body,
             bool is_complete, const http::Fields& trailers = {});
  // More of the body. Requires: started, not complete.
  void send(std::string_view piece);
  void complete(const http::Fields& trailers);

  // The request's body should wait; on_drained tells when it may go on.
  bool is_congested() const;
  // False once nobody takes the rest of the body: the answer came early and the server closed.
  bool takes_body() const;
  // Bytes of the request that wait in our queue.
  std::size_t queued_bytes() const;
  // Stops and resumes reading the answer: back-pressure from whoever takes it.
  void pause();
  void resume();

  // Its connection was opened for it: none was idle, or the one that was had gone stale.
  bool is_cold() const;
  // When the request's last byte was given to the connection; for durations.
  Instant sent_at() const { return sent_at_; }

 private:
  struct State;
  void on_connected() override;
  void on_data(std::string_view bytes) override;
  void on_end() override;
  void on_drained() override;
  void on_failed(Error error) override;

  std::unique_ptr<State> state_;
  Instant sent_at_{};
};

}  // namespace understudy::upstream
