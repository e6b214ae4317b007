#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"

namespace understudy::record {

// One segment being written. Whatever happens to the disk, the file ends after a whole line.
//
// Owner:   the writer's thread.
// Promise: while it is open it is locked (flock), so that no writer sharing the directory removes
// it.
class Segment {
 public:
  // Errors: io; also when the file exists already.
  static Result<Segment> create(const std::string& path);
  // Syncs and closes; a segment without a line is removed again.
  ~Segment();
  Segment(Segment&& other) noexcept;
  Segment& operator=(Segment&&) = delete;

  // Appends `lines`, each ended by a newline. Returns how many bytes of whole lines the file took;
  // less than all of them means that the disk refused, and errno says why.
  std::size_t append(std::string_view lines);
  std::size_t size() const { return size_; }

 private:
  Segment(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_;
  std::size_t size_ = 0;
};

// "20260101T000000.000000Z-<instance>-000001.ndjson": names sort by time.
std::string segment_name(WallTime time, std::uint64_t instance, std::uint64_t number);
bool is_segment_name(std::string_view name);

// Makes the directory (0700) unless it is there. Errors: io.
Result<void> make_directory(const std::string& path);

// Removes the oldest segments, of any writer, until the rest holds at most `keep_bytes`; never one
// that is being written. Returns how many went.
std::uint64_t remove_oldest(const std::string& directory, std::uint64_t keep_bytes);

}  // namespace understudy::record
