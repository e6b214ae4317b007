#include "understudy/report/report.h"

#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "report/exchange_line.h"
#include "understudy/base/limits.h"
#include "understudy/json/document.h"
#include "understudy/record/decode.h"
#include "understudy/report/exchanges.h"

namespace understudy::report {

namespace {

// Lets a map of strings be asked by string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

bool is_within(const Range& range, WallTime from, WallTime to) {
  return (!range.since || to > *range.since) && (!range.until || from < *range.until);
}

// Reads a log's lines: windows into the sums, of exchanges only where they stand.
class Loader {
 public:
  explicit Loader(const Range& range) : range_(range) {}

  void take(const Line& line) {
    switch (line.kind) {
      case LineKind::window:
        return take_window(line.text);
      case LineKind::exchange:
        return take_exchange(line);
      case LineKind::torn:
        ++report_.torn_lines;
        return;
      case LineKind::unknown:
        return;
    }
  }

  Report finish(const Log& log) {
    report_.summary = merger_.summary();
    report_.segments = log.files().size();
    report_.bytes = log.total_bytes();
    std::size_t left = range_.examples;
    for (auto& signature : report_.summary.signatures) {
      if (left-- == 0) break;
      signature.example = example_of(log, signature);
    }
    return std::move(report_);
  }

  bool has_seen_window() const { return has_seen_window_; }
  std::uint64_t examples() const { return report_.examples; }
  std::uint64_t torn_lines() const { return report_.torn_lines; }

 private:
  void take_window(std::string_view text) {
    if (!document_.parse(text) || document_.root().type() != json::Type::object) {
      ++report_.torn_lines;
      return;
    }
    has_seen_window_ = true;
    const auto window = record::decode_window(document_.root());
    if (is_within(range_, window.from, window.to)) merger_.add(window);
  }

  void take_exchange(const Line& line) {
    const auto start = start_of(line.text, scratch_);
    if (!start) {
      ++report_.torn_lines;
      return;
    }
    if (!is_in_range(start->time)) return;
    ++report_.examples;
    remember(start->group, line.at);
  }

  bool is_in_range(std::string_view time) const {
    if (!range_.since && !range_.until) return true;
    const auto at = from_rfc3339(time);
    return at && is_within(range_, *at, *at);
  }

  void remember(std::string_view group, const Location& at) {
    if (firsts_.find(group) != firsts_.end()) return;
    if (firsts_.size() < limits::max_report_entries) firsts_.emplace(group, at);
  }

  std::optional<record::Exchange> example_of(const Log& log, const Signature& signature) const {
    const auto found = firsts_.find(group_of(signature.shadow, signature.id));
    if (found == firsts_.end()) return std::nullopt;
    const auto line = log.read(found->second);
    return line ? parse_exchange(*line) : std::nullopt;
  }

  const Range& range_;
  Report report_;
  Merger merger_;
  json::Document document_;
  std::string scratch_;
  bool has_seen_window_ = false;
  std::unordered_map<std::string, Location, TextHash, std::equal_to<>> firsts_;
};

Error no_window(const std::vector<std::string>& logs, const Loader& loader) {
  const auto where = fmt::format("{}", fmt::join(logs, ", "));
  if (loader.examples() == 0 && loader.torn_lines() == 0) {
    return {Code::bad_input, Leg::self,
            fmt::format("the log in {} is empty: understudy run writes its first window after {} s "
                        "or at its end; send traffic and try again",
                        where, limits::window_period / std::chrono::seconds(1))};
  }
  return {Code::bad_input, Leg::self,
          fmt::format("the log in {} has no window, and all figures come from windows: {} "
                      "examples, {} torn lines; the first window comes after {} s of understudy "
                      "run or at its end",
                      where, loader.examples(), loader.torn_lines(),
                      limits::window_period / std::chrono::seconds(1))};
}

}  // namespace

Result<Report> load(const std::vector<std::string>& logs, const Range& range,
                    const Log::Progress& progress) {
  const auto log = Log::open(logs);
  if (!log) return log.error();
  Loader loader(range);
  const auto read = log->scan(
      [&](const Line& line) {
        loader.take(line);
        return true;
      },
      progress);
  if (!read) return read.error();
  if (!loader.has_seen_window()) return no_window(logs, loader);
  return loader.finish(*log);
}

}  // namespace understudy::report
