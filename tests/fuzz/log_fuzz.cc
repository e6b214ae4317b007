// A log's file from whatever comes, as a crash, a full disk or somebody else left it. Promises:
// - every byte is read: lines and newlines together are the file, in order, unless it is of a newer
//   program;
// - a line is read again at its place;
// - who follows the file while it grows, cut anywhere, sees the same whole lines;
// - it is reported on, or there is a reason why not.

#include <fstream>
#include <string>
#include <vector>

#include "../support/temp_dir.h"
#include "fuzz.h"
#include "understudy/report/exchanges.h"
#include "understudy/report/log.h"
#include "understudy/report/report.h"

namespace {

using namespace understudy;
using fuzz::must;

constexpr std::size_t most_appends = 3;

// One file, written anew for each input.
class File {
 public:
  const std::string& path() const { return path_; }
  void clear() const { std::ofstream(path_, std::ios::binary | std::ios::trunc).flush(); }
  void append(std::string_view bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::app) << bytes;
  }

 private:
  support::TempDir folder_;
  std::string path_ = folder_ / "log.ndjson";
};

bool all(const report::Line&) {
  return true;
}

std::vector<std::string> scanned(const report::Log& log, std::string_view bytes, bool& is_read) {
  std::vector<std::string> whole;
  std::size_t end = 0;
  const auto read = log.scan(all, [&](const report::Line& line) {
    must(bytes.substr(line.at.offset, line.at.size) == line.text, "a line is what is at its place");
    must(bytes.substr(end, line.at.offset - end).find_first_not_of('\n') == bytes.npos,
         "only empty lines are passed over");
    end = line.at.offset + line.at.size;
    const auto again = log.read(line.at);
    must(again && *again == line.text, "a line is read again at its place");
    const bool is_whole = end < bytes.size();
    if (is_whole) whole.emplace_back(line.text);
    return true;
  });
  is_read = read.ok();
  const auto rest = bytes.substr(std::min(end, bytes.size()));
  must(!is_read || rest.find_first_not_of('\n') == rest.npos, "the file is read to its end");
  return whole;
}

std::vector<std::string> followed(const File& file, std::string_view bytes, fuzz::Dice& dice) {
  file.clear();
  report::Follower follower({file.path()}, report::Follower::Start::beginning);
  std::vector<std::string> lines;
  const auto poll = [&] {
    return follower.poll([&](const report::Line& line) { lines.emplace_back(line.text); }).ok();
  };
  for (auto left = most_appends; left > 0; --left) {
    const auto size = left == 1 ? bytes.size() : dice.below(bytes.size() + 1);
    file.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    must(poll(), "a growing file is followed");
  }
  return lines;
}

void check(std::string_view bytes) {
  static const File file;
  file.clear();
  file.append(bytes);
  // Lines that are longer than a part, and lines that end with one, are common so.
  const report::Reading reading{bytes.size() % 16 == 0 ? 2u : 1u, 1 + bytes.size() % 997};
  const auto log = report::Log::open({file.path()}, reading);
  must(log.ok(), "a file is opened");
  bool is_read = false;
  const auto whole = scanned(*log, bytes, is_read);
  const auto report = report::load({file.path()}, {});
  must(report.ok() || !report.error().detail.empty(), "a refusal says why");
  must(is_read || !report.ok(), "a newer log is not reported on");
  if (!is_read) return;
  fuzz::Dice dice(bytes.size());
  must(followed(file, bytes, dice) == whole, "following shows the same whole lines");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(fuzz::as_text(data, size));
  return 0;
}
