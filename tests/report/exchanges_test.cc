#include "understudy/report/exchanges.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "logs.h"

using namespace understudy;
using namespace understudy::report;
using record::Outcome;
using samples::append;
using support::TempDir;

namespace {

std::string with_id(const std::string& id, Outcome outcome = Outcome::different,
                    const std::string& shadow = "v2") {
  auto exchange = samples::exchange(outcome);
  exchange.id = id;
  exchange.shadow = shadow;
  return record::encode(exchange) + '\n';
}

Log opened(const std::string& path) {
  auto log = Log::open({path});
  REQUIRE(log.ok());
  return std::move(log).value();
}

std::vector<std::string> listed(const Log& log, const Filter& filter, std::size_t limit = 0) {
  std::vector<std::string> ids;
  const auto passed = list_exchanges(log, filter, limit, [&](auto, const auto& exchange) {
    ids.push_back(exchange.id);
    return true;
  });
  REQUIRE(passed.ok());
  return ids;
}

std::vector<std::string> polled(Follower& follower) {
  std::vector<std::string> ids;
  const auto done = follower.poll([&](const Line& line) {
    if (const auto exchange = parse_exchange(line.text)) ids.push_back(exchange->id);
  });
  REQUIRE(done.ok());
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("list: filters by outcome, endpoint, signature and shadow, and keeps the last ones") {
  TempDir temp;
  append(temp / "a.ndjson", with_id("1") + with_id("2", Outcome::shadow_failed) + with_id("3"));
  append(temp / "b.ndjson", with_id("4", Outcome::different, "v\"3") + with_id("5"));
  const auto log = opened(temp.path());
  const auto signature = samples::exchange(Outcome::different).signature;

  CHECK(listed(log, {}) == Ids{"1", "2", "3", "4", "5"});
  CHECK(listed(log, {}, 2) == Ids{"4", "5"});
  CHECK(listed(log, {"shadow_failed", "", "", ""}) == Ids{"2"});
  CHECK(listed(log, {"", "GET /orders/{id}", signature.substr(0, 4), "v\"3"}) == Ids{"4"});
  CHECK(listed(log, {"", "GET /orders", "", ""}).empty());
}

TEST_CASE("list: the last ones are the last of the log, however many threads read it") {
  TempDir temp;
  for (int i = 0; i < 100; ++i) append(temp / "a.ndjson", with_id(std::to_string(i)));
  for (const unsigned threads : {1, 3}) {
    const auto log = Log::open({temp.path()}, {threads, 700});
    REQUIRE(log.ok());
    CHECK(listed(*log, {}, 3) == Ids{"97", "98", "99"});
    CHECK(listed(*log, {}).size() == 100);
    CHECK(listed(*log, {}).at(42) == "42");
    CHECK(find_exchange(*log, "42")->size() == 1);
  }
}

TEST_CASE("list: ends when nobody takes more") {
  TempDir temp;
  append(temp / "a.ndjson", with_id("1") + with_id("2"));
  int taken = 0;
  const auto passed = list_exchanges(opened(temp.path()), {}, 0, [&](auto, const auto&) {
    ++taken;
    return false;
  });
  CHECK(passed.ok());
  CHECK(taken == 1);
}

TEST_CASE("show: finds by id or its beginning, one for each shadow, never a guess") {
  TempDir temp;
  append(temp / "a.ndjson",
         with_id("abc1") + with_id("abc2") + with_id("abc2", Outcome::different, "v3"));
  append(temp / "a.ndjson", with_id("ab") + with_id("xyz"));
  const auto log = opened(temp.path());

  CHECK(find_exchange(log, "abc2")->size() == 2);
  CHECK(find_exchange(log, "x")->size() == 1);
  CHECK(find_exchange(log, "ab")->size() == 1);  // exact, though others begin so
  const auto several = find_exchange(log, "abc");
  REQUIRE(!several.ok());
  CHECK(several.error().detail == "several ids begin with abc: abc1, abc2; give more of it");
  const auto none = find_exchange(log, "q");
  REQUIRE(!none.ok());
  CHECK(none.error().detail ==
        "no exchange with the id q was kept; understudy list shows those that were");
}

TEST_CASE("follower: sees whole lines only, over new segments, and no line twice") {
  TempDir temp;
  append(temp / "a.ndjson", with_id("old"));
  Follower follower({temp.path()}, Follower::Start::end);
  CHECK(polled(follower).empty());

  const auto line = with_id("1");
  append(temp / "a.ndjson", line.substr(0, 50));
  CHECK(polled(follower).empty());
  append(temp / "a.ndjson", line.substr(50) + with_id("2"));
  append(temp / "b.ndjson", with_id("3"));
  CHECK(polled(follower) == Ids{"1", "2", "3"});

  std::filesystem::remove(temp / "a.ndjson");
  append(temp / "b.ndjson", with_id("4"));
  CHECK(polled(follower) == Ids{"4"});
  CHECK(polled(follower).empty());
}

TEST_CASE("follower: waits for a log that is not there yet, and reads from the beginning if told") {
  TempDir temp;
  Follower follower({temp / "log"}, Follower::Start::beginning);
  CHECK(polled(follower).empty());

  std::filesystem::create_directory(temp / "log");
  append(temp / "log/a.ndjson", with_id("1"));
  CHECK(polled(follower) == Ids{"1"});
}
