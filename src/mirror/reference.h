#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "mirror/captured_call.h"
#include "mirror/token_bucket.h"
#include "understudy/config/config.h"
#include "understudy/handoff/message.h"

namespace understudy::mirror {

// Says which copies the reference gets, too: the first of each endpoint and shadow, which tell most
// of its noise, then a share of them, by chance and not in turn, since requests often come in turn
// themselves; and no more in a second than it is to feel.
//
// Owner: a stage. Thread: its loop's.
class ReferenceSampler {
 public:
  explicit ReferenceSampler(const config::Noise& noise)
      : noise_(noise), tokens_(noise.max_per_second) {}

  // What the copy's endpoint is called by all that is known.
  using Name = std::function<std::string()>;

  // A body that is still on its way would have to be held for two.
  bool wants(const handoff::Begin& begin, const Name& endpoint, Instant now);

 private:
  std::uint32_t* asked_of(std::string&& endpoint);

  const config::Noise& noise_;
  TokenBucket tokens_;
  // How many were asked as the first ones; at most limits::max_window_endpoints, others have their
  // share only.
  std::unordered_map<std::string, std::uint32_t> asked_;
};

// What the reference sees of a request: the mark of a second asking, and the prologue that speaks
// for us.
CapturedCall::Start for_reference(const config::Config& config, const handoff::Begin& request);

}  // namespace understudy::mirror
