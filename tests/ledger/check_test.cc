// The checker must be able to fail: books that agree, and then one thing wrong at a time.
#include "ledger/check.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace understudy::ledger;

namespace {

constexpr std::uint64_t seed = 7;
constexpr Id last = 2000;

Entry entry_of(const Plan& plan, Side side) {
  Entry entry;
  entry.id = entry.answer_id = plan.id;
  entry.side = side;
  entry.status = static_cast<std::uint16_t>(plan.status);
  entry.request_sum = request_sum(plan);
  entry.answer_sum = answer_sum(plan, side);
  return entry;
}

// Books of a day on which nothing went wrong, whatever the plans had in mind.
Ledger agreeing() {
  Ledger ledger;
  ledger.seed = seed;
  ledger.last = last;
  for (Id id = 1; id <= last; ++id) {
    const auto plan = plan_of(seed, id);
    ledger.client.add(entry_of(plan, Side::primary));
    ledger.primary.add(entry_of(plan, Side::primary));
    ledger.shadow.add(entry_of(plan, Side::shadow));
    ++ledger.counters[plan.differs ? "different" : "same"];
  }
  ledger.counters["requests"] = ledger.counters["received"] = last;
  ledger.counters["mirrored"] = last;
  return ledger;
}

Entry& entry(Book& book, Id id) {
  return *std::find_if(book.entries().begin(), book.entries().end(),
                       [&](const Entry& each) { return each.id == id; });
}

void erase(Book& book, Id id) {
  std::erase_if(book.entries(), [&](const Entry& each) { return each.id == id; });
}

// The first plan that is so.
template <typename Predicate>
Id first(Predicate is_so) {
  Id id = 1;
  while (!is_so(plan_of(seed, id))) ++id;
  return id;
}

bool names(const Ledger& ledger, std::string_view text) {
  const auto findings = check(ledger);
  for (const auto& finding : findings) MESSAGE(finding);
  return std::any_of(findings.begin(), findings.end(), [&](const std::string& finding) {
    return finding.find(text) != finding.npos;
  });
}

const Id post = first([](const Plan& plan) { return plan.method == "POST"; });
const Id get = first([](const Plan& plan) { return plan.may_repeat(); });

}  // namespace

TEST_CASE("ledger: books that agree have no findings") {
  CHECK(check(agreeing()).empty());
}

TEST_CASE("ledger: a request that the primary never saw is lost") {
  auto ledger = agreeing();
  erase(ledger.primary, post);
  CHECK(names(ledger, "lost: answered, but never at the primary: " + std::to_string(post)));
}

TEST_CASE("ledger: a request that the client never heard of again is named") {
  auto ledger = agreeing();
  erase(ledger.client, post);
  CHECK(names(ledger, "entries of the client, not 1: 0 for " + std::to_string(post)));
}

TEST_CASE("ledger: a POST that was sent twice is named, a GET only from the third on") {
  auto ledger = agreeing();
  entry(ledger.primary, post).end = Entry::End::refused;
  ledger.primary.add(entry_of(plan_of(seed, post), Side::primary));
  CHECK(names(ledger, "seen 2 times by the primary POST " + std::to_string(post)));

  ledger = agreeing();
  Entry swallowed = entry_of(plan_of(seed, get), Side::primary);
  swallowed.end = Entry::End::refused;
  ledger.primary.add(swallowed);
  CHECK(check(ledger).empty());
  ledger.primary.add(swallowed);
  CHECK(names(ledger, "seen 3 times by the primary"));
}

TEST_CASE("ledger: a GET that was answered twice is named") {
  auto ledger = agreeing();
  ledger.primary.add(entry_of(plan_of(seed, get), Side::primary));
  CHECK(names(ledger, "answered twice by the primary " + std::to_string(get)));
}

TEST_CASE("ledger: answers that were swapped are named") {
  auto ledger = agreeing();
  std::swap(entry(ledger.client, 10).answer_id, entry(ledger.client, 11).answer_id);
  CHECK(names(ledger, "swapped: 10 got 11"));
  CHECK(names(ledger, "swapped: 11 got 10"));
}

TEST_CASE("ledger: a shadow's answer at a client is named") {
  auto ledger = agreeing();
  entry(ledger.client, 12).side = Side::shadow;
  CHECK(names(ledger, "answered by the shadow: 12"));
}

TEST_CASE("ledger: a body that changed on its way is named, on each way") {
  auto ledger = agreeing();
  ++entry(ledger.primary, 20).request_sum;
  ++entry(ledger.shadow, 21).request_sum;
  ++entry(ledger.client, 22).answer_sum;
  CHECK(names(ledger, "damaged on the way to the primary 20"));
  CHECK(names(ledger, "damaged on the way to the shadow 21"));
  CHECK(names(ledger, "damaged on the way to the client: 22"));
}

TEST_CASE("ledger: a cut answer that looked whole is named") {
  auto ledger = agreeing();
  entry(ledger.primary, 30).end = Entry::End::cut;
  CHECK(names(ledger, "whole for the client, not for the primary: 30"));
}

TEST_CASE("ledger: an end that nobody planned is named") {
  const auto quiet = first([](const Plan& plan) { return plan.primary == Plan::Server::answers; });
  for (const auto& [end, text] :
       {std::pair{Entry::End::cut, "cut: "}, std::pair{Entry::End::silent, "without an answer: "},
        std::pair{Entry::End::stuck, "stuck: "}}) {
    auto ledger = agreeing();
    entry(ledger.client, quiet).end = end;
    CHECK(names(ledger, text + std::to_string(quiet)));
  }
}

TEST_CASE("ledger: a request of nobody is named") {
  auto ledger = agreeing();
  ledger.shadow.add(entry_of(plan_of(seed, last + 1), Side::shadow));
  CHECK(names(ledger, "nobody sent: 2001"));
}

TEST_CASE("ledger: sums of the proxy that are off by one are named") {
  for (const auto* const name :
       {"requests", "received", "mirrored", "same", "different", "not_mirrored:overloaded",
        "shadow_failed:reset", "failures:primary_failed", "failures:bad_request"}) {
    CAPTURE(name);
    auto ledger = agreeing();
    ++ledger.counters[name];
    CHECK_FALSE(check(ledger).empty());
  }
  auto ledger = agreeing();
  ++ledger.counters["same"];
  --ledger.counters["different"];
  CHECK(names(ledger, "same:"));
}

TEST_CASE("ledger: copies that were counted and never sent are named") {
  auto ledger = agreeing();
  erase(ledger.shadow, 40);
  CHECK(names(ledger, "copies at the shadow: 1999 instead of 2000"));
}

TEST_CASE("ledger: unplanned faults excuse a cut, never a lost or a doubled request") {
  auto ledger = agreeing();
  ledger.has_faults = true;
  entry(ledger.client, post).end = Entry::End::cut;
  CHECK(check(ledger).empty());
  erase(ledger.primary, get);
  ledger.primary.add(entry_of(plan_of(seed, post), Side::primary));
  CHECK(names(ledger, "lost: answered, but never at the primary: " + std::to_string(get)));
  CHECK(names(ledger, "seen 2 times by the primary POST " + std::to_string(post)));
}

TEST_CASE("ledger: other clients' requests count, too") {
  auto ledger = agreeing();
  for (const auto* const name : {"requests", "received", "mirrored", "same"}) {
    ledger.counters[name] += 10;
  }
  CHECK_FALSE(check(ledger).empty());
  ledger.others = 9;
  CHECK_FALSE(check(ledger).empty());
  ledger.more_others = 1;
  CHECK(check(ledger).empty());
}
