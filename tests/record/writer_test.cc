#include "understudy/record/writer.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/segments.h"
#include "support/temp_dir.h"
#include "understudy/base/limits.h"
#include "understudy/record/record.h"

using namespace understudy;
using namespace understudy::record;
using support::TempDir;

namespace {

namespace fs = std::filesystem;

constexpr int cannot_try = 77;  // a child's exit code: this machine does not allow the set-up

config::Log log_in(const std::string& path) {
  config::Log log;
  log.path = path;
  return log;
}

std::unique_ptr<Writer> opened(const config::Log& log, const Clock& clock) {
  auto writer = Writer::open(log, clock);
  REQUIRE(writer.ok());
  return std::move(writer).value();
}

std::vector<std::string> files_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().native());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> all_lines(const std::string& path) {
  std::vector<std::string> lines;
  for (const auto& file : files_in(path)) {
    for (auto& line : lines_of(file)) lines.push_back(std::move(line));
  }
  return lines;
}

// A line of exactly `bytes` bytes with its newline, whose damage would be seen.
std::string line_of(std::size_t bytes, int number) {
  const auto head = fmt::format("{{\"n\":{},\"pad\":\"", number);
  return head + std::string(bytes - 1 - head.size() - 2, 'x') + "\"}";
}

bool is_whole(const std::string& line) {
  return line.starts_with("{") && line.ends_with("}");
}

// Runs `body` in a child process, which can be limited and killed; its result is the exit code.
template <typename Body>
pid_t in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  return child;
}

int exit_code_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("writer: lines arrive in order, in a private file of a private directory") {
  TempDir temp;
  FakeClock clock;
  const auto path = temp / "deep/er/log";
  {
    auto writer = opened(log_in(path), clock);
    CHECK(writer->write("{\"a\":1}"));
    CHECK(writer->write("{\"b\":2}"));
    writer->flush();
    CHECK(all_lines(path).size() == 2);
  }

  CHECK(all_lines(path) == std::vector<std::string>{"{\"a\":1}", "{\"b\":2}"});
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  REQUIRE(::stat(files_in(path).at(0).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("writer: a run without records leaves no segment") {
  TempDir temp;
  FakeClock clock;
  opened(log_in(temp / "log"), clock).reset();
  CHECK(files_in(temp / "log").empty());
}

TEST_CASE("writer: segments end before they pass their size, and their names sort by time") {
  TempDir temp;
  FakeClock clock;
  auto log = log_in(temp / "log");
  log.segment_bytes = 1000;
  {
    auto writer = opened(log, clock);
    for (int i = 0; i < 25; ++i) {
      writer->write(line_of(100, i));
      writer->flush();
      clock.advance(std::chrono::hours(1));
    }
  }

  const auto files = files_in(log.path);
  CHECK(files.size() == 3);
  for (const auto& file : files) {
    CHECK(fs::file_size(file) <= 1000);
    CHECK(is_segment_name(fs::path(file).filename().native()));
  }
  const auto lines = all_lines(log.path);
  REQUIRE(lines.size() == 25);
  for (int i = 0; i < 25; ++i) CHECK(lines[static_cast<std::size_t>(i)] == line_of(100, i));
}

TEST_CASE("writer: a line longer than a segment gets one of its own") {
  TempDir temp;
  FakeClock clock;
  auto log = log_in(temp / "log");
  log.segment_bytes = 1000;
  {
    auto writer = opened(log, clock);
    writer->write(line_of(100, 1));
    writer->write(line_of(5000, 2));
    writer->write(line_of(100, 3));
  }
  CHECK(files_in(log.path).size() == 3);
  CHECK(all_lines(log.path).size() == 3);
}

TEST_CASE("writer: the oldest segments go, and nothing that is not a segment") {
  TempDir temp;
  FakeClock clock;
  auto log = log_in(temp / "log");
  log.segment_bytes = 1000;
  log.keep_bytes = 3000;
  fs::create_directory(log.path);
  std::ofstream(log.path + "/notes.ndjson") << std::string(9000, 'n');
  {
    auto writer = opened(log, clock);
    for (int i = 0; i < 100; ++i) {
      writer->write(line_of(100, i));
      writer->flush();
    }
    CHECK(writer->segments_removed() == 7);
    CHECK(writer->dropped() == 0);
  }

  CHECK(fs::file_size(log.path + "/notes.ndjson") == 9000);
  fs::remove(log.path + "/notes.ndjson");
  const auto lines = all_lines(log.path);
  CHECK(lines.size() == 30);
  CHECK(lines.back() == line_of(100, 99));
}

TEST_CASE("writer: never removes the segment that another writer has open") {
  TempDir temp;
  FakeClock clock;
  auto log = log_in(temp / "log");
  log.segment_bytes = 1000;
  log.keep_bytes = 1000;
  auto old = opened(log, clock);
  old->write(line_of(900, 1));
  old->flush();
  clock.advance(std::chrono::hours(1));

  auto young = opened(log, clock);
  for (int i = 0; i < 20; ++i) young->write(line_of(500, 2));
  young->flush();

  CHECK(lines_of(files_in(log.path).at(0)).at(0) == line_of(900, 1));
  CHECK(young->segments_removed() > 0);
}

TEST_CASE("writer: a path that cannot be a directory is an error with path and reason") {
  TempDir temp;
  FakeClock clock;
  std::ofstream(temp / "file") << "x";

  const auto on_file = Writer::open(log_in(temp / "file"), clock);
  const auto below_file = Writer::open(log_in(temp / "file/log"), clock);

  REQUIRE(!on_file.ok());
  CHECK(on_file.error().code == Code::io);
  CHECK(on_file.error().detail ==
        (temp / "file") + " is not a directory; the log needs one: set log.path");
  REQUIRE(!below_file.ok());
  CHECK(below_file.error().detail.find("Not a directory") != std::string::npos);
}

TEST_CASE("writer: examples leave room in the queue for windows") {
  TempDir temp;
  FakeClock clock;
  auto writer = opened(log_in(temp / "log"), clock);

  CHECK(!writer->write(line_of(limits::writer_example_bytes + 2, 1)));
  CHECK(writer->dropped() == 1);
  auto window = encode(Window{});
  window.insert(window.size() - 1, std::string(limits::writer_example_bytes + 2, ' '));
  CHECK(writer->write(window));
}

TEST_CASE("writer: a file that may not grow costs records, never half a line, and heals") {
  TempDir temp;
  const auto log = log_in(temp / "log");
  const auto window = encode(Window{});
  const auto child = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10'050, 10'050};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return cannot_try;
    FakeClock clock;
    auto writer = Writer::open(log, clock);
    if (!writer) return 1;
    for (int i = 0; i < 10; ++i) (*writer)->write(line_of(1000, i));
    (*writer)->write(line_of(1000, 10));  // half of a hundredth of it fits
    (*writer)->write(window);
    (*writer)->write(line_of(1000, 11));
    (*writer)->flush();
    if ((*writer)->dropped() != 2) return 2;
    clock.advance(limits::log_retry_pause);
    (*writer)->write(line_of(1000, 12));
    (*writer)->flush();
    return (*writer)->dropped() == 2 ? 0 : 3;
  });

  REQUIRE(exit_code_of(child) == 0);
  const auto lines = all_lines(log.path);
  REQUIRE(lines.size() == 12);  // ten, the window that waited, the one after healing
  CHECK(lines[9] == line_of(1000, 9));
  CHECK(lines[10] == window);
  CHECK(lines[11] == line_of(1000, 12));
}

