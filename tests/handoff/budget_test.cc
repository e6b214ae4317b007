#include "understudy/handoff/budget.h"

#include <doctest/doctest.h>

using namespace understudy::handoff;

TEST_CASE("budget: bytes are refused beyond the limit and given back by their holder's end") {
  Budget budget(100, 1);
  {
    HeldBytes held(budget);
    CHECK(held.add(60));
    CHECK_FALSE(held.add(41));
    CHECK(held.add(40));
    CHECK(budget.held_bytes() == 100);
  }
  CHECK(budget.held_bytes() == 0);
}

TEST_CASE("budget: moved bytes are given back once") {
  Budget budget(100, 1);
  HeldBytes first(budget);
  REQUIRE(first.add(10));

  HeldBytes second(std::move(first));
  first = HeldBytes();
  CHECK(budget.held_bytes() == 10);
  second.reset();

  CHECK(budget.held_bytes() == 0);
}

TEST_CASE("budget: slots are empty when all copies are under way, and come back") {
  Budget budget(0, 1);
  auto slot = CopySlot::take(budget);

  CHECK(slot);
  CHECK_FALSE(CopySlot::take(budget));
  CHECK(budget.copies() == 1);
  { const CopySlot taken(std::move(slot)); }

  CHECK(budget.copies() == 0);
  CHECK(CopySlot::take(budget));
}

TEST_CASE("budget: a window says when the shadow is a whole window behind") {
  Window window(10);

  CHECK(window.add(10));
  CHECK_FALSE(window.add(1));
  window.sent(11);

  CHECK(window.waiting() == 0);
  CHECK(window.add(10));
}
