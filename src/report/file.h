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

// Visits the lines of `file` from `offset` on; the visitor's false ends that. Errors: io, and those
// of the visitor.
Result<void> each_line(const File& file, std::uint64_t offset,
                       const std::function<Result<bool>(const RawLine&)>& visit);

}  // namespace understudy::report
