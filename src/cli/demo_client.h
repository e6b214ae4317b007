#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/net/address.h"
#include "understudy/net/loop.h"

namespace understudy::cli {

// The customers of the demo: several kept-alive connections that go through the script together,
// each waiting for its answer before it asks again.
//
// Owner:  the demo. Thread: its loop's (create and destroy it there).
class DemoClient {
 public:
  // Sends `requests` requests to `address`, then calls `done` once, with the first error if there
  // was one. `done` may not destroy this.
  DemoClient(net::Loop& loop, const net::Address& address, std::uint64_t requests,
             std::function<void(Result<void>)> done);
  ~DemoClient();

 private:
  class Connection;
  void finished(Result<void> result);

  const net::Address address_;
  const std::uint64_t requests_;
  std::function<void(Result<void>)> done_;
  std::uint64_t next_ = 0;
  std::size_t open_ = 0;
  Result<void> outcome_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace understudy::cli
