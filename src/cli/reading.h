#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"
#include "understudy/cli/options.h"
#include "understudy/report/exchanges.h"
#include "understudy/report/render.h"

// What the reading verbs share.
namespace understudy::cli {

report::Style style_of(const OutputOptions& options);
report::Filter filter_of(const Filters& filters);

// Says on stderr what went wrong; exit_error.
int complain(std::string_view verb, const Error& error);

// Writes to stdout. False when nobody reads there any more, or it cannot be written; only the
// second is said on stderr.
bool print(std::string_view text);
// print() and what the verb then exits with: `exit_code`, unless the text could not be written.
int finish(std::string_view text, int exit_code);

// What errno says of a file that could not be written; io.
Error cannot_write(const std::string& file);
// Errors: io.
Result<void> write_file(const std::string& file, std::string_view text);

// "reading the log: 42 %" on stderr, if that is a terminal and it takes longer than a moment.
class ProgressLine {
 public:
  ProgressLine();
  // Wipes the line.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::uint64_t done, std::uint64_t total);

 private:
  const bool is_terminal_;
  Instant next_;
  bool is_shown_ = false;
};

}  // namespace understudy::cli
