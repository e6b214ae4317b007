#include "segments.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "understudy/base/ascii.h"
#include "understudy/base/hash.h"

namespace understudy::record {

namespace {

namespace fs = std::filesystem;

constexpr mode_t file_mode = S_IRUSR | S_IWUSR;
constexpr mode_t directory_mode = S_IRWXU;
constexpr std::string_view suffix = ".ndjson";

// What a segment's name looks like: 'd' a digit, 'x' a hexadecimal digit, the rest itself. The
// number may have more digits than six.
constexpr std::string_view name_shape = "ddddddddTdddddd.ddddddZ-xxxxxxxxxxxxxxxx-dddddd";

bool fits_shape(char shape, char c) {
  if (shape == 'd') return ascii::is_digit(c);
  if (shape == 'x') return ascii::is_hex(c);
  return c == shape;
}

Error failed(std::string_view what, const std::string& path, int reason) {
  return {Code::io, Leg::self, fmt::format("cannot {} {}: {}", what, path, std::strerror(reason))};
}

// One segment on the disk.
struct Found {
  std::string path;
  std::uint64_t bytes = 0;
};

std::vector<Found> segments_in(const std::string& directory) {
  std::vector<Found> found;
  std::error_code failure;
  for (fs::directory_iterator it(directory, failure), end; !failure && it != end;
       it.increment(failure)) {
    if (!is_segment_name(it->path().filename().native())) continue;
    std::error_code no_size;
    const auto bytes = it->file_size(no_size);
    if (!no_size) found.push_back({it->path().native(), bytes});
  }
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.path < b.path; });
  return found;
}

// False when somebody writes it, or it is gone already.
bool remove_unless_open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  const bool is_idle = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  const bool is_removed = is_idle && ::unlink(path.c_str()) == 0;
  ::close(fd);
  return is_removed;
}

// As much of `bytes` as the file takes; errno says why it is not all.
std::size_t write_all(int fd, std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const auto count = ::write(fd, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  return written;
}

}  // namespace

Result<Segment> Segment::create(const std::string& path) {
  const int fd = ::open(path.c_str(),
                        O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW, file_mode);
  if (fd < 0) return failed("create the log segment", path, errno);
  // A file system without locks only loses the protection against other writers' clearing up.
  [[maybe_unused]] const int locked = ::flock(fd, LOCK_EX | LOCK_NB);
  return Segment(path, fd);
}

Segment::Segment(Segment&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

Segment::~Segment() {
  if (fd_ < 0) return;
  if (size_ == 0) ::unlink(path_.c_str());
  ::fsync(fd_);
  ::close(fd_);
}

std::size_t Segment::append(std::string_view lines) {
  const auto written = write_all(fd_, lines);
  const int reason = errno;
  if (written == lines.size()) {
    size_ += written;
    return written;
  }
  const auto last_newline = lines.substr(0, written).rfind('\n');
  const auto whole = last_newline == lines.npos ? 0 : last_newline + 1;
  size_ += whole;
  // Should even this fail, the next line goes to a fresh segment, and only the torn one is lost.
  [[maybe_unused]] const int cut = ::ftruncate(fd_, static_cast<off_t>(size_));
  errno = reason;
  return whole;
}

std::string segment_name(WallTime time, std::uint64_t instance, std::uint64_t number) {
  auto text = to_rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}-{}-{:06}{}", text, to_hex(instance), number, suffix);
}

bool is_segment_name(std::string_view name) {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  if (name.size() < name_shape.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!fits_shape(i < name_shape.size() ? name_shape[i] : 'd', name[i])) return false;
  }
  return true;
}

Result<void> make_directory(const std::string& path) {
  std::error_code failure;
  const auto parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, failure);
  if (failure) return failed("create the directory", parent.native(), failure.value());
  if (::mkdir(path.c_str(), directory_mode) == 0) return {};
  const int reason = errno;
  if (reason != EEXIST) return failed("create the log directory", path, reason);
  if (!fs::is_directory(path, failure)) {
    return Error{Code::io, Leg::self,
                 fmt::format("{} is not a directory; the log needs one: set log.path", path)};
  }
  return {};
}

std::uint64_t remove_oldest(const std::string& directory, std::uint64_t keep_bytes) {
  const auto segments = segments_in(directory);
  std::uint64_t total = 0;
  for (const auto& segment : segments) total += segment.bytes;
  std::uint64_t removed = 0;
  for (const auto& segment : segments) {
    if (total <= keep_bytes) break;
    if (!remove_unless_open(segment.path)) continue;
    total -= segment.bytes;
    ++removed;
  }
  return removed;
}

}  // namespace understudy::record
