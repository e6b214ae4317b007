#pragma once

#include <string_view>
#include <vector>

#include "sweep/play.h"

namespace understudy::sweep {

// Something that people do with the proxy. Every request line that a primary must not see twice is
// used once.
struct Scenario {
  const char* name;
  void (*prepare)(Play&);  // the configuration; before the house opens
  void (*act)(Play&);
  bool has_tls = false;
};

const std::vector<Scenario>& scenarios();
// Those with TLS.
const std::vector<Scenario>& secure_scenarios();

}  // namespace understudy::sweep
