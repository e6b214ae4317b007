#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "understudy/base/result.h"

namespace understudy::report {

// One file opened for reading.
class File {
 public:
  static Result<File> open(const std::string& path);
  ~File();
  File(File&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&&) = delete;

  // Up to `size` bytes from `offset` into `buffer`; 0 at the end. Errors: io.
  Result<std::size_t> read(char* buffer, std::size_t size, std::uint64_t offset) const;
  // As the system knows it now; 0 when it does not.
  std::uint64_t size() const;

 private:
  File(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_;
};

// One line as it was read.
struct RawLine {
  std::string_view text;
  std::uint64_t offset = 0;
  bool is_whole = true;  // false: only the end of a line that is longer than any record
  bool is_ended = true;  // false: the file ends without a newline
};

// A part of a file; of the lines, those that begin in it.
struct Stretch {
  std::uint64_t begin = 0;
  std::uint64_t end = UINT64_MAX;
};

// Reads lines, in memory that it uses again.
class LineReader {
 public:
  using Visit = std::function<Result<bool>(const RawLine&)>;

  // Visits the lines of `file` from `begin` on, where one begins; the visitor's false ends that.
  // Errors: io, and those of the visitor.
  Result<void> each_from(const File& file, std::uint64_t begin, const Visit& visit);
  // The lines that begin in `stretch`. Of stretches that adjoin, each line is visited in one.
  Result<void> each_in(const File& file, const Stretch& stretch, const Visit& visit);

 private:
  void start(const File& file, const Stretch& stretch);
  Result<void> visit_all(const Visit& visit);
  Result<bool> fill();
  void grow();
  Result<bool> pass_line();
  RawLine next();
  RawLine rest() const;
  std::uint64_t position() const { return offset_ + begin_; }
  bool is_past_end() const { return !skips_ && position() >= stretch_.end; }

  const File* file_ = nullptr;
  Stretch stretch_;
  std::string bytes_;
  std::uint64_t offset_ = 0;                        // in the file, of bytes_[0]
  std::size_t begin_ = 0, searched_ = 0, end_ = 0;  // not yet taken; without a newline up to
  bool skips_ = false;  // what comes is the end of a line whose beginning is forgotten
};

}  // namespace understudy::report
