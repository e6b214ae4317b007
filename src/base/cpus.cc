#include "understudy/base/cpus.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <sched.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"

namespace understudy {

namespace {

// The quota of one group in CPUs; 0 for none. cgroup v2 says it in one file ("max 100000" is none),
// v1 in two (-1 is none).
double quota_in(const std::string& directory) {
  double quota = 0;
  double period = 0;
  std::ifstream(directory + "/cpu.max") >> quota >> period;
  if (period <= 0) {
    std::ifstream(directory + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(directory + "/cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? quota / period : 0;
}

// The tighter of two quotas.
double tighter(double a, double b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

// The tightest quota on the way from the group at `path` up to `root`.
double quota_on_the_way(const std::string& root, std::string path) {
  double quota = quota_in(root);
  for (; path.size() > 1; path.erase(path.rfind('/'))) {
    quota = tighter(quota, quota_in(root + path));
  }
  return quota;
}

}  // namespace

double cpu_quota(std::istream& groups, const std::string& mount) {
  double quota = 0;
  for (std::string line; std::getline(groups, line);) {
    const auto parts = ascii::split(line, ':');
    if (parts.size() != 3 || parts[2].substr(0, 1) != "/") continue;
    const bool is_v2 = parts[1].empty();
    if (!is_v2 && !ascii::list_has(parts[1], "cpu")) continue;
    const auto root = is_v2 ? mount : mount + "/" + std::string(parts[1]);
    quota = tighter(quota, quota_on_the_way(root, std::string(parts[2])));
  }
  return quota;
}

unsigned usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  unsigned cpus = 1;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cpus = static_cast<unsigned>(CPU_COUNT(&set));
  std::ifstream groups("/proc/self/cgroup");
  const double quota = cpu_quota(groups, "/sys/fs/cgroup");
  if (quota > 0) cpus = std::min(cpus, static_cast<unsigned>(std::ceil(quota)));
  return std::clamp(cpus, 1u, limits::max_loops);
}

}  // namespace understudy
