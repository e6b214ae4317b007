#include "report/scan.h"

#include <algorithm>
#include <utility>

#include "understudy/base/thread.h"

namespace understudy::report {

namespace {

std::size_t threads_for(const Log& log, const Reading& reading) {
  const auto parts = log.total_bytes() / reading.part_bytes + 1;
  return std::min<std::uint64_t>(std::max(reading.threads, 1u), parts);
}

}  // namespace

Scan::Scan(const Log& log, const Reading& reading, const Log::Progress& progress)
    : log_(log), reading_(reading), progress_(progress), threads_(threads_for(log, reading)) {}

Result<void> Scan::run(const Log::StartReader& start) {
  std::vector<std::unique_ptr<Desk>> desks;
  std::vector<std::unique_ptr<Thread>> threads;
  desks.push_back(std::make_unique<Desk>(Desk{start(), {}}));
  while (desks.size() < threads_) {
    desks.push_back(std::make_unique<Desk>(Desk{start(), {}}));
    auto thread = Thread::start([this, desk = desks.back().get()] { work(*desk); });
    if (!thread) break;  // then there are as many as the system has
    threads.push_back(std::move(*thread));
  }
  work(*desks.front());
  threads.clear();
  return result_;
}

void Scan::work(Desk& desk) {
  while (const auto job = next_job()) put(job->number, read(*job, desk));
}

std::optional<Scan::Job> Scan::next_job() {
  std::unique_lock lock(mutex_);
  is_room_.wait(lock, [this] { return is_over_ || handed_out_ < taken_ + parts_ahead * threads_; });
  if (is_over_ || !has_more_jobs()) return std::nullopt;
  return cut_job();
}

void Scan::put(std::size_t number, Done done) {
  std::unique_lock lock(mutex_);
  waiting_.emplace(number, std::move(done));
  if (is_taking_) return;
  is_taking_ = true;
  while (!is_over_) {
    const auto next = waiting_.extract(taken_);
    if (next.empty()) break;
    lock.unlock();
    const bool goes_on = take(next.mapped());
    lock.lock();
    ++taken_;
    is_over_ = !goes_on;
    is_room_.notify_all();
  }
  is_taking_ = false;
}

bool Scan::take(const Done& done) {
  if (done.part && !done.part->take()) return false;
  result_ = done.read;
  if (progress_) progress_(bytes_ += done.bytes, log_.total_bytes());
  return done.read.ok();
}

// A file is opened once, so that all of it is read though it may be removed meanwhile. Its last
// part goes on to wherever it ends by then.
Scan::Job Scan::cut_job() {
  if (!file_) {
    auto opened = File::open(log_.files()[file_index_]);
    if (!opened) {
      file_index_ = log_.files().size();
      return {handed_out_++, 0, opened.error(), {}, 0};
    }
    file_ = std::make_shared<const File>(std::move(*opened));
    file_bytes_ = file_->size();
    cut_ = 0;
  }
  const auto bytes = std::min<std::uint64_t>(file_bytes_ - cut_, reading_.part_bytes);
  const bool is_last = cut_ + bytes == file_bytes_;
  const Stretch stretch{cut_, is_last ? Stretch{}.end : cut_ + bytes};
  Job job{handed_out_++, file_index_, file_, stretch, bytes};
  cut_ += bytes;
  if (is_last) {
    file_.reset();
    ++file_index_;
  }
  return job;
}

Scan::Done Scan::read(const Job& job, Desk& desk) const {
  if (!job.file) return {job.file.error(), nullptr, 0};
  const auto& name = log_.files()[job.file_index];
  const auto take = [&](const RawLine& raw) -> Result<bool> {
    if (raw.text.empty() && raw.is_whole) return true;
    const auto kind = raw.is_whole ? classify(raw.text, name) : LineKind::torn;
    if (!kind) return kind.error();
    desk.reader->read({*kind, raw.text, {job.file_index, raw.offset, raw.text.size()}});
    return true;
  };
  auto read = desk.lines.each_in(**job.file, job.stretch, take);
  return {std::move(read), desk.reader->finish(), job.bytes};
}

}  // namespace understudy::report
