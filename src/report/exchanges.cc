#include "understudy/report/exchanges.h"

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "report/exchange_line.h"
#include "report/file.h"
#include "understudy/base/limits.h"
#include "understudy/json/writer.h"

namespace understudy::report {

namespace {

namespace fs = std::filesystem;

// `text` as it stands between the quotes of a JSON string.
std::string escaped(const std::string& text) {
  json::Writer out;
  out.string(text);
  return out.text().substr(1, out.text().size() - 2);
}

bool fits(const std::string& wanted, std::string_view value) {
  return wanted.empty() || wanted == value;
}

// The last lines that pass a filter.
struct Last {
  void add(const Location& at, std::size_t limit) {
    lines.push_back(at);
    if (lines.size() > limit) lines.pop_front();
  }

  std::uint64_t passed = 0;
  std::deque<Location> lines;
};

struct LastPart final : Part {
  LastPart(Last& all, std::size_t most) : whole(all), limit(most) {}

  bool take() override {
    whole.passed += own.passed;
    for (const auto& at : own.lines) whole.add(at, limit);
    return true;
  }

  Last& whole;
  const std::size_t limit;
  Last own;
};

// Owner: a thread of last_exchanges().
class LastReader final : public PartReader {
 public:
  LastReader(const Log::Wants& wants, Last& whole, std::size_t limit)
      : wants_(wants), part_(std::make_unique<LastPart>(whole, limit)) {}

  void read(const Line& line) override {
    if (!wants_(line)) return;
    ++part_->own.passed;
    part_->own.add(line.at, part_->limit);
  }

  std::unique_ptr<Part> finish() override {
    auto next = std::make_unique<LastPart>(part_->whole, part_->limit);
    return std::exchange(part_, std::move(next));
  }

 private:
  const Log::Wants& wants_;
  std::unique_ptr<LastPart> part_;
};

Result<std::uint64_t> last_exchanges(const Log& log, const Log::Wants& wants, std::size_t limit,
                                     const std::function<bool(std::string_view)>& take) {
  Last last;
  const auto read =
      log.scan_parts([&] { return std::make_unique<LastReader>(wants, last, limit); });
  if (!read) return read.error();
  for (const auto& at : last.lines) {
    const auto line = log.read(at);
    if (!line) return line.error();
    if (!take(*line)) break;
  }
  return last.passed;
}

// Finds the lines whose id is, or begins with, what is looked for.
class IdSearch {
 public:
  explicit IdSearch(const std::string& id) : id_(escaped(id)) {}

  // Asked by several threads at a time.
  bool wants(std::string_view line) const {
    std::string scratch;
    const auto start = start_of(line, scratch);
    return start && start->id.starts_with(id_);
  }

  // `line` is a wanted one.
  void take(std::string_view line) {
    const auto start = start_of(line, scratch_);
    if (start->id == id_) {
      exact_.emplace_back(line);
    } else if (ids_.size() <= limits::max_ambiguous_ids) {
      ids_.emplace(start->id);
      if (ids_.size() == 1) alike_.emplace_back(line);
    }
  }

  // `shown` is the id as it was asked for.
  Result<std::vector<std::string>> result(const std::string& shown) {
    if (!exact_.empty()) return std::move(exact_);
    if (ids_.size() == 1) return std::move(alike_);
    if (ids_.empty()) {
      return Error{Code::bad_input, Leg::self,
                   fmt::format("no exchange with the id {} was kept; understudy list shows those "
                               "that were",
                               shown)};
    }
    const bool are_more = ids_.size() > limits::max_ambiguous_ids;
    return Error{
        Code::bad_input, Leg::self,
        fmt::format("{} ids begin with {}: {}{}; give more of it", are_more ? "many" : "several",
                    shown, fmt::join(ids_, ", "), are_more ? " ..." : "")};
  }

 private:
  std::string id_, scratch_;
  std::vector<std::string> exact_, alike_;
  std::set<std::string> ids_;
};

}  // namespace

ExchangeFilter::ExchangeFilter(const Filter& filter)
    : escaped_{escaped(filter.outcome), escaped(filter.endpoint), escaped(filter.signature),
               escaped(filter.shadow)} {}

bool ExchangeFilter::wants(std::string_view line) const {
  std::string scratch;
  const auto start = start_of(line, scratch);
  return start && fits(escaped_.outcome, start->outcome) &&
         fits(escaped_.endpoint, start->endpoint) && fits(escaped_.shadow, start->shadow) &&
         start->signature.starts_with(escaped_.signature);
}

Result<std::uint64_t> list_exchanges(const Log& log, const Filter& filter, std::size_t limit,
                                     const TakeExchange& take) {
  const ExchangeFilter filtered(filter);
  const Log::Wants wants = [&filtered](const Line& line) {
    return line.kind == LineKind::exchange && filtered.wants(line.text);
  };
  const auto take_line = [&take](std::string_view line) {
    const auto exchange = parse_exchange(line);
    return !exchange || take(line, *exchange);
  };
  if (limit != 0) return last_exchanges(log, wants, limit, take_line);
  std::uint64_t passed = 0;
  const auto read = log.scan(wants, [&](const Line& line) {
    ++passed;
    return take_line(line.text);
  });
  if (!read) return read.error();
  return passed;
}

Result<std::vector<std::string>> find_exchange(const Log& log, const std::string& id) {
  IdSearch search(id);
  const auto wants = [&search](const Line& line) {
    return line.kind == LineKind::exchange && search.wants(line.text);
  };
  const auto read = log.scan(wants, [&search](const Line& line) {
    search.take(line.text);
    return true;
  });
  if (!read) return read.error();
  return search.result(id);
}

Follower::Follower(std::vector<std::string> paths, Start start)
    : paths_(std::move(paths)), skips_old_(start == Start::end) {}

Result<void> Follower::poll(const std::function<void(const Line& line)>& visit) {
  std::map<std::string, std::uint64_t> offsets;
  for (const auto& path : paths_) {
    std::error_code failure;
    const auto files =
        fs::is_directory(path, failure) ? segment_files(path) : std::vector<std::string>{path};
    for (const auto& file : files) {
      const auto bytes = fs::file_size(file, failure);
      if (failure) continue;
      const auto known = offsets_.find(file);
      auto& offset = offsets[file];
      offset = known != offsets_.end() ? known->second : skips_old_ ? bytes : 0;
      if (bytes <= offset) continue;
      const auto read = read_on(file, offset, visit);
      if (!read) return read;
    }
  }
  offsets_ = std::move(offsets);
  skips_old_ = false;
  return {};
}

Result<void> Follower::read_on(const std::string& path, std::uint64_t& offset,
                               const std::function<void(const Line& line)>& visit) const {
  const auto file = File::open(path);
  if (!file) return {};  // removed since: nothing more comes from it
  LineReader lines;
  return lines.each_from(*file, offset, [&](const RawLine& raw) -> Result<bool> {
    if (!raw.is_ended) return true;
    offset = raw.offset + raw.text.size() + 1;
    if (raw.text.empty() || !raw.is_whole) return true;
    const auto kind = classify(raw.text, path);
    if (!kind) return kind.error();
    visit({*kind, raw.text, {0, raw.offset, raw.text.size()}});
    return true;
  });
}

}  // namespace understudy::report
