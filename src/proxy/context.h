#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proxy/sampler.h"
#include "understudy/config/config.h"
#include "understudy/handoff/lane.h"
#include "understudy/net/loop.h"
#include "understudy/upstream/upstream.h"

namespace understudy::proxy {

// What all sessions and exchanges of one worker share.
//
// Owner: the worker; outlives its sessions. Thread: its loop.
struct Context {
  net::Loop& loop;
  const config::Config& config;
  upstream::Upstream& primary;
  Sampler& sampler;
  handoff::Lane& lane;
  const std::vector<handoff::Budget*>& budgets;
  const std::string instance;
  const std::uint32_t worker = 0;
  std::uint64_t copies = 0;  // numbers the copies of this worker
  bool is_draining = false;  // the service stops: no connection is kept
};

}  // namespace understudy::proxy
