// Configurations from whatever comes. Promises:
// - there is either a configuration or at least one problem, and each says where and what in a
// line;
// - a configuration written as TOML loads again, without a word, and is written the same;
// - of accepted differences each can be removed alone, or is left to people; one can be added;
// - durations, sizes and numbers are written so that they read back the same.

#include <algorithm>
#include <string>

#include "fuzz.h"
#include "understudy/config/accepted.h"
#include "understudy/config/loader.h"
#include "understudy/config/print.h"
#include "understudy/config/values.h"

namespace {

using namespace understudy;
using fuzz::must;

config::Loaded load(std::string_view text) {
  config::Sources sources;
  sources.file_name = "fuzz.toml";
  sources.file_text = text;
  return config::load(sources);
}

void check_told(const std::vector<config::Problem>& problems) {
  for (const auto& problem : problems) {
    const auto line = config::to_string(problem);
    must(!problem.message.empty(), "a problem has a message");
    must(std::none_of(line.begin(), line.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }),
         "a problem is one line without control characters");
  }
}

void check_configuration(std::string_view text) {
  const auto loaded = load(text);
  must(loaded.config.has_value() == loaded.problems.empty(), "a configuration, or its problems");
  check_told(loaded.problems);
  check_told(loaded.warnings);
  if (!loaded.config) return;
  const auto written = config::to_toml(*loaded.config);
  const auto again = load(written);
  must(again.config.has_value(), "a written configuration loads");
  must(config::to_toml(*again.config) == written, "a configuration reads back the same");
}

void check_accepted(const std::string& text) {
  const auto accepted = config::read_accepted("fuzz.toml", text);
  check_told(accepted.problems);
  if (!accepted.problems.empty()) return;
  for (const auto& entry : accepted.entries) {
    const auto left = config::without_acceptance(text, entry);
    if (!left) continue;
    const auto again = config::read_accepted("fuzz.toml", *left);
    must(again.entries.size() + 1 == accepted.entries.size(), "one entry is removed");
  }
  config::Acceptance entry;
  entry.signature = "(a signature of nobody)";
  entry.reason = "a reason";
  entry.places = {"/a value"};
  const auto more = config::read_accepted("fuzz.toml", config::with_acceptance(text, entry));
  // Behind an inline array no table of it may follow.
  if (more.problems.empty()) {
    must(more.entries.size() == accepted.entries.size() + 1, "one entry is added");
  }
}

void check_values(std::string_view text) {
  if (const auto duration = config::parse_duration(text)) {
    const auto again = config::parse_duration(config::print_duration(*duration));
    must(again && *again == *duration, "a duration reads back the same");
  }
  if (const auto size = config::parse_size(text)) {
    const auto again = config::parse_size(config::print_size(*size));
    must(again && *again == *size, "a size reads back the same");
  }
  if (const auto url = config::parse_url(text)) {
    must(text.find_first_of(std::string_view("\0\r\n", 3)) == text.npos, "an URL is one line");
    const bool is_path = text.substr(0, 5) == "unix:";  // where a space is a character
    must(is_path || text.find(' ') == text.npos, "an URL with a host is one word");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  check_values(text);
  check_configuration(text);
  check_accepted(std::string(text));
  return 0;
}
