#include "cli/machine.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include <sched.h>
#include <sys/resource.h>

#include "understudy/base/limits.h"

namespace understudy::cli {

namespace {

// Our group's path in the unified hierarchy, e.g. "/user.slice/x"; empty when there is none.
std::string cgroup_path() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("0::", 0) == 0) return line.substr(3);
  }
  return {};
}

// The quota of one group in CPUs (cgroup v2, cpu.max: "quota period"); 0 for none.
double quota_in(const std::string& directory) {
  std::ifstream file(directory + "/cpu.max");
  double quota = 0;
  double period = 0;
  if (!(file >> quota >> period) || period <= 0) return 0;
  return quota / period;
}

// The tightest quota on the way from our group to the root.
double cgroup_quota() {
  double tightest = 0;
  for (auto path = cgroup_path(); !path.empty(); path.erase(path.rfind('/'))) {
    const double quota = quota_in("/sys/fs/cgroup" + (path == "/" ? "" : path));
    if (quota > 0 && (tightest == 0 || quota < tightest)) tightest = quota;
  }
  return tightest;
}

}  // namespace

unsigned usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  unsigned cpus = 1;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cpus = static_cast<unsigned>(CPU_COUNT(&set));
  const double quota = cgroup_quota();
  if (quota > 0) cpus = std::min(cpus, static_cast<unsigned>(std::ceil(quota)));
  return std::clamp(cpus, 1u, limits::max_loops);
}

std::size_t connections_per_worker(const config::Config& config, unsigned workers) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (config.server.max_connections != 0) {
    return std::max<std::size_t>(1, config.server.max_connections / workers);
  }
  std::size_t reserved = limits::descriptor_reserve;
  for (const auto& shadow : config.shadows) reserved += shadow.max_inflight;
  const std::size_t all = limit.rlim_cur;
  // Each client may need a connection to the primary.
  const auto free = all > 2 * reserved ? all - reserved : all / 2;
  return std::max<std::size_t>(1, free / 2 / workers);
}

}  // namespace understudy::cli
