#pragma once

#include <cstddef>

#include "understudy/config/config.h"

namespace understudy::cli {

// The CPUs this process may use: affinity and cgroup quota included, at least 1.
unsigned usable_cpus();

// Client connections each of `workers` may hold: the configured number, or what descriptors allow
// when it is 0. Raises the soft limit of descriptors to the hard one.
std::size_t connections_per_worker(const config::Config& config, unsigned workers);

}  // namespace understudy::cli
