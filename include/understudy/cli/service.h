#pragma once

#include <memory>
#include <string>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/net/address.h"

namespace understudy::cli {

// The whole proxy in one object: threads, workers, backstage, log. The only place that knows both
// stages.
//
// Owner:  the verb that runs it, or a test. Thread: its owner's.
class Service {
 public:
  // Resolves, binds and starts everything. Errors: bad_config or io, for people; nothing is left
  // running.
  static Result<std::unique_ptr<Service>> start(config::Config config);
  // stop(), if that was not done.
  ~Service();

  // Where it listens, with the ports that the system chose.
  const std::vector<net::Address>& addresses() const;

  // Stops accepting, finishes what runs within server.drain_timeout, writes the final windows and
  // flushes the log. Blocks until then.
  void stop();

 private:
  struct State;
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace understudy::cli
