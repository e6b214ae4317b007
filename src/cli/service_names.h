#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "understudy/config/config.h"
#include "understudy/net/address.h"
#include "understudy/net/loop_thread.h"
#include "understudy/net/resolver.h"

namespace understudy::cli {

// The addresses of all upstreams of one configuration, asked for again and again: 0 is the primary,
// i + 1 is shadow i. Addresses and Unix sockets need no asking.
//
// Owner: a generation. Thread: any, but it must not be in use elsewhere when it dies.
class Names {
 public:
  using Addresses = std::vector<net::Address>;
  // Begins to look up on the loop of `thread`, which outlives it.
  Names(net::LoopThread& thread, const config::Config& config, const net::LookUp& look_up);
  ~Names();

  // Until every name was looked up once, but no longer.
  void wait(Duration patience);
  // As known now; none while a name cannot be resolved.
  Addresses addresses(std::size_t upstream) const;
  // From now on `changed` is told, on the thread's loop, of every change, and of all once.
  void follow(std::function<void(std::size_t upstream, const Addresses& addresses)> changed);

 private:
  void on_told(std::size_t upstream, const Result<Addresses>& result);
  void on_thread(const std::function<void()>& task);

  net::LoopThread& thread_;
  mutable std::mutex mutex_;  // guards the next three
  std::condition_variable told_;
  std::vector<Addresses> addresses_;
  std::size_t unknown_ = 0;  // not looked up yet
  // On the thread only.
  std::function<void(std::size_t, const Addresses&)> changed_;
  std::vector<std::unique_ptr<net::Resolver>> resolvers_;
};

}  // namespace understudy::cli
