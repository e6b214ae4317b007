#include "understudy/base/cpus.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "support/temp_dir.h"

using namespace understudy;

namespace {

// A tree like /sys/fs/cgroup.
struct Groups {
  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = directory / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
  }
  double quota(const std::string& own_groups) {
    std::istringstream text(own_groups);
    return cpu_quota(text, directory.path());
  }
  support::TempDir directory;
};

}  // namespace

TEST_CASE("cpus: cgroup v2: the tightest quota on the way up counts, max is none") {
  Groups groups;
  groups.write("a/cpu.max", "300000 100000");
  groups.write("a/b/cpu.max", "max 100000");

  CHECK(groups.quota("0::/a/b\n") == 3.0);
  groups.write("a/b/cpu.max", "150000 100000");
  CHECK(groups.quota("0::/a/b\n") == 1.5);
  CHECK(groups.quota("0::/elsewhere\n") == 0.0);
  CHECK(groups.quota("0::/\n") == 0.0);
}

TEST_CASE("cpus: cgroup v1: the controller's own hierarchy counts, -1 is none") {
  Groups groups;
  groups.write("cpu,cpuacct/x/cpu.cfs_quota_us", "50000");
  groups.write("cpu,cpuacct/x/cpu.cfs_period_us", "100000");
  groups.write("memory/x/cpu.max", "100000 100000");

  CHECK(groups.quota("4:memory:/x\n3:cpu,cpuacct:/x\n0::/\n") == 0.5);
  groups.write("cpu,cpuacct/x/cpu.cfs_quota_us", "-1");
  CHECK(groups.quota("3:cpu,cpuacct:/x\n") == 0.0);
}

TEST_CASE("cpus: there is at least one CPU, and damaged lines are passed over") {
  Groups groups;

  CHECK(groups.quota("nonsense\n::\n0:cpu\n0::x\n") == 0.0);
  CHECK(usable_cpus() >= 1);
}
