#include "cli/machine.h"

#include <algorithm>

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "understudy/base/limits.h"
#include "understudy/base/log.h"

namespace understudy::cli {

Allowance allowance() {
  Allowance allowed;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    allowed.descriptors = limit.rlim_cur;
  }
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    allowed.address_space = limit.rlim_cur;
  }
  return allowed;
}

namespace {

// What the process needs for itself: loops, listening sockets, log, standard streams.
std::size_t own_descriptors(const config::Config& config, std::size_t workers, std::size_t stages) {
  return limits::process_descriptors + (workers + stages) * limits::loop_descriptors +
         workers * config.listen.size() +
         (config.asks_again() ? stages * limits::reference_max_connections : 0);
}

// Clients for whose connections there is memory at their worst.
std::size_t clients_in(std::size_t address_space, const config::Config& config,
                       std::size_t threads) {
  std::size_t taken = limits::process_bytes + threads * limits::thread_bytes;
  for (const auto& shadow : config.shadows) taken += shadow.max_memory_bytes;
  return address_space > taken ? (address_space - taken) / limits::connection_bytes : 0;
}

}  // namespace

Capacity capacity(const config::Config& config, const Allowance& allowed, std::size_t workers,
                  std::size_t stages) {
  const auto all = allowed.descriptors;
  const auto kept =
      own_descriptors(config, workers, stages) + std::min(limits::descriptor_reserve, all / 4);
  const auto usable = all > kept ? all - kept : 0;
  // Every stage may have all copies of a shadow under way.
  std::size_t most = 0;
  for (const auto& shadow : config.shadows) most = std::max<std::size_t>(most, shadow.max_inflight);
  const auto lanes = config.shadows.size() * stages;
  const auto for_shadows = std::min(most * lanes, usable / 3);
  const auto live = usable - for_shadows;
  const std::size_t asked = config.server.max_connections;
  // Each client may need a connection to the primary; who asks for a number knows that most do not.
  auto clients = asked == 0 ? live / 2 : std::min(asked, live / 4 * 3);
  if (allowed.address_space != 0) {
    clients = std::min(clients, clients_in(allowed.address_space, config, workers + stages + 1));
  }
  if (clients < asked) {
    log::warning("server.max_connections is {}, but there is room for {} only: see ulimit", asked,
                 clients);
  }
  return {std::max<std::size_t>(1, clients / workers),
          std::max<std::size_t>(1, (live - std::min(live, clients)) / workers),
          std::max<std::size_t>(1, for_shadows / std::max<std::size_t>(1, lanes))};
}

namespace {

// Keeps memory for the next bodies instead of giving it back and faulting it in again, page by
// page, which costs more than all that is done with them; and lets each thread have a heap that
// need not grow. Where address space is limited there is instead one heap for all threads: glibc
// reserves 64 MiB for each.
void set_up_allocator(const Allowance& allowed) {
  if (allowed.address_space != 0) {
    mallopt(M_ARENA_MAX, 1);
    return;
  }
  mallopt(M_MMAP_THRESHOLD, limits::heap_block_bytes);
  mallopt(M_TRIM_THRESHOLD, limits::kept_heap_bytes);
  mallopt(M_TOP_PAD, limits::heap_bytes);
}

// Makes the kernel's table of our descriptors as large as it is going to be. It would grow when
// there are more of them, and whoever opens one meanwhile waits for the thread that makes it grow
// (Linux, fs/file.c): a worker for a backstage thread that has no processor.
void reserve_descriptors(const Allowance& allowed) {
  const auto wanted = std::min(allowed.descriptors, limits::reserved_descriptors);
  const int any = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int last = fcntl(any, F_DUPFD_CLOEXEC, static_cast<int>(wanted) - 1);
  for (const int descriptor : {any, last}) {
    if (descriptor >= 0) close(descriptor);
  }
}

}  // namespace

void set_up_process() {
  const auto allowed = allowance();
  set_up_allocator(allowed);
  reserve_descriptors(allowed);
}

}  // namespace understudy::cli
