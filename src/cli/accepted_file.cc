#include "accepted_file.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reading.h"
#include "understudy/base/clock.h"
#include "understudy/config/loader.h"

namespace understudy::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// Where a link leads: what is replaced is the file, not the link.
std::string behind_links(const std::string& path) {
  std::error_code none;
  const auto real = std::filesystem::canonical(path, none);
  return none ? path : real.string();
}

bool write_whole(const std::string& path, std::string_view text, mode_t mode) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "we"));
  if (!file) return false;
  return std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
         std::fflush(file.get()) == 0 && fchmod(fileno(file.get()), mode) == 0 &&
         fsync(fileno(file.get())) == 0;
}

}  // namespace

std::string day_from_now(unsigned days) {
  constexpr std::size_t full_date = 10;
  return to_rfc3339(system_clock().wall() + std::chrono::hours(24) * days).substr(0, full_date);
}

Result<AcceptedFile> read_accepted_file(const std::string& path) {
  auto text = config::read_config_file(path);
  if (!text) return text.error();
  auto accepted = config::read_accepted(path, *text);
  std::string wrong;
  for (const auto& problem : accepted.problems) {
    wrong += (wrong.empty() ? "" : "\n") + config::to_string(problem);
  }
  if (!wrong.empty()) return Error{Code::bad_config, Leg::self, std::move(wrong)};
  return AcceptedFile{path, *std::move(text), std::move(accepted.entries)};
}

Result<report::Accepting> accepting_of(const AcceptedOptions& options) {
  report::Accepting accepting{{}, day_from_now()};
  const bool is_usual = options.file.empty() && access(config::accepted_file, F_OK) == 0;
  if (options.is_ignored || (options.file.empty() && !is_usual)) return accepting;
  auto file = read_accepted_file(is_usual ? config::accepted_file : options.file);
  if (!file) return file.error();
  accepting.entries = std::move(file->entries);
  return accepting;
}

ChangeLock lock_changes(const std::string& path) {
  const auto directory = std::filesystem::path(behind_links(path)).parent_path();
  ChangeLock lock(opendir(directory.empty() ? "." : directory.c_str()));
  if (!lock || flock(dirfd(lock.get()), LOCK_EX | LOCK_NB) == 0) return lock;
  // A file system without locks is not worth failing for.
  if (errno != EWOULDBLOCK) return lock;
  fmt::print(stderr, "understudy accept: waits for the lock of {}, which another program holds\n",
             directory.empty() ? "." : directory.string());
  while (flock(dirfd(lock.get()), LOCK_EX) != 0 && errno == EINTR) {
  }
  return lock;
}

Result<void> replace_file(const std::string& path, std::string_view text) {
  const auto target = behind_links(path);
  const auto draft = fmt::format("{}.{}.new", target, getpid());
  struct stat before {};
  constexpr mode_t usual_mode = 0644;
  const auto mode = stat(target.c_str(), &before) == 0 ? before.st_mode & 07777 : usual_mode;
  if (write_whole(draft, text, mode) && std::rename(draft.c_str(), target.c_str()) == 0) return {};
  auto error = cannot_write(path);
  std::remove(draft.c_str());
  return error;
}

}  // namespace understudy::cli
