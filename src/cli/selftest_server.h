#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "understudy/net/deadline.h"
#include "understudy/net/listener.h"
#include "understudy/net/loop.h"

namespace understudy::cli {

// How a server of the selftest behaves.
enum class Manner { healthy, hung, refusing, slow, trickling, resetting, flooding, deaf, garbage };

// The primary or a shadow of the selftest, on a loopback port. A healthy one always says the same.
//
// Owner:  the selftest. Thread: its loop's (create and destroy it there).
class SelftestServer final : private net::ListenerEvents {
 public:
  SelftestServer(net::Loop& loop, Manner manner);
  ~SelftestServer();

  // Errors: as Listener::open().
  Result<net::Address> listen();

 private:
  class Connection;
  void on_accepted(std::unique_ptr<net::Stream> stream) override;
  void gone(Connection& connection);
  void pour();

  net::Loop& loop_;
  const Manner manner_;
  net::Deadline pouring_;
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t next_poured_ = 0;
};

}  // namespace understudy::cli
