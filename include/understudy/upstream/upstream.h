#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/limits.h"
#include "understudy/base/result.h"
#include "understudy/net/address.h"
#include "understudy/net/stream.h"

namespace understudy::upstream {

// A server we call, as one loop sees it: its addresses and this loop's idle connections.
//
// Owner:   a worker or a stage; outlives its calls.
// Thread:  its loop.
class Upstream {
 public:
  struct Options {
    std::vector<net::Address> addresses;  // tried in turn; empty until the name is resolved
    std::string authority;                // for Host and messages
    Leg leg = Leg::primary;
    Duration connect_timeout = limits::connect_timeout;
    std::size_t max_connections = 0;            // 0 = no cap; over it a call fails with over_limit
    std::shared_ptr<const net::TlsClient> tls;  // null: plain
  };
  Upstream(net::Loop& loop, Options options);
  ~Upstream();

  net::Loop& loop() const { return loop_; }
  const Options& options() const { return options_; }

  class Connection;
  // An idle connection that began with that prologue, or null. It is silent: the taker sets its
  // events.
  std::unique_ptr<Connection> take_idle(std::string_view prologue);
  // Requires: the last answer on it is complete.
  void give_idle(std::unique_ptr<Connection> connection);
  // The address for a new connection, each in turn. Errors: over_limit when max_connections are
  // open; unresolved.
  Result<net::Address> next_address();
  std::size_t addresses() const { return addresses_.size(); }
  // Where new connections go from now on. Idle ones to other addresses are closed.
  void set_addresses(std::vector<net::Address> addresses);
  // How a new connection begins.
  net::Opening opening(const std::string& prologue);
  // Keeps what makes the next handshake shorter, before a connection is given up.
  void remember(net::Stream& stream);
  // Says on the process log why TLS failed: again only for another reason or after some time.
  void warn(const Error& error);
  // A connection opened after next_address() is gone.
  void closed() { --open_; }

  std::size_t idle_connections() const { return idle_.size(); }
  std::size_t open_connections() const { return open_; }
  // For shutdown: closes what is idle, keeps nothing from now on.
  void close_idle();

 private:
  bool leads_to(const net::Address& address) const;
  void close_oldest_idle();
  void close(std::unique_ptr<Connection> idle);
  void end_idle(const Connection& connection);
  net::Loop& loop_;
  const Options options_;
  std::vector<net::Address> addresses_;
  std::vector<std::unique_ptr<Connection>> idle_;  // the most recently used last
  std::vector<net::TlsSession> sessions_;          // the newest last
  Code warned_of_ = Code::io;
  Instant warned_at_{};
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  bool is_closing_ = false;
};

}  // namespace understudy::upstream
