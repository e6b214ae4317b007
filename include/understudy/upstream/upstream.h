#pragma once

#include <cstddef>
#include <memory>
#include <string>
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
    std::vector<net::Address> addresses;  // not empty; tried in turn
    std::string authority;                // for Host and messages
    Leg leg = Leg::primary;
    Duration connect_timeout = limits::connect_timeout;
    std::size_t max_connections = 0;  // 0 = no cap; over it a call fails with over_limit
  };
  Upstream(net::Loop& loop, Options options);
  ~Upstream();

  net::Loop& loop() const { return loop_; }
  const Options& options() const { return options_; }

  // An idle connection, or null. It is silent: the taker sets its events.
  std::unique_ptr<net::Stream> take_idle();
  void give_idle(std::unique_ptr<net::Stream> stream);
  // The address for a new connection; nothing when max_connections are open.
  Result<net::Address> next_address();
  // A connection opened after next_address() is gone.
  void closed() { --open_; }

  std::size_t idle_connections() const { return idle_.size(); }
  std::size_t open_connections() const { return open_; }
  // For shutdown: closes what is idle, keeps nothing from now on.
  void close_idle();

 private:
  class Idle;
  net::Loop& loop_;
  const Options options_;
  std::vector<std::unique_ptr<Idle>> idle_;  // the most recently used last
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  bool is_closing_ = false;
};

}  // namespace understudy::upstream
