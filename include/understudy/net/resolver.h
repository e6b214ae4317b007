#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"
#include "understudy/net/address.h"
#include "understudy/net/loop.h"

namespace understudy::net {

// How a host and port become addresses; may block. The usual one is resolve(), tests have others.
using LookUp =
    std::function<Result<std::vector<Address>>(const std::string& host, std::uint16_t port)>;

// Looks one name up, again and again. What was found is kept when a later look-up fails.
//
//   looking up --> waiting (the interval; after a failure from a second on, doubled each time)
//      ^_____________|
//
// Owner:  the service. Thread: its loop's. A look-up cannot be interrupted, so each has a thread of
//         its own, for which nobody waits: it may outlive the resolver.
class Resolver {
 public:
  struct Options {
    std::string host;
    std::uint16_t port = 0;
    Duration interval{};
    LookUp look_up = [](const std::string& host, std::uint16_t port) {
      return resolve(host, port);
    };
  };
  // Told after the first look-up, and then whenever other addresses were found.
  using Told = std::function<void(const Result<std::vector<Address>>&)>;

  Resolver(Loop& loop, Options options, Told told);
  ~Resolver();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace understudy::net
