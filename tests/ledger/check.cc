#include "ledger/check.h"

#include <algorithm>

#include <fmt/format.h>

namespace understudy::ledger {

namespace {

using End = Entry::End;

constexpr std::size_t most_findings = 5;

// What is known about one request when all books are open.
struct Case {
  const Entry* client = nullptr;
  std::uint8_t client_entries = 0;
  std::uint8_t seen[2] = {0, 0};      // by each server
  std::uint8_t answered[2] = {0, 0};  // by each server, in full
};

class Checker {
 public:
  explicit Checker(const Ledger& ledger) : ledger_(ledger), cases_(ledger.last + std::size_t{1}) {}

  std::vector<std::string> run() {
    open_client_book();
    open_server_book(ledger_.primary, Side::primary);
    open_server_book(ledger_.shadow, Side::shadow);
    for (Id id = 1; id <= ledger_.last; ++id) check_request(id);
    check_live_sums();
    check_shadow_sums();
    return std::move(findings_);
  }

 private:
  template <typename... Values>
  void find(std::string_view kind, const Values&... values) {
    if (++found_[std::string(kind)] > most_findings) return;
    std::string text(kind);
    ((text += fmt::format(" {}", values)), ...);
    findings_.push_back(std::move(text));
  }

  Case* case_of(const Entry& entry) {
    if (entry.id >= 1 && entry.id <= ledger_.last) return &cases_[entry.id];
    find("nobody sent:", entry.id);
    return nullptr;
  }

  void open_client_book();
  void open_server_book(const Book& book, Side side);
  void check_request(Id id);
  void check_answer(const Plan& plan, const Case& each);
  void check_end(const Plan& plan, const Case& each);
  void check_times(const Plan& plan, const Case& each, Side side);
  void check_live_sums();
  void check_shadow_sums();
  void check_compared();
  void is_between(std::string_view what, std::uint64_t value, std::uint64_t least,
                  std::uint64_t most);

  std::uint64_t others() const { return ledger_.others + ledger_.more_others; }
  std::uint64_t count(const std::string& name) const {
    const auto found = ledger_.counters.find(name);
    return found == ledger_.counters.end() ? 0 : found->second;
  }
  std::uint64_t sum(std::string_view prefix) const {
    std::uint64_t all = 0;
    for (const auto& [name, value] : ledger_.counters) {
      if (name.starts_with(prefix)) all += value;
    }
    return all;
  }

