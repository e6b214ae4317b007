#include "ledger/plan.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "support/dice.h"
#include "understudy/base/hash.h"

namespace understudy::ledger {

using support::Dice;

namespace {

constexpr std::size_t small_bytes = 600;
constexpr std::size_t medium_bytes = 20'000;
constexpr std::size_t large_bytes = 300'000;
constexpr std::size_t thousand = 1000;

std::size_t some_size(Dice& dice) {
  const auto kind = dice.below(thousand);
  if (kind < 100) return dice.below(2);
  if (kind < 960) return dice.below(small_bytes);
  return kind < 992 ? dice.below(medium_bytes) : dice.below(large_bytes);
}

void plan_body(Plan& plan, Dice& dice) {
  const auto kind = dice.below(thousand);
  if (kind < 560) return;
  if (kind < 620) {
    plan.method = "HEAD";
    return;
  }
  constexpr std::array methods{"POST", "POST", "POST", "PUT", "PATCH", "DELETE"};
  plan.method = dice.one_of(methods);
  plan.body = kind < 850 ? Plan::Body::length : Plan::Body::chunked;
  plan.body_bytes = some_size(dice);
  plan.has_trailers = plan.body == Plan::Body::chunked && dice.one_in(8);
  plan.expects = plan.body_bytes > 0 && dice.one_in(50);
}

void plan_answer(Plan& plan, Dice& dice) {
  constexpr std::array statuses{200, 200, 200, 200, 200, 201, 404, 500, 304, 204};
  plan.status = dice.one_in(4) ? dice.one_of(statuses) : 200;
  const bool has_no_body = plan.status == 204 || plan.status == 304 || plan.method == "HEAD";
  plan.answer_bytes = has_no_body ? 0 : some_size(dice);
  const auto kind = dice.below(thousand);
  if (has_no_body || kind < 700) return;
  plan.answer = kind < 980 ? Plan::Answer::chunked : Plan::Answer::until_close;
}

// One of a hundred requests ends in an unusual way.
Plan::Server some_server(const Plan& plan, Dice& dice) {
  using Server = Plan::Server;
  const auto kind = dice.below(thousand);
  if (kind < 960) return Server::answers;
  if (kind < 970) return Server::hints;
  if (kind < 975) return Server::trickles;
  if (kind < 983) return Server::closes_after;
  if (kind < 990) return Server::swallows;
  if (kind < 993) return Server::closes_instead;
  if (plan.body_bytes > small_bytes) return Server::answers_early;
  // Half of these can be told from a whole one only by its length.
  if (plan.answer_bytes < 2) return Server::answers;
  if (kind < 996 && plan.answer != Plan::Answer::until_close) return Server::cuts;
  return kind < 998 ? Server::resets : Server::answers;
}

Plan::Client some_client(const Plan& plan, Dice& dice) {
  using Client = Plan::Client;
  const auto kind = dice.below(thousand);
  const bool is_large = plan.answer_bytes > medium_bytes;
  if (kind < 960) return is_large && dice.one_in(10) ? Client::leaves_in_answer : Client::stays;
  if (kind < 964 && plan.body_bytes > 4) return Client::trickles;
  if (kind < 980) return Client::closes;
  if (kind < 990) return plan.body == Plan::Body::chunked ? Client::stays : Client::is_old;
  if (kind < 994) return Client::half_closes;
  if (kind < 997) return plan.body_bytes > 4 ? Client::leaves_in_body : Client::stays;
  return Client::leaves_unanswered;
}

// What else follows from a plan, each from numbers of its own.
enum class Part : std::uint64_t { fields, request, answer, count_ };

std::uint64_t seed_of(const Plan& plan, Part part) {
  return plan.seed + plan.id * static_cast<std::uint64_t>(Part::count_) +
         static_cast<std::uint64_t>(part);
}

std::string some_bytes(std::uint64_t seed, std::size_t count) {
  std::string bytes(count + sizeof(std::uint64_t), '\0');
  Dice dice(seed);
  for (std::size_t at = 0; at < count; at += sizeof(std::uint64_t)) {
    const auto word = dice.next();
    std::memcpy(bytes.data() + at, &word, sizeof word);
  }
  bytes.resize(count);
  return bytes;
}

std::uint32_t folded(std::uint64_t sum) {
  return static_cast<std::uint32_t>(sum ^ (sum >> 32));
}

}  // namespace

std::string_view name(Side side) {
  return side == Side::primary ? "primary" : "shadow";
}

bool Plan::may_be_followed() const {
  if (client != Client::stays || expects) return false;
  if (body == Body::chunked || body_bytes > small_bytes) return false;
  return primary <= Server::swallows && primary != Server::answers_early;
}

Plan plan_of(std::uint64_t seed, Id id) {
  Dice dice(seed * 0x2545f4914f6cdd1d + id);
  Plan plan;
  plan.seed = seed;
  plan.id = id;
  plan_body(plan, dice);
  plan_answer(plan, dice);
  plan.primary = some_server(plan, dice);
  plan.shadow = some_server(plan, dice);
  plan.client = some_client(plan, dice);
  // HTTP/1.0 knows no 100, and who leaves in a body must have begun it.
  if (plan.client != Plan::Client::stays) plan.expects = false;
  plan.differs = plan.answer_bytes > 0 && dice.one_in(50);
  return plan;
}

std::string target_of(const Plan& plan) {
  return fmt::format("/ledger/{}", plan.id);
}

std::string fields_of(const Plan& plan) {
  Dice dice(seed_of(plan, Part::fields));
  std::string fields;
  for (auto count = dice.below(4); count > 0; --count) {
    fields += fmt::format("X-Ledger-{}: {:x}\r\n", count, dice.next());
  }
  return fields;
}

std::string request_body(const Plan& plan) {
  return some_bytes(seed_of(plan, Part::request), plan.body_bytes);
}

std::string answer_body(const Plan& plan, Side side) {
  auto body = some_bytes(seed_of(plan, Part::answer), plan.answer_bytes);
  if (side == Side::shadow && plan.differs) ++body.back();
  return body;
}

std::uint32_t request_sum(std::string_view method, std::string_view target, std::string_view fields,
                          std::string_view body) {
  return folded(hash64(body, hash64(fmt::format("{} {}\r\n{}", method, target, fields))));
}

std::uint32_t answer_sum(int status, std::string_view body) {
  return folded(hash64(body, static_cast<std::uint64_t>(status)));
}

std::uint32_t request_sum(const Plan& plan) {
  return request_sum(plan.method, target_of(plan), fields_of(plan), request_body(plan));
}

std::uint32_t answer_sum(const Plan& plan, Side side) {
  return answer_sum(plan.status, answer_body(plan, side));
}

}  // namespace understudy::ledger
