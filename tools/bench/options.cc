#include "bench/options.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace understudy::bench {

std::string Options::text(std::string_view name, std::string_view otherwise) {
  const auto found = std::find(words_.begin(), words_.end(), name);
  if (found == words_.end()) return std::string(otherwise);
  if (found + 1 == words_.end()) wrong("a value is missing for", name);
  std::string value = *(found + 1);
  words_.erase(found, found + 2);
  return value;
}

std::uint64_t Options::number(std::string_view name, std::uint64_t otherwise, std::uint64_t most) {
  const std::string digits = text(name, std::to_string(otherwise));
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stopped != end || value > most) wrong("out of range:", name);
  return value;
}

bool Options::flag(std::string_view name) {
  const auto found = std::find(words_.begin(), words_.end(), name);
  if (found == words_.end()) return false;
  words_.erase(found);
  return true;
}

void Options::end() {
  if (!words_.empty()) wrong("not understood:", words_.front());
}

void Options::wrong(std::string_view what, std::string_view word) {
  std::fprintf(stderr, "%.*s %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(word.size()), word.data());
  std::exit(2);
}

}  // namespace understudy::bench
