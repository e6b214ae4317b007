#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "diff/findings.h"
#include "diff/media.h"
#include "diff/privacy.h"
#include "diff/rules.h"
#include "diff/tree.h"
#include "understudy/diff/compare.h"

namespace understudy::diff {

// What is to be said about two bodies besides their differences.
struct BodyVerdict {
  std::string reason;  // not comparable, and why
  std::string note;    // not compared in depth, and why
};

// Compares bodies: undoes content codings, then finds the kind that fits both (JSON, what can be
// told as JSON, text, bytes).
//
// Keeps its memory from one pair to the next.
class BodyDiff {
 public:
  // Bodies are compared as trees or lines up to `max_structure_bytes`, decoded: beyond it a few
  // kilobytes from the shadow could cost a gigabyte.
  BodyDiff(const Redactor& redactor, std::uint64_t seed, std::size_t max_structure_bytes)
      : redactor_(redactor), seed_(seed), max_structure_bytes_(max_structure_bytes) {}

  // Of two answers of different status classes the bodies are told apart by one finding at most: an
  // error page is not a changed document.
  BodyVerdict compare(const Answer& primary, const Answer& shadow, const RuleSet& rules,
                      Findings& findings);

  // What an answer says as JSON, if its body is not too large to be looked at by the way
  // (limits::contract_max_body_bytes). Valid until the next call of anything.
  std::optional<json::Value> parse(const Answer& answer);
  // The same also of what can be told as JSON.
  std::optional<json::Value> parse_told(const Answer& answer);

 private:
  // One side while it is being compared.
  struct Side {
    std::string coding;
    std::string media_type;
    std::string decoded;  // owns the bytes when a coding was undone
    std::string_view bytes;
    std::string_view fault;  // why they could not be decoded
    bool claims_json = false;
    bool is_json = false;         // parsed
    std::string_view json_fault;  // why not
  };
  static Side side_of(const Answer& answer);
  static void decode(Side& side);

  void compare_decoded(const RuleSet& rules, Findings& findings);
  bool compare_as_json(const RuleSet& rules, Findings& findings);
  bool compare_as_told(Shape shape, const RuleSet& rules, Findings& findings);
  void compare_order(Shape shape, const RuleSet& rules, Findings& findings);
  bool parse_both(std::string_view primary, std::string_view shadow);
  void compare_trees(const RuleSet& rules, Findings& findings);
  Shape shape() const;
  bool compare_as_text(const RuleSet& rules, Findings& findings);
  void compare_outsides(Findings& findings) const;
  void parse_primary();
  void parse_shadow();
  static std::optional<Side> small_side(const Answer& answer);

  const Redactor& redactor_;
  const std::uint64_t seed_;
  const std::size_t max_structure_bytes_;
  Tree primary_tree_;
  Tree shadow_tree_;
  Side primary_;
  Side shadow_;
  BodyVerdict verdict_;
};

}  // namespace understudy::diff
