#include "report/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
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

std::uint64_t File::size() const {
  struct stat found {};
  return ::fstat(fd_, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

namespace {

// What is read beyond a stretch to complete its last line: few are longer.
constexpr std::size_t overlap_bytes = 16 * limits::kib;

}  // namespace

Result<void> LineReader::each_from(const File& file, std::uint64_t begin, const Visit& visit) {
  start(file, {begin, UINT64_MAX});
  return visit_all(visit);
}

Result<void> LineReader::each_in(const File& file, const Stretch& stretch, const Visit& visit) {
  if (stretch.begin == 0) {
    start(file, stretch);
    return visit_all(visit);
  }
  // A line begins behind a newline, which may be the last byte before the stretch.
  start(file, {stretch.begin - 1, stretch.end});
  const auto found = pass_line();
  if (!found) return found.error();
  return *found ? visit_all(visit) : Result<void>();
}

void LineReader::start(const File& file, const Stretch& stretch) {
  file_ = &file;
  stretch_ = stretch;
  offset_ = stretch.begin;
  begin_ = searched_ = end_ = 0;
  skips_ = false;
  // A small file takes no large buffer: the last stretch ends wherever the file will.
  const auto end = std::min(stretch.end, std::max(stretch.begin, file.size()));
  const auto length = std::min<std::uint64_t>(end - stretch.begin, limits::log_read_bytes);
  const auto wanted = std::min<std::size_t>(length + overlap_bytes, limits::log_read_bytes);
  // What a long line needed is not kept.
  const bool fits = bytes_.size() >= wanted && bytes_.size() <= limits::log_read_bytes;
  if (!fits) bytes_ = std::string(wanted, '\0');
}

// Passes over the line in which the stretch begins. False if it does not end there.
Result<bool> LineReader::pass_line() {
  while (!is_past_end()) {
    const auto filled = fill();
    if (!filled) return filled.error();
    if (next().text.data() != nullptr) return true;
    begin_ = searched_;
    if (!*filled) break;
  }
  return false;
}

Result<void> LineReader::visit_all(const Visit& visit) {
  while (!is_past_end()) {
    const auto line = next();
    if (line.text.data() != nullptr) {
      const auto goes_on = visit(line);
      if (!goes_on) return goes_on.error();
      if (!*goes_on) return {};
      continue;
    }
    const auto filled = fill();
    if (!filled) return filled.error();
    if (!*filled) break;
  }
  if (is_past_end() || rest().text.empty()) return {};
  const auto last = visit(rest());
  return last ? Result<void>() : last.error();
}

// Reads on behind what is left. True unless the file has ended.
Result<bool> LineReader::fill() {
  if (begin_ != 0) std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
  offset_ += begin_;
  searched_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
  if (end_ == bytes_.size()) grow();
  std::uint64_t wanted = bytes_.size() - end_;
  const auto from = offset_ + end_;
  const auto left = stretch_.end - std::min(stretch_.end, from);
  if (left < wanted) wanted = std::min(wanted, left + overlap_bytes);
  const auto count = file_->read(bytes_.data() + end_, wanted, from);
  if (!count) return count.error();
  end_ += *count;
  return *count != 0;
}

// A line longer than any record is not one: its beginning is forgotten, its end is skipped.
void LineReader::grow() {
  if (bytes_.size() < limits::max_record_bytes) return bytes_.resize(bytes_.size() * 2);
  skips_ = true;
  offset_ += end_;
  searched_ = end_ = 0;
}

// The next line that ends; nothing (data() null) when there is none in the buffer.
RawLine LineReader::next() {
  const char* from = bytes_.data() + begin_;
  const auto* newline =
      static_cast<const char*>(std::memchr(bytes_.data() + searched_, '\n', end_ - searched_));
  if (newline == nullptr) {
    searched_ = end_;
    return {};
  }
  const RawLine line{{from, static_cast<std::size_t>(newline - from)}, position(), !skips_, true};
  begin_ = searched_ = begin_ + line.text.size() + 1;
  skips_ = false;
  return line;
}

// What is left when the file has ended.
RawLine LineReader::rest() const {
  return {{bytes_.data() + begin_, end_ - begin_}, position(), !skips_, false};
}

}  // namespace understudy::report
