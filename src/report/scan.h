#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "report/file.h"
#include "understudy/base/result.h"
#include "understudy/report/log.h"

namespace understudy::report {

// Reads a log's parts on several threads, of which the caller's is one. Whoever has read the part
// whose turn it is takes it and all that wait behind it: nobody waits for a thread that is slow,
// unless too many parts do.
//
//   parts:  handed out to a thread --> waiting for their turn --> taken, one after the other
//
// Owner:   Log::scan_parts.
// Promise: at most `parts_ahead` parts for each thread are between the first and the last state.
class Scan {
 public:
  // All must outlive this.
  Scan(const Log& log, const Reading& reading, const Log::Progress& progress);
  // Once. Ends when all parts are taken, with the first error, or when a part wants no more.
  Result<void> run(const Log::StartReader& start);

 private:
  static constexpr std::size_t parts_ahead = 4;

  // A part to read.
  struct Job {
    std::size_t number = 0;
    std::size_t file_index = 0;
    Result<std::shared_ptr<const File>> file;
    Stretch stretch;
    std::uint64_t bytes = 0;
  };
  // One that was read. An error may end it, and the log with it.
  struct Done {
    Result<void> read;
    std::unique_ptr<Part> part;
    std::uint64_t bytes = 0;
  };
  // What a thread has for itself.
  struct Desk {
    std::unique_ptr<PartReader> reader;
    LineReader lines;
  };

  void work(Desk& desk);
  std::optional<Job> next_job();
  Job cut_job();
  Done read(const Job& job, Desk& desk) const;
  void put(std::size_t number, Done done);
  bool take(const Done& done);
  bool has_more_jobs() const { return file_ || file_index_ < log_.files().size(); }

  const Log& log_;
  const Reading reading_;
  const Log::Progress& progress_;
  const std::size_t threads_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable is_room_;
  std::shared_ptr<const File> file_;  // of which parts are handed out
  std::size_t file_index_ = 0;
  std::uint64_t file_bytes_ = 0, cut_ = 0;  // its size when it was opened; handed out
  std::size_t handed_out_ = 0, taken_ = 0;  // parts
  std::map<std::size_t, Done> waiting_;     // by number
  bool is_taking_ = false;                  // somebody is
  bool is_over_ = false;

  // Of the thread that takes.
  Result<void> result_;
  std::uint64_t bytes_ = 0;
};

}  // namespace understudy::report
