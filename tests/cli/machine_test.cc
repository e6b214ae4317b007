#include "cli/machine.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "support/temp_dir.h"
#include "understudy/base/limits.h"

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
    return cli::cpu_quota(text, directory.path());
  }
  support::TempDir directory;
};

}  // namespace

TEST_CASE("machine: cgroup v2: the tightest quota on the way up counts, max is none") {
  Groups groups;
  groups.write("a/cpu.max", "300000 100000");
  groups.write("a/b/cpu.max", "max 100000");

  CHECK(groups.quota("0::/a/b\n") == 3.0);
  groups.write("a/b/cpu.max", "150000 100000");
  CHECK(groups.quota("0::/a/b\n") == 1.5);
  CHECK(groups.quota("0::/elsewhere\n") == 0.0);
  CHECK(groups.quota("0::/\n") == 0.0);
}

TEST_CASE("machine: cgroup v1: the controller's own hierarchy counts, -1 is none") {
  Groups groups;
  groups.write("cpu,cpuacct/x/cpu.cfs_quota_us", "50000");
  groups.write("cpu,cpuacct/x/cpu.cfs_period_us", "100000");
  groups.write("memory/x/cpu.max", "100000 100000");

  CHECK(groups.quota("4:memory:/x\n3:cpu,cpuacct:/x\n0::/\n") == 0.5);
  groups.write("cpu,cpuacct/x/cpu.cfs_quota_us", "-1");
  CHECK(groups.quota("3:cpu,cpuacct:/x\n") == 0.0);
}

TEST_CASE("machine: there is at least one CPU, and damaged lines are passed over") {
  Groups groups;

  CHECK(groups.quota("nonsense\n::\n0:cpu\n0::x\n") == 0.0);
  CHECK(cli::usable_cpus() >= 1);
}

TEST_CASE("machine: descriptors are shared out, and a reserve stays free") {
  config::Config config;
  config.shadows.resize(2);
  for (const std::size_t all : {64, 128, 256, 1024, 20'000, 1'000'000}) {
    CAPTURE(all);
    const auto found = cli::capacity(config, {all, 0}, 2, 1);

    CHECK(found.clients >= 1);
    CHECK(found.shadow >= 1);
    CHECK(found.primary >= found.clients);
    const auto most = 2 * (found.clients + found.primary) + 2 * found.shadow;
    CHECK(most + std::min(limits::descriptor_reserve, all / 4) < all);
  }
  CHECK(cli::capacity(config, {1'000'000, 0}, 2, 1).shadow == limits::shadow_max_inflight);
  CHECK(cli::capacity(config, {1'000'000, 0}, 4, 2).shadow == limits::shadow_max_inflight);
}

TEST_CASE("machine: max_connections counts up to what there is room for") {
  config::Config config;
  config.server.max_connections = 100;

  CHECK(cli::capacity(config, {20'000, 0}, 4, 2).clients == 25);
  CHECK(cli::capacity(config, {100, 0}, 4, 2).clients < 10);
}

TEST_CASE("machine: limited address space is room for so many clients at their worst") {
  config::Config config;
  config.shadows.resize(1);
  config.shadows.front().max_memory_bytes = 16 * limits::mib;

  const auto clients = cli::capacity(config, {20'000, 256 * limits::mib}, 2, 1).clients;

  CHECK(clients >= 10);
  CHECK(2 * clients * limits::connection_bytes < 150 * limits::mib);
}
