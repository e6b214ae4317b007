#include "diff/value_class.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>

#include "diff/detect.h"
#include "diff/identifier.h"
#include "diff/letters.h"
#include "diff/moment.h"
#include "diff/number.h"
#include "diff/token.h"
#include "understudy/base/limits.h"
#include "understudy/base/shared_prefix.h"

namespace understudy::diff {

namespace {

// How far before their first difference two dates or UUIDs can begin: "Thu, 01 Jan 2026 00:00:00"
// and a fraction are shorter than a UUID.
constexpr std::size_t max_lead = uuid_size - 1;
// Claims of a JSON Web Token are names and numbers of other lengths, in base64: up to a dozen
// bytes.
constexpr std::size_t max_payload_gap = 16;
// A difference of so many letters and nothing else is one of words.
constexpr std::size_t min_word = 3;
// "#ff8800" and "#ff8800cc".
constexpr std::size_t max_colour_digits = 8;

struct Texts {
  std::string_view primary;
  std::string_view shadow;

  Texts behind(const Reach& reach) const {
    return {primary.substr(reach.primary), shadow.substr(reach.shadow)};
  }
  Texts behind(std::size_t size) const { return behind({size, size}); }
  Texts first(const Reach& reach) const {
    return {primary.substr(0, reach.primary), shadow.substr(0, reach.shadow)};
  }
  bool empty() const { return primary.empty() && shadow.empty(); }
};

// A part of both texts, from their beginnings, and what it is.
struct Part {
  ValueClass value_class = ValueClass::none;
  Reach reach;
};

constexpr ValueClass joined(ValueClass a, ValueClass b) {
  return a == ValueClass::none || a == b ? b : ValueClass::token;
}

bool is_word(char c) {
  return letters::is_any(c, letters::word);
}

// The marks and escapes at the beginning.
std::string_view marks_at(std::string_view text) {
  std::size_t size = 0;
  for (;;) {
    size += letters::count(text.substr(size), letters::mark);
    if (!letters::is_escape(text.substr(size))) return text.substr(0, size);
    size += 3;
  }
}

// 8, 9, a and b are of the usual variant.
bool is_same_variant(char a, char b) {
  const auto variant = [](char c) {
    const auto digit = ascii::is_digit(c) ? c - '0' : ascii::lower(c) - 'a' + 10;
    return digit < 8 ? 0 : digit < 12 ? 1 : 2;
  };
  return variant(a) == variant(b);
}

bool have_one_case(std::string_view a, std::string_view b) {
  unsigned kinds = 0;
  for (const auto text : {a, b}) {
    for (const char c : text) kinds |= letters::kind_of(c);
  }
  return (kinds & letters::lower) == 0 || (kinds & letters::upper) == 0;
}

bool begins_with_uuid(std::string_view text) {
  return text.size() >= uuid_size && is_uuid(text.substr(0, uuid_size)) &&
         (text.size() == uuid_size || !is_word(text[uuid_size]));
}

// Also when only one of them is a UUID, or they are of different kinds: then of no class.
std::optional<Part> uuids(const Texts& texts) {
  const bool is_left = begins_with_uuid(texts.primary);
  const bool is_right = begins_with_uuid(texts.shadow);
  if (!is_left && !is_right) return std::nullopt;
  if (!is_left || !is_right) return Part{};
  const auto [left, right] = texts.first({uuid_size, uuid_size});
  constexpr std::size_t version_at = 14, variant_at = 19;
  const bool is_same_kind =
      left[version_at] == right[version_at] && is_same_variant(left[variant_at], right[variant_at]);
  if (!is_same_kind || !have_one_case(left, right)) return Part{};
  return Part{ValueClass::uuid, {uuid_size, uuid_size}};
}

// Letters, digits and marks at the beginning of both texts, which hold a difference.
class Run {
 public:
  Run(const Texts& texts, bool may_be_time, WallTime now)
      : texts_(texts), may_be_time_(may_be_time), now_(now) {}

  Part part() const {
    if (const auto found = by_words()) return *found;
    const auto left = Profile::of_run(texts_.primary).text();
    const auto right = Profile::of_run(texts_.shadow).text();
    const auto tail = shared_tail(left, right);
    const bool are_tokens = are_token_runs(Profile::of_run(left.substr(0, left.size() - tail)),
                                           Profile::of_run(right.substr(0, right.size() - tail)));
    if (!are_tokens) return {};
    return {ValueClass::token, {left.size(), right.size()}};
  }

