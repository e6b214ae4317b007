#include "understudy/report/report.h"

#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "report/exchange_line.h"
#include "report/groups.h"
#include "understudy/base/limits.h"
#include "understudy/json/document.h"
#include "understudy/record/decode.h"
#include "understudy/report/exchanges.h"

namespace understudy::report {

bool is_within(const Range& range, WallTime from, WallTime to) {
  return (!range.since || to > *range.since) && (!range.until || from < *range.until);
}

namespace {

// Lets a map of strings be asked by string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

using Group = std::pair<std::string, Location>;  // of equal exchanges, and where the first stands

// Windows that were read, of which the first `count` are in use; the rest keeps its memory.
struct Windows {
  std::vector<record::Window> all;
  std::size_t count = 0;
};

// Windows whose memory waits to be used again.
//
// Thread: any.
class Stock {
 public:
  void put(Windows windows) {
    const std::lock_guard lock(mutex_);
    stock_.push_back(std::move(windows));
  }

  Windows get() {
    const std::lock_guard lock(mutex_);
    if (stock_.empty()) return {};
    auto windows = std::move(stock_.back());
    stock_.pop_back();
    windows.count = 0;
    return windows;
  }

 private:
  std::mutex mutex_;
  std::vector<Windows> stock_;
};

// Adds up what a log says, part by part.
class Loader {
 public:
  explicit Loader(const Range& range) : range_(range) {}

  struct Sums {
    std::uint64_t examples = 0;
    std::uint64_t torn_lines = 0;
    bool has_window = false;  // within the range or not
  };

  void add(const Sums& sums) {
    sums_.examples += sums.examples;
    sums_.torn_lines += sums.torn_lines;
    sums_.has_window |= sums.has_window;
  }
  void add(const Windows& windows) {
    for (std::size_t i = 0; i < windows.count; ++i) merger_.add(windows.all[i]);
  }
  void add(Group&& first) {
    if (firsts_.size() < limits::max_report_entries) firsts_.insert(std::move(first));
  }

  Report finish(const Log& log) const {
    Report report{merger_.summary(), sums_.examples, sums_.torn_lines, log.files().size(),
                  log.total_bytes()};
    accept(report.summary, range_.accepting);
    group_signatures(report.summary);
    std::size_t left = range_.examples;
    for (auto& signature : report.summary.signatures) {
      if (left-- == 0) break;
      signature.example = example_of(log, signature);
    }
    return report;
  }

  const Sums& sums() const { return sums_; }

 private:
  std::optional<record::Exchange> example_of(const Log& log, const Signature& signature) const {
    auto example = example_of(log, signature.shadow, signature.id);
    for (const auto& variant : signature.variants) {
      if (example) break;
      example = example_of(log, signature.shadow, variant.id);
    }
    for (const auto& id : signature.earlier_ids) {
      if (example) break;
      example = example_of(log, signature.shadow, id);
    }
    return example;
  }

  std::optional<record::Exchange> example_of(const Log& log, const std::string& shadow,
                                             const std::string& id) const {
    const auto found = firsts_.find(group_of(shadow, id));
    if (found == firsts_.end()) return std::nullopt;
    const auto line = log.read(found->second);
    return line ? parse_exchange(*line) : std::nullopt;
  }

  const Range& range_;
  Sums sums_;
  Merger merger_;
  std::unordered_map<std::string, Location> firsts_;
};

// What one part says.
struct LoadedPart final : Part {
  LoadedPart(Loader& whole, Stock& own) : loader(whole), stock(own), windows(own.get()) {}

  bool take() override {
    loader.add(sums);
    loader.add(windows);
    stock.put(std::move(windows));
    for (auto& first : firsts) loader.add(std::move(first));
    return true;
  }

  Loader& loader;
  Stock& stock;
  Loader::Sums sums;
  Windows windows;            // those within the range
  std::vector<Group> firsts;  // of groups that this thread has not met before
};

// Reads lines: windows as a whole, of exchanges only where they stand.
//
// Owner: a thread of load().
class LoadReader final : public PartReader {
 public:
  LoadReader(const Range& range, Loader& loader) : range_(range), loader_(loader) {}

  void read(const Line& line) override {
    switch (line.kind) {
      case LineKind::window:
        return read_window(line.text);
      case LineKind::exchange:
        return read_exchange(line);
      case LineKind::torn:
        ++part_->sums.torn_lines;
        return;
      case LineKind::unknown:
        return;
    }
  }

  std::unique_ptr<Part> finish() override {
    return std::exchange(part_, std::make_unique<LoadedPart>(loader_, stock_));
  }

 private:
  void read_window(std::string_view text) {
    auto& [all, count] = part_->windows;
    auto& window = count < all.size() ? all[count] : all.emplace_back();
    if (!record::read_window(text, window, document_)) {
      ++part_->sums.torn_lines;
      return;
    }
    part_->sums.has_window = true;
    if (is_within(range_, window.from, window.to)) ++count;
  }

  void read_exchange(const Line& line) {
    const auto start = start_of(line.text, scratch_);
    if (!start) {
      ++part_->sums.torn_lines;
      return;
    }
    if (!is_in_range(start->time)) return;
    ++part_->sums.examples;
    remember(start->group, line.at);
  }

  bool is_in_range(std::string_view time) const {
    if (!range_.since && !range_.until) return true;
    const auto at = from_rfc3339(time);
    return at && is_within(range_, *at, *at);
  }

  // Groups that are new to this thread may be known from earlier parts of others. Once it knows as
  // many as the whole takes, the whole is full.
  void remember(std::string_view group, const Location& at) {
    if (known_.find(group) != known_.end()) return;
    if (known_.size() >= limits::max_report_entries) return;
    part_->firsts.emplace_back(*known_.emplace(group).first, at);
  }

  const Range& range_;
  Loader& loader_;
  Stock stock_;
  std::unique_ptr<LoadedPart> part_ = std::make_unique<LoadedPart>(loader_, stock_);
  std::unordered_set<std::string, TextHash, std::equal_to<>> known_;
  json::Document document_;
  std::string scratch_;
};

Error no_window(const std::vector<std::string>& logs, const Loader::Sums& sums) {
  const auto where = fmt::format("{}", fmt::join(logs, ", "));
  if (sums.examples == 0 && sums.torn_lines == 0) {
    return {Code::bad_input, Leg::self,
            fmt::format("the log in {} is empty: understudy run writes its first window after {} s "
                        "or at its end; send traffic and try again",
                        where, limits::window_period / std::chrono::seconds(1))};
  }
  return {Code::bad_input, Leg::self,
          fmt::format("the log in {} has no window, and all figures come from windows: {} "
                      "examples, {} torn lines; the first window comes after {} s of understudy "
                      "run or at its end",
                      where, sums.examples, sums.torn_lines,
                      limits::window_period / std::chrono::seconds(1))};
}

}  // namespace

Result<Report> load(const std::vector<std::string>& logs, const Range& range,
                    const Log::Progress& progress) {
  const auto log = Log::open(logs, range.reading);
  if (!log) return log.error();
  Loader loader(range);
  const auto read =
      log->scan_parts([&] { return std::make_unique<LoadReader>(range, loader); }, progress);
  if (!read) return read.error();
  if (!loader.sums().has_window) return no_window(logs, loader.sums());
  return loader.finish(*log);
}

}  // namespace understudy::report
