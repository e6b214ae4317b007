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

// Keeps memory for the next bodies instead of giving it back and faulting it in again, page by
// page, which costs more than all that is done with them; and lets each thread have a heap that
// need not grow. Where address space is limited there is instead one heap for all threads: glibc
// reserves 64 MiB for each. Before the first thread.
void set_up_allocator();

// Makes the kernel's table of our descriptors as large as it is going to be. It would grow when
// there are more of them, and whoever opens one meanwhile waits for the thread that makes it grow
// (Linux, fs/file.c): a worker for a backstage thread that has no processor. Before the first
// thread.
void reserve_descriptors();

}  // namespace understudy::cli
