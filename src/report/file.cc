#include "report/file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "understudy/base/limits.h"

namespace understudy::report {

Result<File> File::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Error{Code::io, Leg::self,
                 fmt::format("cannot read {}: {}", path, std::strerror(errno))};
  }
  return File(path, fd);
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::size_t> File::read(char* buffer, std::size_t size, std::uint64_t offset) const {
  while (true) {
    const auto count = ::pread(fd_, buffer, size, static_cast<off_t>(offset));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    return Error{Code::io, Leg::self,
                 fmt::format("cannot read {}: {}", path_, std::strerror(errno))};
  }
}

namespace {

// The bytes that were read and not yet taken as lines.
class LineBuffer {
 public:
  LineBuffer(const File& file, std::uint64_t offset) : file_(file), offset_(offset) {
    bytes_.resize(limits::log_read_bytes);
  }

  // Reads on behind what is left. True unless the file has ended.
  Result<bool> fill() {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    offset_ += begin_;
    end_ -= begin_;
    begin_ = 0;
    if (end_ == bytes_.size()) grow();
    const auto count = file_.read(bytes_.data() + end_, bytes_.size() - end_, offset_ + end_);
    if (!count) return count.error();
    end_ += *count;
    return *count != 0;
  }

  // The next line that ends; nothing (data() null) when there is none in the buffer.
  RawLine next() {
    const char* from = bytes_.data() + begin_;
    const auto* newline = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
    if (newline == nullptr) return {};
    const RawLine line{
        {from, static_cast<std::size_t>(newline - from)}, offset_ + begin_, !skips_, true};
    begin_ += line.text.size() + 1;
    skips_ = false;
    return line;
  }

  // What is left when the file has ended.
  RawLine rest() const {
    return {{bytes_.data() + begin_, end_ - begin_}, offset_ + begin_, !skips_, false};
  }

 private:
  // A line longer than any record is not one: its beginning is forgotten, its end is skipped.
  void grow() {
    if (bytes_.size() < limits::max_record_bytes) return bytes_.resize(bytes_.size() * 2);
    skips_ = true;
    offset_ += end_;
    end_ = 0;
  }

  const File& file_;
  std::uint64_t offset_;  // of bytes_[0]
  std::string bytes_;
  std::size_t begin_ = 0, end_ = 0;
  bool skips_ = false;
};

}  // namespace

Result<void> each_line(const File& file, std::uint64_t offset,
                       const std::function<Result<bool>(const RawLine&)>& visit) {
  LineBuffer buffer(file, offset);
  while (true) {
    const auto filled = buffer.fill();
    if (!filled) return filled.error();
    for (auto line = buffer.next(); line.text.data() != nullptr; line = buffer.next()) {
      const auto goes_on = visit(line);
      if (!goes_on) return goes_on.error();
      if (!*goes_on) return {};
    }
    if (!*filled) break;
  }
  if (buffer.rest().text.empty()) return {};
  const auto last = visit(buffer.rest());
  return last ? Result<void>() : last.error();
}

}  // namespace understudy::report
