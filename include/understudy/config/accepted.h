#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"
#include "understudy/config/loader.h"

// The file that says which differences are meant: plain TOML, made for git. People may edit it;
// what is added goes behind, what is removed takes its own lines only.
namespace understudy::config {

// The file's usual name.
constexpr const char* accepted_file = "understudy-accepted.toml";

// A difference that somebody accepts: one [[accept]] table.
struct Acceptance {
  std::string signature;
  std::string endpoint;             // for readers
  std::vector<std::string> places;  // as print_place() writes them; empty: not known
  std::string shadow;               // empty: of every shadow
  std::string reason;
  std::string author;
  std::string accepted;    // the day (UTC): "2026-12-31"
  std::string until;       // the last day (UTC) on which it holds; empty: for ever
  std::uint32_t line = 0;  // where its table begins; 0: in no file yet

  bool holds_on(std::string_view day) const { return until.empty() || day <= until; }
  bool is_for(std::string_view name) const { return shadow.empty() || shadow == name; }
};

// "/items/*/price" and "value" -> "/items/*/price value".
std::string print_place(std::string_view place, std::string_view kind);

// What a file says, or everything that is wrong with it.
struct Accepted {
  std::vector<Acceptance> entries;  // in the file's order
  std::vector<Problem> problems;
};
Accepted read_accepted(const std::string& file_name, const std::string& text);

// The file with one entry more. An empty one gets a line that says what it is.
std::string with_acceptance(std::string text, Acceptance entry);

// The file without one of its entries: comments around it stay. Errors (bad_input): the entry does
// not stand in lines of its own.
Result<std::string> without_acceptance(const std::string& text, const Acceptance& entry);

// Good for Acceptance::until and accepted: "2026-12-31". Errors: as in values.h.
Result<void> check_day(std::string_view text);

}  // namespace understudy::config
