#include "mutation.h"

namespace understudy::fuzz {
namespace {

// Longer inputs find nothing that shorter ones do not, and take longer.
constexpr std::size_t longest_input = 2048;
constexpr std::size_t longest_copy = 64;
constexpr std::size_t cuts_one_in = 4;  // cutting too often leaves little to read
constexpr std::string_view marks{"\r\n \t:;,=\0\x7f\xff\"09aAF/*?#", 22};

std::string any_part(Dice& dice, std::string_view text) {
  if (text.empty()) return {};
  const std::size_t at = dice.below(text.size());
  return std::string(text.substr(at, 1 + dice.below(longest_copy)));
}

}  // namespace

void mutate(Dice& dice, const Vocabulary& vocabulary, std::string& text) {
  enum { flip, mark, insert_mark, word, erase, repeat, splice, cut, kinds };
  const auto& [words, inputs] = vocabulary;
  const std::size_t at = dice.below(text.size() + 1);
  const char any_mark = marks[dice.below(marks.size())];
  const auto kind = dice.below(kinds);
  const bool has_byte = at < text.size();
  if (kind == flip && has_byte) text[at] = static_cast<char>(text[at] ^ (1 << dice.below(8)));
  if (kind == mark && has_byte) text[at] = any_mark;
  if (kind == insert_mark) text.insert(at, 1, any_mark);
  if (kind == word && !words.empty()) text.insert(at, words[dice.below(words.size())]);
  if (kind == erase) text.erase(at, 1 + dice.below(longest_copy));
  if (kind == repeat) text.insert(at, any_part(dice, text));
  if (kind == splice) text.insert(at, any_part(dice, inputs[dice.below(inputs.size())]));
  if (kind == cut && dice.below(cuts_one_in) == 0) text.resize(at);
  if (text.size() > longest_input) text.resize(longest_input);
}

}  // namespace understudy::fuzz
