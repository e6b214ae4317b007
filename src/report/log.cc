#include "understudy/report/log.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "report/file.h"
#include "understudy/base/limits.h"
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

Result<Log> Log::open(const std::vector<std::string>& paths) {
  Log log;
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

Result<void> Log::scan(const Visitor& visit, const Progress& progress) const {
  std::uint64_t bytes_before = 0, told = 0;
  bool goes_on = true;
  for (std::size_t i = 0; i < files_.size() && goes_on; ++i) {
    const auto file = File::open(files_[i]);
    if (!file) return file.error();
    std::uint64_t end = 0;
    const auto read = each_line(*file, 0, [&](const RawLine& raw) -> Result<bool> {
      end = raw.offset + raw.text.size() + 1;
      if (progress && bytes_before + end >= told + limits::log_read_bytes) {
        progress(told = bytes_before + end, total_bytes_);
      }
      if (raw.text.empty() && raw.is_whole) return true;
      const auto kind = raw.is_whole ? classify(raw.text, files_[i]) : LineKind::torn;
      if (!kind) return kind.error();
      goes_on = visit({*kind, raw.text, {i, raw.offset, raw.text.size()}});
      return goes_on;
    });
    if (!read) return read.error();
    bytes_before += end;
  }
  return {};
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
