#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/base/cpus.h"
#include "understudy/base/limits.h"
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

// What a reader made of one part of a log.
class Part {
 public:
  virtual ~Part() = default;
  // Adds it to the whole. Called for each part in the order of the log, by one thread at a time;
  // false ends the scan.
  virtual bool take() = 0;
};

// Reads parts of a log, each whole and in order; other readers read those in between.
//
// Owner: Log::scan_parts, which has one for each of its threads.
class PartReader {
 public:
  virtual ~PartReader() = default;
  virtual void read(const Line& line) = 0;
  // What it made of the lines since the last part.
  virtual std::unique_ptr<Part> finish() = 0;
};

// How a log is read; what comes of it is the same.
struct Reading {
  unsigned threads = usable_cpus();
  // What a thread takes at once: large enough to cost nothing, small enough to be held by each.
  std::size_t part_bytes = limits::log_read_bytes;
};

// The segments of one or more logs, oldest first, read line by line in bounded memory by as many
// threads as the process may use.
class Log {
 public:
  // Each path is a directory of *.ndjson segments or one file. Errors: a path does not exist,
  // cannot be read, or is a directory without segments.
  static Result<Log> open(const std::vector<std::string>& paths, const Reading& reading = {});

  const std::vector<std::string>& files() const { return files_; }
  std::uint64_t total_bytes() const { return total_bytes_; }

  // Told now and then how many bytes were read, and how many there are; by one thread at a time.
  using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;
  using StartReader = std::function<std::unique_ptr<PartReader>()>;
  // Shows every line of every file to one of the readers that `start` makes, one for each thread.
  // Errors: io; bad_input for a newer schema_version: the first in the log, behind all that comes
  // before it.
  Result<void> scan_parts(const StartReader& start, const Progress& progress = {}) const;

  // Asked for each line by several threads at a time.
  using Wants = std::function<bool(const Line& line)>;
  // False ends the scan.
  using Visitor = std::function<bool(const Line& line)>;
  // Visits the wanted ones of all lines in order, one at a time. Errors: as scan_parts.
  Result<void> scan(const Wants& wants, const Visitor& visit) const;

  // One line again. Errors: io.
  Result<std::string> read(const Location& at) const;

 private:
  std::vector<std::string> files_;
  std::uint64_t total_bytes_ = 0;
  Reading reading_;
};

// The *.ndjson files in a directory, sorted. Empty if it cannot be read.
std::vector<std::string> segment_files(const std::string& directory);

}  // namespace understudy::report