  const Ledger& ledger_;
  std::vector<Case> cases_;
  std::map<std::string, std::size_t> found_;
  std::vector<std::string> findings_;
  std::map<End, std::uint64_t> ends_;  // of the client's book
};

void Checker::open_client_book() {
  for (const auto& entry : ledger_.client.entries()) {
    auto* const each = case_of(entry);
    if (each == nullptr) continue;
    each->client = &entry;
    ++each->client_entries;
    ++ends_[entry.end];
  }
}

void Checker::open_server_book(const Book& book, Side side) {
  const auto index = static_cast<std::size_t>(side);
  for (const auto& entry : book.entries()) {
    auto* const each = case_of(entry);
    if (each == nullptr) continue;
    ++each->seen[index];
    const auto plan = plan_of(ledger_.seed, entry.id);
    if (entry.end == End::answered) ++each->answered[index];
    const bool is_whole =
        entry.end == End::cut ||
        (entry.end == End::answered && plan.server(side) != Plan::Server::answers_early);
    if (is_whole && entry.request_sum != request_sum(plan)) {
      find("damaged on the way to the", name(side), entry.id);
    }
    if (entry.side != side) find("at the wrong server:", entry.id);
  }
}

void Checker::check_request(Id id) {
  const auto plan = plan_of(ledger_.seed, id);
  const auto& each = cases_[id];
  if (each.client_entries != 1) {
    return find("entries of the client, not 1:", each.client_entries, "for", id);
  }
  check_times(plan, each, Side::primary);
  check_times(plan, each, Side::shadow);
  if (each.client->end == End::answered) check_answer(plan, each);
  check_end(plan, each);
}

// Once, or one time more where the first was closed away.
void Checker::check_times(const Plan& plan, const Case& each, Side side) {
  const auto index = static_cast<std::size_t>(side);
  const int most = plan.may_repeat() ? 2 : 1;
  if (each.seen[index] > most) {
    find("seen", each.seen[index], "times by the", name(side), plan.method, plan.id);
  }
  const int most_answers = plan.may_repeat() && ledger_.has_faults ? 2 : 1;
  if (each.answered[index] > most_answers) find("answered twice by the", name(side), plan.id);
}

void Checker::check_answer(const Plan& plan, const Case& each) {
  const auto& entry = *each.client;
  if (entry.answer_id != plan.id) return find("swapped:", plan.id, "got", entry.answer_id);
  if (entry.side != Side::primary) return find("answered by the shadow:", plan.id);
  if (each.seen[0] == 0) return find("lost: answered, but never at the primary:", plan.id);
  if (each.answered[0] == 0) find("whole for the client, not for the primary:", plan.id);
  if (entry.status != plan.status || entry.answer_sum != answer_sum(plan, Side::primary)) {
    find("damaged on the way to the client:", plan.id);
  }
}

void Checker::check_end(const Plan& plan, const Case& each) {
  constexpr int bad_gateway = 502;
  const bool may_be_cut = ledger_.has_faults || plan.primary >= Plan::Server::closes_instead;
  switch (each.client->end) {
    case End::refused:
      if (each.client->status != bad_gateway) {
        find("refused:", plan.id, "with", each.client->status);
      }
      if (each.answered[0] != 0 && !ledger_.has_faults)
        find("answered by the primary, refused to the client:", plan.id);
      return;
    case End::cut:
      if (!may_be_cut) find("cut:", plan.id);
      return;
    case End::silent:
      if (!may_be_cut) find("without an answer:", plan.id);
      return;
    case End::stuck:
      return find("stuck:", plan.id);
    case End::left:
      if (!plan.leaves()) find("left without a plan:", plan.id);
      return;
    default:
      return;
  }
}

void Checker::is_between(std::string_view what, std::uint64_t value, std::uint64_t least,
                         std::uint64_t most) {
  if (value >= least && value <= most) return;
  if (least == most) return find(what, value, "instead of", least);
  find(what, value, "instead of", least, "to", most);
}

// A connection that ended without a word leaves open whether the proxy saw the request; so does a
// client that went away which of its ends the proxy saw.
void Checker::check_live_sums() {
  const auto all = ledger_.last + ledger_.others;
  const auto most = all + ledger_.more_others;
  const auto unsure = ends_[End::silent] + ends_[End::stuck];
  const auto left = ends_[End::left] + unsure;
  is_between("requests counted by the proxy:", count("requests"), all - unsure, most);
  if (ledger_.has_faults) return;  // others were refused and cut, too
  is_between("502s counted by the proxy:", count("failures:primary_failed"), ends_[End::refused],
             ends_[End::refused] + left);
  is_between("cuts counted by the proxy:", count("failures:truncated"), 0, ends_[End::cut] + left);
  for (const auto* const reason : {"bad_request", "primary_timeout", "client_timeout"}) {
    is_between(fmt::format("{}s counted by the proxy:", reason),
               count(fmt::format("failures:{}", reason)), 0, 0);
  }
}

void Checker::check_shadow_sums() {
  is_between("received, of the requests:", count("received"), count("requests"), count("requests"));
  const auto dropped = sum("not_mirrored:");
  is_between("mirrored and not mirrored together:", count("mirrored") + dropped, count("received"),
             count("received"));
  const auto failed = sum("shadow_failed:") + sum("not_compared:");
  const auto outcomes =
      count("same") + count("different") + count("noise") + sum("tainted:") + failed;
  is_between("outcomes together:", outcomes, count("mirrored"), count("mirrored"));
  const auto arrived = static_cast<std::uint64_t>(std::count_if(
      cases_.begin(), cases_.end(), [](const Case& each) { return each.seen[1] != 0; }));
  const auto without_trace = std::min(count("mirrored"), failed + others());
  is_between("copies at the shadow:", arrived, count("mirrored") - without_trace,
             count("mirrored"));
  check_compared();
}

// Compared are copies whose both answers were whole, and of those only the planned ones differ.
void Checker::check_compared() {
  std::uint64_t equal = 0;
  std::uint64_t unequal = 0;
  for (Id id = 1; id <= ledger_.last; ++id) {
    const auto& each = cases_[id];
    if (each.answered[0] == 0 || each.answered[1] == 0) continue;
    ++(plan_of(ledger_.seed, id).differs ? unequal : equal);
  }
  const auto failed = sum("shadow_failed:") + sum("not_compared:");
  is_between("same:", count("same"), equal - std::min(equal, failed), equal + others());
  is_between("different:", count("different"), unequal - std::min(unequal, failed), unequal);
}

}  // namespace

std::vector<std::string> check(const Ledger& ledger) {
  return Checker(ledger).run();
}

std::string summary(const Ledger& ledger) {
  std::map<End, std::size_t> ends;
  for (const auto& entry : ledger.client.entries()) ++ends[entry.end];
  return fmt::format(
      "{} requests: {} answered, {} refused, {} cut, {} without an answer, {} clients left; {} "
      "entries of the primary, {} of the shadow",
      ledger.last, ends[End::answered], ends[End::refused], ends[End::cut], ends[End::silent],
      ends[End::left], ledger.primary.entries().size(), ledger.shadow.entries().size());
}

}  // namespace understudy::ledger
