#include "cli/machine.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "understudy/base/limits.h"

using namespace understudy;

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
