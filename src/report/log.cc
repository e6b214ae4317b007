#include "understudy/report/log.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "report/file.h"
#include "report/scan.h"
#include "understudy/json/document.h"
#include "understudy/record/record.h"

namespace understudy::report {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view exchange_start = R"({"schema_version":1,"kind":"exchange",)";
static_assert(record::schema_version == 1, "exchange_start names the version");

Error bad_log(std::string detail) {
  return {Code::bad_input, Leg::self, std::move(detail)};
}

// For records that another program laid out anew, and for everything that is not a record.
Result<LineKind> classify_by_parsing(std::string_view text, const std::string& where) {
  json::Document document;
  if (!document.parse(text) || document.root().type() != json::Type::object) return LineKind::torn;
  const auto root = document.root();
  const auto version = root.integer_or("schema_version", 0);
  if (version > record::schema_version) {
    return bad_log(fmt::format(
        "{}: schema_version {} is newer than {}, the newest that this understudy reads; use the "
        "understudy that wrote the log, or a newer one",
        where, version, record::schema_version));
  }
  if (version < 1) return LineKind::torn;
  const auto kind = root.string_or("kind", "");
  if (kind == "window") return LineKind::window;
  return kind == "exchange" ? LineKind::exchange : LineKind::unknown;
}

Result<void> add_path(const std::string& path, std::vector<std::string>& files) {
  std::error_code failure;
  const auto status = fs::status(path, failure);
  if (!fs::exists(status)) {
    return bad_log(fmt::format(
        "there is no log at {}: understudy run writes one to log.path; name its directory", path));
  }
  if (!fs::is_directory(status)) {
    files.push_back(path);
    return {};
  }
  fs::directory_iterator readable(path, failure);
  if (failure) {
    return Error{Code::io, Leg::self, fmt::format("cannot read {}: {}", path, failure.message())};
  }
  auto found = segment_files(path);
  if (found.empty()) {
    return bad_log(fmt::format(
        "{} is a directory without a log: it has no *.ndjson segments; name the directory that "
        "understudy run was given as log.path, or wait for its first record",
        path));
  }
  std::move(found.begin(), found.end(), std::back_inserter(files));
  return {};
}

}  // namespace

std::vector<std::string> segment_files(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code failure;
  for (fs::directory_iterator it(directory, failure), end; !failure && it != end;
       it.increment(failure)) {
    if (it->path().extension() == ".ndjson") files.push_back(it->path().native());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<LineKind> classify(std::string_view text, const std::string& where) {
  const bool is_window = record::is_window_line(text);
  if (is_window || text.substr(0, exchange_start.size()) == exchange_start) {
    if (text.back() != '}') return LineKind::torn;
    return is_window ? LineKind::window : LineKind::exchange;
  }
  return classify_by_parsing(text, where);
}

Result<Log> Log::open(const std::vector<std::string>& paths, const Reading& reading) {
  Log log;
  log.reading_ = reading;
  for (const auto& path : paths) {
    const auto added = add_path(path, log.files_);
    if (!added) return added.error();
  }
  for (const auto& file : log.files_) {
    std::error_code failure;
    const auto bytes = fs::file_size(file, failure);
    if (!failure) log.total_bytes_ += bytes;
  }
  return log;
}

Result<void> Log::scan_parts(const StartReader& start, const Progress& progress) const {
  return Scan(*this, reading_, progress).run(start);
}

namespace {

// The wanted lines of one part.
class Selected final : public Part {
 public:
  explicit Selected(const Log::Visitor& visit) : visit_(visit) {}

  void add(const Line& line) {
    lines_.push_back(line);
    text_.append(line.text);
  }

  bool take() override {
    std::size_t at = 0;
    return std::all_of(lines_.begin(), lines_.end(), [&](Line line) {
      line.text = std::string_view(text_).substr(at, line.at.size);
      at += line.at.size;
      return visit_(line);
    });
  }

 private:
  const Log::Visitor& visit_;
  std::vector<Line> lines_;
  std::string text_;  // of all lines
};

// Owner: a thread of Log::scan.
class Selector final : public PartReader {
 public:
  Selector(const Log::Wants& wants, const Log::Visitor& visit) : wants_(wants), visit_(visit) {}

  void read(const Line& line) override {
    if (wants_(line)) part_->add(line);
  }

  std::unique_ptr<Part> finish() override {
    return std::exchange(part_, std::make_unique<Selected>(visit_));
  }

 private:
  const Log::Wants& wants_;
  const Log::Visitor& visit_;
  std::unique_ptr<Selected> part_ = std::make_unique<Selected>(visit_);
};

}  // namespace

Result<void> Log::scan(const Wants& wants, const Visitor& visit) const {
  return scan_parts([&] { return std::make_unique<Selector>(wants, visit); });
}

Result<std::string> Log::read(const Location& at) const {
  const auto file = File::open(files_[at.file]);
  if (!file) return file.error();
  std::string text(at.size, '\0');
  const auto count = file->read(text.data(), text.size(), at.offset);
  if (!count) return count.error();
  text.resize(*count);
  return text;
}

}  // namespace understudy::report
