#include "understudy/http/field_id.h"

#include <array>

#include "known_fields.h"
#include "understudy/base/ascii.h"

namespace understudy::http {
namespace {

constexpr std::size_t slot_count = 128;

// Length, first and last letter tell the known names apart; the factors were found by trying. Bit
// 32 is what sets apart the cases of a letter.
constexpr std::size_t slot_of(std::string_view name) {
  constexpr unsigned size_factor = 2, first_factor = 24, case_bit = 32;
  const auto first = static_cast<unsigned char>(name.front()) | case_bit;
  const auto last = static_cast<unsigned char>(name.back()) | case_bit;
  return (name.size() * size_factor + first * first_factor + last) % slot_count;
}

using Slots = std::array<FieldId, slot_count>;

constexpr Slots make_slots() {
  Slots slots{};
  for (const KnownField& field : known_fields) {
    if (is_one_name(field.id)) slots[slot_of(field.name)] = field.id;
  }
  return slots;
}

constexpr Slots slots = make_slots();

constexpr bool is_table_sound() {
  std::size_t index = 0;
  for (const KnownField& field : known_fields) {
    if (static_cast<std::size_t>(field.id) != index++) return false;
    if (is_one_name(field.id) && slots[slot_of(field.name)] != field.id) return false;
  }
  return true;
}

static_assert(is_table_sound(), "the order is that of the ids, and each name has its own slot");

bool begins_as(FieldId id, std::string_view name) {
  const std::string_view beginning = known(id).name;
  return ascii::iequals(name.substr(0, beginning.size()), beginning);
}

}  // namespace

FieldId field_id(std::string_view name) {
  if (name.empty()) return FieldId::other;
  const FieldId candidate = slots[slot_of(name)];
  const std::string_view usual = known(candidate).name;
  if (name == usual || ascii::iequals(name, usual)) return candidate;  // nearly always the former
  for (const FieldId id : {FieldId::other_content, FieldId::other_if, FieldId::other_x_forwarded}) {
    if (begins_as(id, name)) return id;
  }
  return FieldId::other;
}

}  // namespace understudy::http
