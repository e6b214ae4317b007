#include "understudy/diff/contract.h"

#include <algorithm>

#include "diff/places.h"
#include "understudy/base/ascii.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/diff/finding.h"
#include "understudy/http/head.h"
#include "understudy/json/document.h"

namespace understudy::diff {

namespace {

// Behind the first answers of the sample comes one for each so many that were counted.
constexpr std::uint64_t counted_for_one_more = 32;
// What the primary does in one of so many cases it does at times; less often may be a mishap.
constexpr std::uint64_t cases_for_at_times = 100;
// A set of texts is taken for all that there are when each was seen so often, in so many answers.
constexpr std::uint32_t times_of_each_word = 16;
constexpr std::uint32_t answers_with_words = 32;
constexpr std::size_t most_words = 8;
constexpr std::size_t longest_word = 32;

constexpr std::string_view header_place = "header:";

bool is_at_times(std::uint64_t count, std::uint64_t all) {
  return count != 0 && count * cases_for_at_times >= all;
}

// What a program switches over: "active", "EUR", "not_found".
bool is_word(std::string_view text) {
  if (text.empty() || text.size() > longest_word || !ascii::is_alpha(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '_' || c == '-';
  });
}

// The word that a value's JSON text is; nothing when it is none, or cannot be known: redacted, cut.
std::string_view word_in(const ShownValue& shown) {
  const std::string_view text = shown.text;
  if (shown.is_cut || text.size() < 2 || text.front() != '"') return {};
  const auto inner = text.substr(1, text.size() - 2);
  return is_word(inner) ? inner : std::string_view();
}

// Of JSON text. A pseudonym says nothing of what it stands for.
bool tells_type(std::string_view text) {
  return !text.empty() && !text.starts_with("\"~");
}

json::Type type_of(std::string_view text) {
  switch (text.front()) {
    case '{':
      return json::Type::object;
    case '[':
      return json::Type::array;
    case '"':
      return json::Type::string;
    case 't':
    case 'f':
      return json::Type::boolean;
    case 'n':
      return json::Type::null;
    default:
      return json::Type::number;
  }
}

constexpr auto object_type = static_cast<std::size_t>(json::Type::object);

// The root is "/" for people, and the empty pointer to its children.
std::string_view pointer_of(std::string_view place) {
  return place == "/" ? std::string_view() : place;
}

std::string field_place(std::string_view name) {
  return ascii::to_lower(std::string(header_place).append(name));
}

}  // namespace

bool Contract::wants_next() {
  ++seen_;
  return seen_ >= next_;
}

void Contract::learn(const http::Fields& fields, const json::Value* body, std::size_t room) {
  ++answers_;
  next_ = seen_ + (answers_ < limits::contract_first_answers
                       ? 1
                       : std::max<std::uint64_t>(1, seen_ / counted_for_one_more));
  room_ = room;
  learn_fields(fields);
  if (body != nullptr) learn_body(*body);
}

// Null: there is no room.
Contract::Place* Contract::place_at(std::string_view place) {
  const auto key = hash64(place);
  const auto found = places_.find(key);
  if (found != places_.end()) return &found->second;
  if (room_ == 0) {
    is_full_ = true;
    return nullptr;
  }
  --room_;
  return &places_[key];
}

const Contract::Place* Contract::find(std::string_view place) const {
  const auto found = places_.find(hash64(place));
  return found == places_.end() ? nullptr : &found->second;
}

void Contract::learn_fields(const http::Fields& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto* const place = place_at(field_place(fields[i].name));
    if (place == nullptr || place->last_answer == answers_) continue;
    place->last_answer = answers_;
    ++place->count;
  }
}

void Contract::learn_value(std::string_view at, json::Value value) {
  auto* const place = place_at(at);
  if (place == nullptr) return;
  ++place->count;
  if (place->last_answer != answers_) ++place->answers;
  place->last_answer = answers_;
  ++place->types[static_cast<std::size_t>(value.type())];
  if (value.type() != json::Type::string || place->is_open) return;
  const auto text = value.text();
  const auto word = hash64(text);
  auto& words = place->words;
  if (is_word(text) && std::find(words.begin(), words.end(), word) != words.end()) return;
  place->is_open = !is_word(text) || words.size() == most_words;
  if (place->is_open) {
    words = {};
  } else {
    words.push_back(word);
  }
}

void Contract::learn_body(json::Value root) {
  for_each_place(root, limits::contract_max_values,
                 [this](std::string_view place, json::Value value) { learn_value(place, value); });
}

// Whether the primary leaves the field out at times where it could be.
bool Contract::is_optional(std::string_view place) const {
  if (place.starts_with(header_place)) {
    const auto* const field = find(field_place(place.substr(header_place.size())));
    return field != nullptr && is_at_times(answers_ - field->count, answers_);
  }
  if (!place.starts_with('/')) return false;
  const auto* const object = find(place.substr(0, place.rfind('/')));
  const auto* const field = find(place);
  if (object == nullptr || (field == nullptr && is_full_)) return false;
  const auto objects = object->types[object_type];
  const auto fields = field == nullptr ? 0 : field->count;
  return fields < objects && is_at_times(objects - fields, objects);
}

// Whether the primary itself has values of the shadow's type there.
bool Contract::is_usual_type(std::string_view place, std::string_view shown) const {
  if (!place.starts_with('/') || !tells_type(shown)) return false;
  const auto* const known = find(pointer_of(place));
  if (known == nullptr) return false;
  return is_at_times(known->types[static_cast<std::size_t>(type_of(shown))], known->count);
}

// Whether the primary says one of a few words there, and the shadow something else.
bool Contract::is_outside(const Difference& difference, std::string_view place) const {
  if (!place.starts_with('/') || difference.value_class != ValueClass::none) return false;
  const auto& shadow = difference.shadow.text;
  if (word_in(difference.primary).empty() || !tells_type(shadow) || shadow.front() != '"') {
    return false;
  }
  const auto* const known = find(pointer_of(place));
  if (known == nullptr || known->is_open || known->words.size() < 2) return false;
  const auto times = known->types[static_cast<std::size_t>(json::Type::string)];
  if (known->answers < answers_with_words || times < times_of_each_word * known->words.size()) {
    return false;
  }
  const auto word = word_in(difference.shadow);
  return word.empty() ||
         std::find(known->words.begin(), known->words.end(), hash64(word)) == known->words.end();
}

Severity Contract::severity_of(const Difference& difference, std::string_view place,
                               int primary_status) const {
  const auto usual = diff::severity_of(difference, place, primary_status);
  switch (difference.kind) {
    case Kind::missing:
      return usual == Severity::breaking && is_optional(place) ? Severity::suspicious : usual;
    case Kind::type:
      return usual == Severity::breaking && is_usual_type(place, difference.shadow.text)
                 ? Severity::suspicious
                 : usual;
    case Kind::value:
      return !promises_nothing(primary_status) && is_outside(difference, place) ? Severity::breaking
                                                                                : usual;
    default:
      return usual;
  }
}

}  // namespace understudy::diff
