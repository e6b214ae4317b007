#include "diff/body_diff.h"

#include <algorithm>

#include <fmt/format.h>

#include "diff/bytes_diff.h"
#include "diff/json_diff.h"
#include "diff/text_diff.h"
#include "diff/translate.h"
#include "understudy/base/ascii.h"
#include "understudy/http/coding.h"
#include "understudy/json/utf8.h"

namespace understudy::diff {

namespace {

std::string coding_of(const http::Fields& fields) {
  auto coding = ascii::to_lower(ascii::trim(fields.joined("content-encoding")));
  return coding == "identity" ? std::string() : coding;
}

// Why a body cannot be decoded, in the words of the log.
std::string_view fault_of(Code code) {
  if (code == Code::over_limit) return "decode_limit";
  return code == Code::unsupported ? "unknown_coding" : "damaged_coding";
}

bool same_class(int a, int b) {
  return a / 100 == b / 100;
}

ShownValue described(std::string_view what, std::size_t bytes) {
  return {fmt::format("{}, {} bytes", what, bytes), false};
}

}  // namespace

BodyDiff::Side BodyDiff::side_of(const Answer& answer) {
  Side side;
  side.coding = coding_of(*answer.fields);
  side.media_type = media_type(*answer.fields);
  side.claims_json = is_json_type(side.media_type);
  side.bytes = answer.body;
  return side;
}

void BodyDiff::decode(Side& side) {
  if (side.coding.empty() || side.bytes.empty()) return;
  auto decoded = http::decode(side.coding, side.bytes, limits::max_decoded_bytes);
  if (!decoded) {
    side.fault = fault_of(decoded.error().code);
    return;
  }
  side.decoded = std::move(*decoded);
  side.bytes = side.decoded;
}

BodyVerdict BodyDiff::compare(const Answer& primary, const Answer& shadow, const RuleSet& rules,
                              Findings& findings) {
  verdict_ = {};
  if (rules.ignores(Rule::Where::body)) return {};
  primary_ = side_of(primary);
  shadow_ = side_of(shadow);
  if (primary_.coding == shadow_.coding && same_bytes(primary, shadow)) return {};

  const bool is_whole = primary.hashes == nullptr && shadow.hashes == nullptr;
  if (!is_whole) {
    if (!primary_.coding.empty() || !shadow_.coding.empty()) return {"too_large_encoded", {}};
    compare_hashes(primary, shadow, findings);
    const bool has_structure = primary_.claims_json || is_text_type(primary_.media_type);
    return {{}, has_structure ? "too_large" : ""};
  }
  decode(primary_);
  decode(shadow_);
  if (!primary_.fault.empty()) return {std::string(primary_.fault), {}};
  if (!shadow_.fault.empty() && shadow_.fault != "damaged_coding") {
    return {std::string(shadow_.fault), {}};
  }
  if (!same_class(primary.status, shadow.status)) {
    compare_outsides(findings);
  } else {
    compare_decoded(rules, findings);
  }
  primary_ = shadow_ = {};  // decoded bodies are large, and done with
  return verdict_;
}

// Decoded; nothing if that is too large, or cannot be done.
std::optional<BodyDiff::Side> BodyDiff::small_side(const Answer& answer) {
  const auto is_small = [](std::string_view bytes) {
    return bytes.size() <= limits::contract_max_body_bytes;
  };
  if (answer.hashes != nullptr || !is_small(answer.body)) return std::nullopt;
  auto side = side_of(answer);
  decode(side);
  if (!side.fault.empty() || !is_small(side.bytes)) return std::nullopt;
  return side;
}

std::optional<json::Value> BodyDiff::parse(const Answer& answer) {
  const auto side = small_side(answer);
  if (!side || (!side->claims_json && !looks_like_json(side->bytes))) return std::nullopt;
  if (!primary_tree_.document().parse(side->bytes)) return std::nullopt;
  return primary_tree_.root();
}

std::optional<json::Value> BodyDiff::parse_told(const Answer& answer) {
  const auto shape = shape_of(media_type(*answer.fields));
  if (shape == Shape::none) return parse(answer);
  const auto side = small_side(answer);
  if (!side || !is_plain_text(side->bytes)) return std::nullopt;
  const auto told = translate(shape, side->bytes, side->bytes);
  if (!told.fault.empty() || !primary_tree_.document().parse(told.primary)) {
    return std::nullopt;
  }
  return primary_tree_.root();
}

// One finding at most: whether there is a body, of what kind, and that it differs.
void BodyDiff::compare_outsides(Findings& findings) const {
  const auto name_of = [](const Side& side) -> std::string {
    if (!side.fault.empty()) return "damaged " + side.coding;
    if (side.claims_json || looks_like_json(side.bytes)) return "json";
    return std::string(body_name(side.media_type, side.bytes));
  };
  const auto left = name_of(primary_);
  const auto right = name_of(shadow_);
  if (left == right && primary_.bytes == shadow_.bytes) return;
  auto primary = described(left, primary_.bytes.size());
  auto shadow = described(right, shadow_.bytes.size());
  if (shadow_.bytes.empty()) return findings.add("body", Kind::missing, std::move(primary), {});
  if (primary_.bytes.empty()) return findings.add("body", Kind::extra, {}, std::move(shadow));
  findings.add("body", left == right ? Kind::value : Kind::type, std::move(primary),
               std::move(shadow));
}

void BodyDiff::compare_decoded(const RuleSet& rules, Findings& findings) {
  const bool is_one_sided =
      primary_.bytes.empty() || shadow_.bytes.empty() || !shadow_.fault.empty();
  if (is_one_sided) return compare_outsides(findings);
  if (primary_.bytes == shadow_.bytes) return;
  if (std::max(primary_.bytes.size(), shadow_.bytes.size()) > max_structure_bytes_) {
    verdict_.note = "too_large";
    return compare_bytes(primary_.bytes, shadow_.bytes, findings);
  }
  if (compare_as_json(rules, findings)) return;
  if (verdict_.note.empty()) {
    if (compare_as_told(shape(), rules, findings)) return;
    if (compare_as_text(rules, findings)) return;
  }
  compare_bytes(primary_.bytes, shadow_.bytes, findings);
}

void BodyDiff::parse_primary() {
  auto& document = primary_tree_.document();
  primary_.is_json = document.parse(primary_.bytes).ok();
  primary_.json_fault = document.fault();
}

// Much of it is as in the primary's.
void BodyDiff::parse_shadow() {
  auto& document = shadow_tree_.document();
  shadow_.is_json = document.parse(shadow_.bytes, primary_tree_.document()).ok();
  shadow_.json_fault = document.fault();
}

// False when neither is JSON; then the note says what was wrong if one claimed to be.
bool BodyDiff::compare_as_json(const RuleSet& rules, Findings& findings) {
  const bool is_claimed = primary_.claims_json || shadow_.claims_json;
  const bool is_likely =
      shape() == Shape::none && looks_like_json(primary_.bytes) && looks_like_json(shadow_.bytes);
  if (!is_claimed && !is_likely) return false;
  parse_primary();
  parse_shadow();
  if (primary_.is_json && shadow_.is_json) {
    compare_trees(rules, findings);
    return true;
  }
  // Many texts under the name of one, as streams of events often come.
  const bool is_many = is_likely && !primary_.is_json && !shadow_.is_json;
  if (is_many && compare_as_told(Shape::json_lines, rules, findings)) return true;
  verdict_.note.clear();
  if (primary_.claims_json && !primary_.is_json) {
    verdict_.note = primary_.json_fault;
  } else if (shadow_.claims_json && !shadow_.is_json) {
    verdict_.note = shadow_.json_fault;
  }
  if (!is_claimed || primary_.is_json == shadow_.is_json) return false;
  const auto shown = [](const Side& side) {
    if (side.is_json) return described("json", side.bytes.size());
    if (side.claims_json) return described("invalid json", side.bytes.size());
    return described(body_name(side.media_type, side.bytes), side.bytes.size());
  };
  findings.add("body", Kind::type, shown(primary_), shown(shadow_));
  return true;
}

// Requires: both trees have been parsed.
void BodyDiff::compare_trees(const RuleSet& rules, Findings& findings) {
  Budget budget;
  primary_tree_.prepare(rules.json(), seed_, budget);
  shadow_tree_.prepare(rules.json(), seed_, budget);
  compare_json({primary_tree_, shadow_tree_, redactor_, budget}, findings);
}

// What both bodies hold; a side without a type is of the other's.
Shape BodyDiff::shape() const {
  const auto& left = primary_.media_type.empty() ? shadow_.media_type : primary_.media_type;
  const auto& right = shadow_.media_type.empty() ? primary_.media_type : shadow_.media_type;
  const auto shape = shape_of(left);
  return shape == shape_of(right) ? shape : Shape::none;
}

// False when one of them is not what it claims to be; then the note says why.
bool BodyDiff::compare_as_told(Shape shape, const RuleSet& rules, Findings& findings) {
  if (shape == Shape::none) return false;
  if (!is_plain_text(primary_.bytes) || !is_plain_text(shadow_.bytes)) return false;
  const auto told = translate(shape, primary_.bytes, shadow_.bytes);
  verdict_.note = told.fault;
  if (!told.fault.empty()) return false;
  if (!parse_both(told.primary, told.shadow)) {
    verdict_.note = "too_deep";  // what was told is JSON, but for its depth
    return false;
  }
  const auto found_before = findings.size();
  compare_trees(rules, findings);
  const bool has_names = shape == Shape::xml || shape == Shape::html;
  if (has_names && findings.size() == found_before) compare_order(shape, rules, findings);
  return true;
}

// Two documents of the same elements: only that they stand in another order can be added, not what
// the rules have forgiven.
void BodyDiff::compare_order(Shape shape, const RuleSet& rules, Findings& findings) {
  const auto told = translate_order(shape, primary_.bytes, shadow_.bytes);
  if (!parse_both(told.primary, told.shadow)) return;
  Findings found(findings.now());
  compare_trees(rules, found);
  for (auto& difference : found.take()) {
    const bool is_order = difference.kind == Kind::order && difference.place.ends_with("/#order");
    if (is_order) findings.add(std::move(difference));
  }
}

bool BodyDiff::parse_both(std::string_view primary, std::string_view shadow) {
  auto& model = primary_tree_.document();
  return model.parse(primary).ok() && shadow_tree_.document().parse(shadow, model).ok();
}

bool BodyDiff::compare_as_text(const RuleSet& rules, Findings& findings) {
  const auto type = primary_.media_type.empty() ? shadow_.media_type : primary_.media_type;
  if (!is_text_type(type)) return false;
  if (!is_plain_text(primary_.bytes) || !is_plain_text(shadow_.bytes)) {
    const bool is_utf8 = json::is_utf8(primary_.bytes) && json::is_utf8(shadow_.bytes);
    if (!is_utf8) verdict_.note = "invalid_utf8";
    return false;
  }
  Budget budget;
  compare_text({primary_.bytes, shadow_.bytes, rules, redactor_, budget}, findings);
  return true;
}

}  // namespace understudy::diff
