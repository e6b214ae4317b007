#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// One entry file for each target, <target>_fuzz.cc, defines the function below. It is linked with
// driver.cc into a test, and, with -Dfuzz=true, with libFuzzer. Its inputs are in corpus/<target>,
// the words of its format in words/<target>.dict.

// The entry point that libFuzzer knows. A broken promise ends in understudy::fuzz::must().
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace understudy::fuzz {

// Ends the process when a promise does not hold: libFuzzer and the driver then show the input.
inline void must(bool holds, std::string_view promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The first line of `text`, which loses it; empty when there is nothing left.
inline std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
  return line;
}

// Numbers that look random and are the same on every machine (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t roll() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }
  // Below `sides`, which is not 0.
  std::size_t below(std::size_t sides) { return static_cast<std::size_t>(roll() % sides); }

 private:
  std::uint64_t state_;
};

}  // namespace understudy::fuzz
