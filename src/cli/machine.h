#pragma once

#include <cstddef>

#include "understudy/config/config.h"

namespace understudy::cli {

// What a process may have open, and how much memory it may map.
struct Allowance {
  std::size_t descriptors = 0;
  std::size_t address_space = 0;  // 0 = no limit
};
// This process's. Raises the soft limit of descriptors to the hard one.
Allowance allowance();

// How connections are shared out, so that neither clients nor shadows take what the primary, the
// log and all else need: when one of them has its share, it alone waits or is refused.
struct Capacity {
  std::size_t clients = 0;  // of each worker
  std::size_t primary = 0;  // of each worker
  std::size_t shadow = 0;   // of each shadow in each stage
};
Capacity capacity(const config::Config& config, const Allowance& allowed, std::size_t workers,
                  std::size_t stages);

// Before the first thread of a process that proxies, so that live requests need not wait for what
// the system does late: heaps that grow or are given back, and a table of descriptors that grows.
void set_up_process();

}  // namespace understudy::cli
