#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/net/address.h"
#include "understudy/net/loop_thread.h"

namespace understudy::cli {

// Kinds of live request: small ones, a large answer in chunks, an upload.
constexpr std::size_t live_kinds = 3;

// What one kind of request is answered with, known from the first answer of all.
using KnownAnswers = std::array<std::optional<std::uint64_t>, live_kinds>;

// What live clients saw in a short while.
struct LiveSample {
  std::vector<std::int64_t> latencies_us;  // from the intended moment to the answer's last byte
  std::uint64_t failed = 0;                // no whole answer, or not in time
  std::uint64_t changed = 0;               // other bytes than the known ones
};

// Sends requests to `server` at a constant rate whether or not answers come (an open loop): a
// request that has to wait for its turn counts as slow from the moment when it should have been
// sent.
//
// Thread: the caller's paces, the loop of `thread` sends and reads.
struct LivePlan {
  std::uint64_t rate = 0;      // requests a second
  std::uint64_t requests = 0;  // of this sample
  std::uint64_t first = 0;     // number of the first one: decides about its kind
};
LiveSample take_live_sample(net::LoopThread& thread, const net::Address& server,
                            const LivePlan& plan, KnownAnswers& known);

}  // namespace understudy::cli
