#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/client.h"
#include "proxy/client_stream.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/pace.h"
#include "proxy/tunnel.h"
#include "understudy/http/parser.h"
#include "understudy/net/deadline.h"
#include "understudy/net/stream.h"

namespace understudy::proxy {

class Session;

// Who keeps sessions: told once for each, in the turn in which it ended.
class SessionOwner {
 public:
  virtual void on_session_ended(Session& session) = 0;

 protected:
  ~SessionOwner() = default;
};

// One client connection: bytes to requests, one exchange at a time; what is pipelined behind it
// waits.
//
//   idle --> head --> exchange --> idle          (keep-alive)
//                        |--> tunnel --> ended   (101)
//                        '--> closing --> lingering --> ended
//   client gone, deadline, shutdown: from any state --> ended
//
// Owner:   a worker. Thread: its loop.
class Session final : public net::Retirable,
                      private net::StreamEvents,
                      private http::ParserEvents,
                      private ClientStream,
                      private TunnelOwner {
 public:
  // `house` and `owner` must outlive the session.
  Session(House& house, SessionOwner& owner, std::unique_ptr<net::Stream> stream, Client client);

  // The service stops: an idle connection ends after the house's grace, a busy one after its
  // exchange.
  void drain();
  // The drain's deadline: ends now, whatever runs.
  void shut_down();

 private:
  enum class State { open, tunnel, closing, lingering, ended };
  enum class Wait { keepalive, head, body, linger };

  // From the client.
  void on_data(std::string_view bytes) override;
  void on_end() override;
  void on_drained() override;
  void on_finished_writing() override;
  void on_failed(Error error) override;
  void on_request_head(http::RequestHead&& head, const http::Framing& framing) override;
  void on_body(std::string_view piece) override;
  void on_message_complete(http::Fields&& trailers) override;

  // From the exchange.
  void send(std::initializer_list<std::string_view> parts) override;
  bool is_congested() const override { return stream_->is_congested(); }
  void pause_request() override;
  void resume_request() override;
  net::Address local() const override { return stream_->local(); }
  void on_upgraded(std::unique_ptr<net::Stream> upstream, std::string early_bytes) override;
  void on_exchange_done(ExchangeEnd end) override;
  void on_tunnel_done() override { end(); }

  // What the exchange that runs began with, else what the next one will.
  Context& context() const { return exchange_ != nullptr ? exchange_->context() : *house_.current; }
  bool has_begun() const { return parser_ != nullptr && parser_->has_begun(); }
  void parse(std::string_view bytes);
  void next_request();
  void take_next();
  void refuse(const Error& error);
  void answer_and_close(int status, std::string_view detail);
  void drop_exchange(handoff::NotMirrored before, std::string_view after);
  bool leave_answered();
  void close();
  void leave_idle();
  void end();
  void wait_for(Wait wait);
  void await_body(std::size_t arrived);
  Duration duration_of(Wait wait) const;
  void arm_write();
  void on_read_deadline();
  void on_write_deadline();

  House& house_;
  SessionOwner& owner_;
  std::unique_ptr<net::Stream> stream_;
  const Client client_;
  std::unique_ptr<http::Parser> parser_;  // the house's; none between requests
  net::Deadline read_deadline_;
  net::Deadline write_deadline_;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<Tunnel> tunnel_;
  State state_ = State::open;
  Wait wait_ = Wait::head;
  std::string backlog_;            // bytes behind the request that runs
  std::size_t queued_at_arm_ = 0;  // to tell a slow client from a stuck one
  Pace pace_;                      // of the request's body
  bool is_behind_ = false;         // has answers to take before its next request is looked at
  bool has_half_closed_ = false;   // the client will send nothing more
};

}  // namespace understudy::proxy