TEST_CASE("writer: a full disk costs records until there is space again") {
  TempDir temp;
  const auto child = in_child([&] {
    constexpr const char* options = "size=256k";
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", temp.path().c_str(), "tmpfs", 0, options) != 0) {
      return cannot_try;
    }
    FakeClock clock;
    const auto log = log_in(temp / "log");
    std::ofstream(temp / "ballast") << std::string(200'000, 'b') << std::flush;
    auto writer = Writer::open(log, clock);
    if (!writer) return 1;
    for (int i = 0; i < 100; ++i) (*writer)->write(line_of(1000, i));
    (*writer)->write(encode(Window{}));
    (*writer)->flush();
    const auto dropped = (*writer)->dropped();
    if (dropped == 0 || dropped == 100) return 2;

    fs::remove(temp / "ballast");
    clock.advance(limits::log_retry_pause);
    for (int i = 0; i < 10; ++i) (*writer)->write(line_of(1000, i));
    std::move(writer).value().reset();

    const auto lines = all_lines(log.path);
    if (!std::all_of(lines.begin(), lines.end(), is_whole)) return 3;
    const auto windows = std::count_if(lines.begin(), lines.end(), is_window_line);
    return windows == 1 && lines.size() == 100 - dropped + 1 + 10 ? 0 : 4;
  });

  const auto code = exit_code_of(child);
  if (code == cannot_try) {
    MESSAGE("not tried: this user may not mount a small file system");
    return;
  }
  CHECK(code == 0);
}

TEST_CASE("writer: killed in the middle, it leaves whole lines and at most one torn at the end") {
  TempDir temp;
  const auto log = log_in(temp / "log");
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const auto child = in_child([&] {
    FakeClock clock;
    auto writer = Writer::open(log, clock);
    if (!writer) return 1;
    for (int i = 0;; ++i) {
      (*writer)->write(line_of(10'000, i));
      if (i != 200) continue;
      (*writer)->flush();
      if (::write(ready[1], "x", 1) != 1) return 2;
    }
  });
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);

  ::kill(child, SIGKILL);
  CHECK(exit_code_of(child) == -1);

  const auto files = files_in(log.path);
  REQUIRE(!files.empty());
  std::size_t whole = 0;
  for (const auto& file : files) {
    auto lines = lines_of(file);
    if (file == files.back() && !lines.empty() && !is_whole(lines.back())) lines.pop_back();
    CHECK(std::all_of(lines.begin(), lines.end(), is_whole));
    whole += lines.size();
  }
  CHECK(whole > 200);
  ::close(ready[0]);
  ::close(ready[1]);
}
