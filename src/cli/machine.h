#pragma once

#include <cstddef>
#include <istream>
#include <string>

#include "understudy/config/config.h"

namespace understudy::cli {

// The CPUs this process may use: affinity and cgroup quota included, at least 1.
unsigned usable_cpus();

// The tightest CPU quota among a process's control groups, in CPUs; 0 for none. `groups` is the
// text of /proc/<pid>/cgroup, `mount` where the hierarchies are mounted (cgroup v2, v1 or both;
// cgroups(7)).
double cpu_quota(std::istream& groups, const std::string& mount);

// Client connections each of `workers` may hold: the configured number, or what descriptors allow
// when it is 0. Raises the soft limit of descriptors to the hard one.
std::size_t connections_per_worker(const config::Config& config, unsigned workers);

}  // namespace understudy::cli
