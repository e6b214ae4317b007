#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/result.h"

namespace understudy::report {

// Where one line of a log stands.
struct Location {
  std::size_t file = 0;  // index of Log::files()
  std::uint64_t offset = 0;
  std::size_t size = 0;  // without the newline
};

// What a line is, told from its beginning and end. `torn`: not a record, or only a part of one;
// `unknown`: a record of a kind that this program does not know.
enum class LineKind { window, exchange, torn, unknown };

// One line of a log, seen: valid until the visitor returns.
struct Line {
  LineKind kind = LineKind::torn;
  std::string_view text;
  Location at;
};

// Errors (bad_input) for a record of a newer schema_version; `where` names it in the message.
Result<LineKind> classify(std::string_view text, const std::string& where);

// The segments of one or more logs, oldest first, read line by line in bounded memory.
class Log {
 public:
  // Each path is a directory of *.ndjson segments or one file. Errors: a path does not exist,
  // cannot be read, or is a directory without segments.
  static Result<Log> open(const std::vector<std::string>& paths);

  const std::vector<std::string>& files() const { return files_; }
  std::uint64_t total_bytes() const { return total_bytes_; }

  // False ends the scan.
  using Visitor = std::function<bool(const Line& line)>;
  // Told now and then how many bytes were read, and how many there are.
  using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

  // Visits every line of every file in order. Errors: io; bad_input for a newer schema_version.
  Result<void> scan(const Visitor& visit, const Progress& progress = {}) const;

  // One line again. Errors: io.
  Result<std::string> read(const Location& at) const;

 private:
  std::vector<std::string> files_;
  std::uint64_t total_bytes_ = 0;
};

// The *.ndjson files in a directory, sorted. Empty if it cannot be read.
std::vector<std::string> segment_files(const std::string& directory);

}  // namespace understudy::report
