#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "diff/letters.h"

namespace understudy::diff {

// The letters and digits at the beginning of a text, or with marks and escapes as well, and what
// they are made of.
class Profile {
 public:
  // Requires: at most limits::max_classified_bytes, so no sum overflows.
  static Profile of_word(std::string_view text) { return Profile(text, letters::word); }
  static Profile of_run(std::string_view text) { return Profile(text, letters::run); }

  std::string_view text() const { return text_; }
  std::size_t size() const { return size_; }  // an escape counts as one
  unsigned kinds() const { return kinds_; }   // letters::Kind
  unsigned cases() const { return kinds_ & (letters::lower | letters::upper); }
  // Marks that only one of base64 and base64url has.
  unsigned alphabet() const { return kinds_ & (letters::base64 | letters::base64url); }
  bool is_hex() const { return is_hex_; }  // but for marks
  // Of neighbours that are letters or digits: all, and those of two kinds. A small letter behind a
  // capital is of the same: names begin so.
  std::uint32_t pairs() const { return passed_ >> 16; }
  std::uint32_t steps() const { return passed_ & 0xffffu; }

 private:
  Profile(std::string_view text, unsigned kinds);

  std::string_view text_;
  std::size_t size_ = 0;
  unsigned kinds_ = 0;
  std::uint32_t passed_ = 0;  // pairs in the upper half
  bool is_hex_ = false;
};

// Whether two different words look random, in the same way.
//
// Both have the same length and the same cases of letters. Hexadecimal digits of one case from 8
// on, letters and digits of one case from 12 on, of both cases from 10 on, if kinds of characters
// alternate as they do by chance and not in words, names and numbers. Short ones must differ in
// half of their characters, which counters and article numbers do not.
bool are_token_words(const Profile& primary, const Profile& shadow);

// The same of runs with the marks of base64 or base64url, or "-" and "_" between words, from 16 on.
bool are_token_runs(const Profile& primary, const Profile& shadow);

}  // namespace understudy::diff