 private:
  // Nothing if words differ that are of no class, or marks: base64 has marks anywhere. No class if
  // what differs is plain words.
  std::optional<Part> by_words() const {
    Part part;
    for (auto rest = texts_;;) {
      const auto marks = marks_at(rest.primary);
      if (marks != marks_at(rest.shadow)) return std::nullopt;
      rest = rest.behind(marks.size());
      const auto left = Profile::of_word(rest.primary);
      const auto right = Profile::of_word(rest.shadow);
      const Reach words{left.text().size(), right.text().size()};
      part.reach.primary += marks.size() + words.primary;
      part.reach.shadow += marks.size() + words.shadow;
      if (words.primary + words.shadow == 0) return part;
      rest = rest.behind(words);
      if (left.text() == right.text()) continue;
      const auto one = class_of_words(left, right);
      if (one == ValueClass::none && is_plain(left) && is_plain(right)) return Part{};
      if (one == ValueClass::none) return std::nullopt;
      part.value_class = joined(part.value_class, one);
    }
  }

  ValueClass class_of_words(const Profile& primary, const Profile& shadow) const {
    if (are_token_words(primary, shadow)) return ValueClass::token;
    const auto left = primary.text(), right = shadow.text();
    if (are_snowflakes(left, right, now_)) return ValueClass::token;
    if (!may_be_time_) return ValueClass::none;
    const auto reach = reach_of_moments(left, right, now_);
    const bool is_all = reach.primary == left.size() && reach.shadow == right.size();
    return reach && is_all ? ValueClass::time : ValueClass::none;
  }

  static bool is_plain(const Profile& word) {
    const auto kinds = word.text().size() >= min_word ? word.kinds() & letters::word : 0u;
    return kinds == letters::lower || kinds == letters::upper;
  }

  // Whole words at the end that are the same on both sides are no part of a token.
  static std::size_t shared_tail(std::string_view left, std::string_view right) {
    const auto most = std::min(left.size(), right.size());
    std::size_t tail = 0;
    while (tail < most && left[left.size() - 1 - tail] == right[right.size() - 1 - tail]) ++tail;
    while (tail > 0 && is_word(left[left.size() - tail])) --tail;
    return tail;
  }

  const Texts texts_;
  const bool may_be_time_;
  const WallTime now_;
};

// One walk over two texts.
class Walk {
 public:
  Walk(const Texts& texts, WallTime now)
      : whole_size_(texts.primary.size()), rest_(texts), now_(now) {}

  ValueClass run() {
    auto found = ValueClass::none;
    for (;;) {
      same_ = shared_prefix(rest_.primary, rest_.shadow);
      if (rest_.behind(same_).empty()) return found;
      const auto part = next();
      if (part.value_class == ValueClass::none) return ValueClass::none;
      found = joined(found, part.value_class);
      rest_ = rest_.behind(part.reach);
    }
  }

 private:
  // The part that holds the next difference; its reach is from the beginning of the rest.
  Part next() const {
    for (auto at = same_ - std::min(same_, max_lead); at <= same_; ++at) {
      if (!begins_word(at)) continue;
      if (const auto part = form_at(at)) return *part;
    }
    if (const auto part = web_tokens()) return *part;
    return runs();
  }

  bool begins_word(std::size_t at) const { return at == 0 || !is_word(rest_.primary[at - 1]); }
  // What stands there is not the fraction of a number, and not below zero.
  bool may_be_time(std::size_t at) const {
    if (at == 0) return true;
    const char before = rest_.primary[at - 1];
    if (before == '.') return at < 2 || !ascii::is_digit(rest_.primary[at - 2]);
    if (before != '-') return true;
    return at < 2 ? rest_.primary.size() < whole_size_ : is_word(rest_.primary[at - 2]);
  }
  Part part_at(std::size_t at, ValueClass value_class, const Reach& reach) const {
    return {value_class, {at + reach.primary, at + reach.shadow}};
  }

  // A UUID or a moment that begins there and does not end before the difference.
  std::optional<Part> form_at(std::size_t at) const {
    const auto texts = rest_.behind(at);
    if (const auto found = uuids(texts)) {
      return part_at(at, found->value_class, found->reach);
    }
    if (!may_be_time(at)) return std::nullopt;
    const auto reach = reach_of_moments(texts.primary, texts.shadow, now_);
    if (!reach || at + std::max(reach.primary, reach.shadow) <= same_) return std::nullopt;
    return part_at(at, ValueClass::time, reach);
  }

