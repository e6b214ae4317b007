#pragma once

#include <memory>
#include <vector>

#include "cli/demo_play.h"
#include "understudy/net/listener.h"
#include "understudy/net/loop.h"

namespace understudy::cli {

// A small HTTP server on a loopback port that lets an actor answer.
//
// Owner:  the demo. Thread: its loop's (create and destroy it there).
class DemoServer final : private net::ListenerEvents {
 public:
  DemoServer(net::Loop& loop, play::Actor actor);
  ~DemoServer();

  // Errors: as Listener::open().
  Result<net::Address> listen();

 private:
  class Connection;
  void on_accepted(std::unique_ptr<net::Stream> stream) override;
  void gone(Connection& connection);

  net::Loop& loop_;
  play::Actor actor_;
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace understudy::cli
