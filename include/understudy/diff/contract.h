#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "understudy/diff/severity.h"

namespace understudy::http {
class Fields;
}
namespace understudy::json {
class Value;
}

namespace understudy::diff {

// What the primary's answers at one endpoint, with statuses of one class, have in common: which
// fields are always there, of which types, which may be null, which texts are of a small set. By it
// the severity of a difference is told more exactly than by its kind.
//
// Owner:   the backstage's memory. Thread: its owner's.
// Bounded: a sample of the answers is looked at, each up to limits::contract_max_values; places as
//          the owner allows.
class Contract {
 public:
  // Counts one answer. True if it is of the sample: every one of the first
  // limits::contract_first_answers, then ever fewer.
  bool wants_next();

  // Takes in one answer; `body` is null where it is no JSON. New places only within `room`.
  void learn(const http::Fields& fields, const json::Value* body, std::size_t room);

  // Places known.
  std::size_t size() const { return places_.size(); }

  // As diff::severity_of, but: a field that the primary leaves out at times, a null where it has
  // one at times, and a type that it sends there itself are suspicious; a text that is none of the
  // few that the primary says there is breaking.
  Severity severity_of(const Difference& difference, std::string_view place,
                       int primary_status) const;

 private:
  // Counts at one (generalized) place.
  struct Place {
    std::uint32_t count = 0;    // values or fields seen there
    std::uint32_t answers = 0;  // in which it was seen
    std::uint32_t last_answer = 0;
    std::array<std::uint32_t, 6> types{};  // by json::Type
    std::vector<std::uint64_t> words;      // hashes of the texts, while they are few
    bool is_open = false;                  // too many texts, or no words
  };
  struct Walk;

  Place* place_at(std::string_view place);
  const Place* find(std::string_view place) const;
  void learn_value(std::string_view place, json::Value value);
  void learn_body(json::Value root);
  void learn_fields(const http::Fields& fields);
  bool is_optional(std::string_view place) const;
  bool is_usual_type(std::string_view place, std::string_view shown) const;
  bool is_outside(const Difference& difference, std::string_view place) const;

  std::unordered_map<std::uint64_t, Place> places_;  // by hash
  std::size_t room_ = 0;
  bool is_full_ = false;  // something was left out for want of room
  std::uint64_t seen_ = 0, next_ = 1;
  std::uint32_t answers_ = 0;  // of the sample
};

}  // namespace understudy::diff