  // JSON Web Tokens that differ behind their headers.
  std::optional<Part> web_tokens() const {
    auto at = same_;
    while (at > 0 && is_web_token(rest_.primary[at - 1])) --at;
    const auto texts = rest_.behind(at);
    if (!texts.primary.starts_with("eyJ")) return std::nullopt;
    const auto left = find_jwt(texts.primary, 0);
    const auto right = find_jwt(texts.shadow, 0);
    const bool is_both = left && right && left->begin == 0 && right->begin == 0;
    if (!is_both || at + left->end <= same_) return std::nullopt;
    const auto parts = texts.first({left->end, right->end});
    const auto header = parts.primary.find('.') + 1;
    if (at + header > same_) return Part{};
    const auto left_signature = parts.primary.size() - parts.primary.rfind('.');
    const auto right_signature = parts.shadow.size() - parts.shadow.rfind('.');
    const auto gap = std::max(left->end, right->end) - std::min(left->end, right->end);
    if (left_signature != right_signature || gap > max_payload_gap) return Part{};
    return part_at(at, ValueClass::token, {left->end, right->end});
  }
  static bool is_web_token(char c) { return is_word(c) || c == '-' || c == '_' || c == '.'; }

  // Letters, digits and marks around the difference, from the beginning of a word.
  Part runs() const {
    auto at = same_;
    while (at > 0 && is_word(rest_.primary[at - 1])) --at;
    if (at > 0 && is_escape_of_one(at - 1)) --at;
    const auto texts = rest_.behind(at);
    if (at > 0 && rest_.primary[at - 1] == '#' && are_colours(texts)) return {};
    const auto part = Run(texts, may_be_time(at), now_).part();
    return part_at(at, part.value_class, part.reach);
  }
  bool is_escape_of_one(std::size_t at) const {
    const auto texts = rest_.behind(at);
    return letters::is_escape(texts.primary) || letters::is_escape(texts.shadow);
  }
  static bool are_colours(const Texts& texts) {
    return letters::count(texts.primary, letters::word) <= max_colour_digits &&
           letters::count(texts.shadow, letters::word) <= max_colour_digits;
  }

  const std::size_t whole_size_;  // of the primary's
  Texts rest_;                    // behind the last part
  const WallTime now_;
  std::size_t same_ = 0;  // of the rest, before the next difference
};

// Of UTF-8: all bytes but those that continue one, eight at a time.
std::size_t characters(std::string_view text) {
  std::size_t count = text.size();
  for (std::uint64_t eight; text.size() >= sizeof eight; text.remove_prefix(sizeof eight)) {
    std::memcpy(&eight, text.data(), sizeof eight);
    constexpr std::uint64_t ones = 0x0101010101010101;
    count -= static_cast<std::size_t>(std::popcount((eight >> 7) & (~eight >> 6) & ones));
  }
  for (const char c : text) count -= (static_cast<unsigned char>(c) & 0xc0u) == 0x80u ? 1 : 0;
  return count;
}

// 7.0 and 7 are one number, spelled by two serialisers.
std::string_view without_empty_fraction(std::string_view number) {
  const auto end = number.find_last_not_of('0');
  const bool is_empty = end != number.npos && number[end] == '.';
  return is_empty ? number.substr(0, end) : number;
}

}  // namespace

ValueClass common_class(std::string_view primary, std::string_view shadow, WallTime now) {
  const auto most = std::max(primary.size(), shadow.size());
  if (most > limits::max_classified_bytes) return ValueClass::none;
  return Walk({primary, shadow}, now).run();
}

ValueClass common_class_of_numbers(std::string_view primary, std::string_view shadow,
                                   WallTime now) {
  primary = without_empty_fraction(primary);
  shadow = without_empty_fraction(shadow);
  const auto reach = reach_of_moments(primary, shadow, now);
  const bool is_time = reach && reach.primary == primary.size() && reach.shadow == shadow.size();
  if (is_time) return ValueClass::time;
  return are_snowflakes(primary, shadow, now) ? ValueClass::token : ValueClass::none;
}

Lean lean_of_texts(std::string_view primary, std::string_view shadow) {
  const auto same = shared_prefix(primary, shadow);
  primary.remove_prefix(same);
  shadow.remove_prefix(same);
  const auto by_length = lean_of(characters(primary), characters(shadow));
  if (by_length != Lean::none) return by_length;
  const auto by_bytes = lean_of(primary.size(), shadow.size());
  if (by_bytes != Lean::none || primary == shadow) return by_bytes;
  return shadow < primary ? Lean::less : Lean::greater;
}

Lean lean_of_numbers(std::string_view primary, std::string_view shadow) {
  const auto order = number_order(primary, shadow);
  if (order == 0) return Lean::none;
  return order > 0 ? Lean::less : Lean::greater;
}

Likeness likeness_of_texts(std::string_view primary, std::string_view shadow, WallTime now) {
  return {common_class(primary, shadow, now), lean_of_texts(primary, shadow)};
}

Likeness likeness_of_numbers(std::string_view primary, std::string_view shadow, WallTime now) {
  return {common_class_of_numbers(primary, shadow, now), lean_of_numbers(primary, shadow)};
}

}  // namespace understudy::diff
