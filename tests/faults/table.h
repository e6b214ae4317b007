#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "support/belongings.h"

namespace understudy::faults {

// Plays twice: what is made once for a process is made by the first play, and the second one leaves
// neither a descriptor nor a byte behind.
template <typename Play>
void leaves_nothing(Play play) {
  play();
  const auto before = support::Belongings::now();
  play();
  const auto after = support::Belongings::now();
  CHECK(after.descriptors == before.descriptors);
  CHECK(after.bytes == before.bytes);
}

// Makes each row of a table a test of its own, with its own name.
template <auto& rows, auto play>
class Table {
 public:
  // `name_of(row)` is a sentence.
  template <typename Name>
  explicit Table(Name name_of) {
    add(name_of, std::make_index_sequence<std::size(rows)>());
  }

 private:
  template <std::size_t row>
  static void run() {
    play(rows[row]);
  }
  template <typename Name, std::size_t... row>
  void add(Name name_of, std::index_sequence<row...>) {
    (add_one(&run<row>, row, name_of(rows[row])), ...);
  }
  void add_one(void (*test)(), std::size_t row, std::string name) {
    names_.push_back(std::move(name));
    doctest::detail::TestCase made(test, __FILE__, static_cast<unsigned>(row),
                                   doctest_detail_test_suite_ns::getCurrentTestSuite());
    doctest::detail::regTest(made * names_.back().c_str());
  }

  std::deque<std::string> names_;  // doctest keeps pointers to them
};

}  // namespace understudy::faults
