#pragma once

#include <istream>
#include <string>

namespace understudy {

// The CPUs this process may use: affinity and cgroup quota included, at least 1.
unsigned usable_cpus();

// The tightest CPU quota among a process's control groups, in CPUs; 0 for none. `groups` is the
// text of /proc/<pid>/cgroup, `mount` where the hierarchies are mounted (cgroup v2, v1 or both;
// cgroups(7)).
double cpu_quota(std::istream& groups, const std::string& mount);

}  // namespace understudy
