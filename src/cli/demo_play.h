#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/clock.h"
#include "understudy/http/head.h"

// The play that `understudy demo` gives: a toy shop, its new version with planted faults, and the
// requests of its customers. No sockets in here.
namespace understudy::cli::play {

// One request of the script.
struct Request {
  std::string method = "GET";
  std::string target;
  std::string body;
};

// The request with this number; the same in every performance.
Request request(std::uint64_t number);

// Who answers: the shop as it is, or its new version.
enum class Role { primary, shadow };

// One answer; without framing fields, which belong to the connection.
struct Answer {
  int status = 200;
  http::Fields fields;
  std::string body;
  Duration delay{};  // how long it takes to make
};

// Plays one of the two parts. Both make noise that means nothing: clocks, random ids, random order.
//
// Owner: a toy server, or a test. Thread: its own.
class Actor {
 public:
  // Actors with different seeds make different noise. `clock` outlives this.
  Actor(Role role, std::uint64_t seed, const Clock& clock);

  Answer answer(const Request& request);

 private:
  using Scene = void (Actor::*)(Answer& answer, std::uint64_t id);

  void product(Answer& answer, std::uint64_t id);
  void user(Answer& answer, std::uint64_t id);
  void order(Answer& answer, std::uint64_t id);
  void new_order(Answer& answer, std::uint64_t id);
  void catalog(Answer& answer, std::uint64_t id);
  void account(Answer& answer, std::uint64_t id);
  void recommendations(Answer& answer, std::uint64_t id);
  void search(Answer& answer, std::uint64_t id);
  void logo(Answer& answer, std::uint64_t id);
  void health(Answer& answer, std::uint64_t id);

  bool is_shadow() const { return role_ == Role::shadow; }
  std::uint64_t noise();
  std::string shuffled_tags();
  std::string noisy_end();

  const Role role_;
  const std::uint64_t seed_;
  const Clock& clock_;
  std::uint64_t drawn_ = 0;
};

// What is wrong with the new version, for people and tests: "GET /users/{id}" lost "/address/zip".
struct Fault {
  std::string_view endpoint;
  std::string_view place;  // generalized, as the report shows it; empty for the slow endpoint
  std::string_view what;
};
const std::vector<Fault>& planted_faults();

// What the demo runs with, and what it leaves for its user: TOML with the rules for the noise.
std::string_view configuration();

}  // namespace understudy::cli::play
