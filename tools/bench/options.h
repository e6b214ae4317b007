#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::bench {

// The words behind a program's name: `--name value` and `--flag`.
//
// Promise: what is wrong with them is said on stderr, and the program ends with 2.
class Options {
 public:
  Options(int count, char** words) : words_(words + 1, words + count) {}

  std::string text(std::string_view name, std::string_view otherwise);
  std::uint64_t number(std::string_view name, std::uint64_t otherwise, std::uint64_t most);
  bool flag(std::string_view name);
  // To be called last: every word must have been asked for.
  void end();

 private:
  [[noreturn]] static void wrong(std::string_view what, std::string_view word);

  std::vector<std::string> words_;
};

}  // namespace understudy::bench
