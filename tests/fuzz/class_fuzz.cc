// Two values that differ, the first two lines. Promises: their class is the same both ways round
// and between other words; the same text twice is of no class; to lean is to lean the other way
// when they change places.

#include <string>

#include "diff/value_class.h"
#include "fuzz.h"
#include "understudy/base/ascii.h"

namespace {

using namespace understudy;
using diff::Lean;
using diff::ValueClass;
using fuzz::must;

const WallTime now = *from_rfc3339("2026-11-28T20:10:54Z");

Lean mirrored(Lean lean) {
  if (lean == Lean::none) return lean;
  return lean == Lean::less ? Lean::greater : Lean::less;
}

void check_texts(std::string_view left, std::string_view right) {
  const auto found = diff::common_class(left, right, now);
  must(found == diff::common_class(right, left, now), "a class is the same both ways round");
  must(diff::common_class(left, left, now) == ValueClass::none, "the same has no class");
  const auto lean = diff::lean_of_texts(left, right);
  must(lean == mirrored(diff::lean_of_texts(right, left)), "texts lean the other way, turned");
  must((lean == Lean::none) == (left == right), "of two texts one is less");
  if (left.size() > 1000 || right.size() > 1000) return;
  const auto among = [](std::string_view text) { return "see (" + std::string(text) + ") there"; };
  const auto inner = diff::common_class(among(left), among(right), now);
  must(inner == found, "a class is the same among other words");
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == text.npos &&
         ascii::is_digit(text.front()) && ascii::is_digit(text.back()) &&
         text.find('.') == text.rfind('.');
}

void check_numbers(std::string_view left, std::string_view right) {
  if (!is_number(left) || !is_number(right)) return;
  must(diff::common_class_of_numbers(left, right, now) ==
           diff::common_class_of_numbers(right, left, now),
       "a number's class is the same both ways round");
  must(diff::lean_of_numbers(left, right) == mirrored(diff::lean_of_numbers(right, left)),
       "numbers lean the other way, turned");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  const auto first = fuzz::take_line(text);
  const auto second = fuzz::take_line(text);
  check_texts(first, second);
  check_numbers(first, second);
  return 0;
}
