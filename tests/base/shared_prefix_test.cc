#include "understudy/base/shared_prefix.h"

#include <string>

#include <doctest/doctest.h>

using namespace understudy;

TEST_CASE("shared prefix: it ends at the first byte that differs, or with the shorter") {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string a(size, 'a');

    CHECK(shared_prefix(a, a) == size);
    CHECK(shared_prefix(a, a + "b") == size);
    for (std::size_t at = 0; at < size; ++at) {
      auto b = a;
      b[at] = '\xff';
      CHECK(shared_prefix(a, b) == at);
    }
  }
}
