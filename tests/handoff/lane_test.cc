#include "understudy/handoff/lane.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include <doctest/doctest.h>

using namespace understudy::handoff;

namespace {

CopyId id_of(const Parcel& parcel) {
  return std::visit([](const auto& message) { return message.id; }, *parcel);
}

}  // namespace

TEST_CASE("lane: messages come out in order, and one wake stands for a batch") {
  Lane lane(1, 10);
  int wakes = 0;
  lane.set_wake([&wakes] { ++wakes; });
  std::vector<Parcel> out;

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
  std::vector<Parcel> out;
  lane.push(End{1, {}});
  CHECK(lane.has_room());

  lane.push(End{2, {}});
  CHECK_FALSE(lane.has_room());
  lane.push(End{3, {}});
  lane.take(out);

  CHECK(out.size() == 3);
  CHECK(lane.has_room());
}

TEST_CASE("lane: a parcel that dies gives back its slot at once, and the rest at home") {
  Budget budget(1000, 1);
  Lane lane(1, 10);
  const auto answer = std::make_shared<const CapturedAnswer>();
  Begin begin;
  begin.slot = CopySlot::take(budget);
  begin.held = HeldBytes(budget);
  CHECK(begin.held.add(100));
  BodyPiece piece{1, "more", 4, HeldBytes(budget)};
  CHECK(piece.held.add(20));
  Answered answered{1, answer, {}, HeldBytes(budget)};
  CHECK(answered.held.add(3));
  lane.push(std::move(begin));
  lane.push(std::move(piece));
  lane.push(std::move(answered));
  std::vector<Parcel> out;
  lane.take(out);
  CHECK(budget.copies() == 1);
  CHECK(budget.held_bytes() == 123);

  out.clear();

  CHECK(budget.copies() == 0);
  CHECK(budget.held_bytes() == 123);
  CHECK(answer.use_count() == 2);
  CHECK_FALSE(lane.recycle(3));
  CHECK(budget.held_bytes() == 0);
  CHECK(answer.use_count() == 1);
}

TEST_CASE("lane: a few are freed at a time, and it is known whether some are still out") {
  Lane lane(1, 10);
  std::vector<Parcel> out;
  CHECK_FALSE(lane.recycle(1));
  for (CopyId id = 1; id <= 4; ++id) lane.push(End{id, {}});
  lane.take(out);
  CHECK(lane.recycle(1));

  out.erase(out.begin(), out.begin() + 2);
  CHECK(lane.recycle(1));
  CHECK(lane.recycle(5));
  out.clear();

  CHECK(lane.recycle(1));
  CHECK_FALSE(lane.recycle(1));
}

TEST_CASE("lane: what nobody took gives back what it held when the lane dies") {
  Budget budget(1000, 1);
  {
    Lane lane(1, 10);
    Begin begin;
    begin.slot = CopySlot::take(budget);
    lane.push(std::move(begin));
  }
  CHECK(budget.copies() == 0);
}

namespace {

// An answer that tells who frees it.
std::shared_ptr<const CapturedAnswer> answer_freed_by(std::thread::id owner, bool& is_by_owner) {
  return {new CapturedAnswer, [owner, &is_by_owner](const CapturedAnswer* answer) {
            is_by_owner = is_by_owner && std::this_thread::get_id() == owner;
            delete answer;
          }};
}

}  // namespace

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

  bool is_freed_by_worker = true;
  std::thread worker([&] {
    for (CopyId id = 1; id <= count; ++id) {
      lane.push(
          Answered{id, answer_freed_by(std::this_thread::get_id(), is_freed_by_worker), {}, {}});
      lane.recycle(2);
      lane.counters.shadows[0].mirrored.add();
    }
    while (lane.recycle(count)) std::this_thread::yield();
  });
  std::vector<Parcel> out;
  CopyId last = 0;
  bool is_ordered = true;
  while (last < count) {
    {
      std::unique_lock lock(mutex);
      woken.wait(lock, [&wakes] { return wakes > 0; });
      --wakes;
    }
    lane.take(out);
    for (const auto& parcel : out) is_ordered = is_ordered && id_of(parcel) == ++last;
  }
  out.clear();
  worker.join();

  CHECK(is_ordered);
  CHECK(is_freed_by_worker);
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
