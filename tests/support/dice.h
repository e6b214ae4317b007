#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace understudy::support {

// Numbers that are the same on every machine (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15) {}

  std::size_t below(std::size_t end) { return next() % end; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <typename Choices>
  auto one_of(const Choices& choices) {
    return *(std::begin(choices) + static_cast<std::ptrdiff_t>(below(std::size(choices))));
  }
  std::uint64_t next() {
    auto value = state_ += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace understudy::support
