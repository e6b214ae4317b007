#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Servers as plain functions: bytes to requests. The strict one takes nothing but the plainest
// HTTP/1.1; the lenient ones read as loosely as servers do, or did. Whatever a proxy lets through,
// they must all read alike. Own readings, so that they share no mistake with the code under test.
namespace understudy::desync {

// One request as a server saw it.
struct Request {
  std::string method;
  std::string target;
  std::string body;
  bool upgrades = false;  // a field says so
  bool operator==(const Request&) const = default;
};

// What a server makes of everything that one connection brought.
struct Reading {
  std::vector<Request> requests;  // the complete ones
  enum class End {
    clean,       // between two requests
    unfinished,  // in the middle of one
    refused,     // at something that this server does not take
  } end = End::clean;
};

// Where a lenient server takes a freedom. Each is one that servers in use have taken.
struct Habits {
  bool bare_cr_ends_lines = false;
  bool controls_end_lines = false;    // VT, FF, FS, GS, RS, as some languages split lines
  bool nul_ends_values = false;       // as strings of C do
  bool ignores_folds = false;         // a folded line is a field of its own
  bool blank_line_ends_head = false;  // a line of white space is an empty one
  bool length_beats_chunked = false;
  bool last_length_counts = false;
  bool any_coding_with_chunked = false;  // "chunked" anywhere in the value, else the exact word
  bool lengths_have_bases = false;       // 0x10 and 010, as strtol reads them
  bool sizes_wrap = false;               // chunk sizes have 32 bits
  bool skips_two_after_chunks = false;   // whatever they are
};
// The n-th of all combinations; 0 has none of them.
Habits habits(std::uint64_t number);
constexpr std::uint64_t all_habits = (1u << 11) - 1;

Reading read_strictly(std::string_view bytes);
// Beside its habits it ends lines with LF, skips empty lines, cuts white space around names, splits
// the request line at any white space, and takes numbers as far as they are numbers.
Reading read_leniently(std::string_view bytes, const Habits& habits);

}  // namespace understudy::desync
