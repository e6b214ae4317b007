#pragma once

#include <string>
#include <vector>

#include "fuzz.h"

namespace understudy::fuzz {

// What mutations are made of.
struct Vocabulary {
  std::vector<std::string> words;   // of the format, inserted whole
  std::vector<std::string> inputs;  // that parts are taken from; at least one
};

// Changes a bit, a byte, a word or a stretch.
void mutate(Dice& dice, const Vocabulary& vocabulary, std::string& text);

}  // namespace understudy::fuzz
