#include "understudy/handoff/lane.h"

#include <condition_variable>
#include <set>
#include <thread>

#include <doctest/doctest.h>

using namespace understudy::handoff;

namespace {

CopyId id_of(const Message& message) {
  return std::get<End>(message).id;
}

}  // namespace

TEST_CASE("lane: messages come out in order, and one wake stands for a batch") {
  Lane lane(1, 10);
  int wakes = 0;
  lane.set_wake([&wakes] { ++wakes; });
  std::vector<Message> out;

  lane.push(End{1, {}});
  lane.push(End{2, {}});
  CHECK(wakes == 1);
  lane.take(out);

  REQUIRE(out.size() == 2);
  CHECK(id_of(out[0]) == 1);
  CHECK(id_of(out[1]) == 2);
  lane.push(End{3, {}});
  CHECK(wakes == 2);
  lane.take(out);
  CHECK(out.size() == 1);
  lane.take(out);
  CHECK(out.empty());
}

TEST_CASE("lane: a full lane has no room, but takes the messages of what was admitted") {
  Lane lane(1, 2);
  std::vector<Message> out;
  lane.push(End{1, {}});
  CHECK(lane.has_room());

  lane.push(End{2, {}});
  CHECK_FALSE(lane.has_room());
  lane.push(End{3, {}});
  lane.take(out);

  CHECK(out.size() == 3);
  CHECK(lane.has_room());
}

TEST_CASE("lane: nothing is lost or doubled between two threads, and no wake is missed") {
  constexpr CopyId count = 20'000;
  Lane lane(1, 64);
  std::mutex mutex;
  std::condition_variable woken;
  int wakes = 0;
  lane.set_wake([&] {
    const std::lock_guard lock(mutex);
    ++wakes;
    woken.notify_one();
  });

  std::thread worker([&lane] {
    for (CopyId id = 1; id <= count; ++id) {
      lane.push(End{id, {}});
      lane.counters.shadows[0].mirrored.add();
    }
  });
  std::vector<Message> out;
  CopyId last = 0;
  bool is_ordered = true;
  while (last < count) {
    {
      std::unique_lock lock(mutex);
      woken.wait(lock, [&wakes] { return wakes > 0; });
      --wakes;
    }
    lane.take(out);
    for (const auto& message : out) is_ordered = is_ordered && id_of(message) == ++last;
  }
  worker.join();

  CHECK(is_ordered);
  CHECK(last == count);
  CHECK(lane.counters.shadows[0].mirrored.get() == count);
}

TEST_CASE("lane: every reason has a name of its own") {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(NotMirrored::count_); ++i) {
    names.insert(name(static_cast<NotMirrored>(i)));
  }
  CHECK(names.size() == static_cast<std::size_t>(NotMirrored::count_));
  CHECK(names.count("max_inflight") == 1);
  names.clear();
  for (int i = 0; i < static_cast<int>(LiveFailure::count_); ++i) {
    names.insert(name(static_cast<LiveFailure>(i)));
  }
  CHECK(names.size() == static_cast<std::size_t>(LiveFailure::count_));
}

TEST_CASE("lane: counters tell failures and drops apart") {
  Lane lane(2, 1);

  lane.counters.shadows[1].drop(NotMirrored::percent);
  lane.counters.fail(LiveFailure::truncated);

  CHECK(lane.counters.shadows[1].not_mirrored[static_cast<int>(NotMirrored::percent)].get() == 1);
  CHECK(lane.counters.shadows[0].not_mirrored[static_cast<int>(NotMirrored::percent)].get() == 0);
  CHECK(lane.counters.failures[static_cast<int>(LiveFailure::truncated)].get() == 1);
}
