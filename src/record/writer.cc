#include "understudy/record/writer.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "segments.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/base/log.h"
#include "understudy/base/thread.h"
#include "understudy/record/record.h"

namespace understudy::record {

namespace {

// One write(2) for many lines, up to about here.
constexpr std::size_t chunk_bytes = 256 * limits::kib;

// The log's files, as the writer's thread sees them.
//
//   open --(the disk refuses)--> broken --(after limits::log_retry_pause, it takes a line)--> open
//
// Owner: the writer. Thread: the writer's own, once it runs.
class Files {
 public:
  Files(const config::Log& log, const Clock& clock)
      : log_(log), clock_(clock), instance_(random64()) {}

  Result<void> open_first() {
    const auto made = make_directory(log_.path);
    if (!made) return made;
    return open_segment();
  }

  // Takes all lines, those that wait from earlier first.
  void put_all(std::vector<std::string> lines) {
    auto waiting = std::exchange(waiting_, {});
    waiting_bytes_ = 0;
    for (auto& line : waiting) put(std::move(line));
    for (auto& line : lines) put(std::move(line));
    write_chunk();
  }

  // Others may have moved the directory away, too.
  void reopen() {
    segment_.reset();
    retry_at_ = Instant{};
    if (const auto opened = open_first(); !opened) break_off(opened.error().detail);
  }

  // The next line is tried however short ago the disk refused.
  void forget_pause() { retry_at_ = Instant{}; }

  bool has_waiting() const { return !waiting_.empty(); }

  void close() {
    dropped_ += waiting_.size();
    waiting_.clear();
    segment_.reset();
  }

  std::uint64_t dropped() const { return dropped_; }
  std::uint64_t removed() const { return removed_; }

 private:
  void put(std::string line) {
    if (!segment_ && !heal()) return refuse(std::move(line));
    const auto held = segment_->size() + chunk_text_bytes_;
    if (held != 0 && held + line.size() + 1 > log_.segment_bytes && !rotate()) {
      return refuse(std::move(line));
    }
    chunk_text_bytes_ += line.size() + 1;
    chunk_.push_back(std::move(line));
    if (chunk_text_bytes_ >= chunk_bytes) write_chunk();
  }

  bool rotate() {
    write_chunk();
    if (!segment_) return false;
    segment_.reset();
    return heal();
  }

  bool heal() {
    if (clock_.now() < retry_at_) return false;
    const auto opened = open_segment();
    if (!opened) break_off(opened.error().detail);
    return opened.ok();
  }

  Result<void> open_segment() {
    // Room for the whole new segment, so that the directory stays under log.keep all the time.
    removed_ +=
        remove_oldest(log_.path, log_.keep_bytes - std::min(log_.keep_bytes, log_.segment_bytes));
    const auto name = segment_name(clock_.wall(), instance_, ++number_);
    auto segment = Segment::create(log_.path + "/" + name);
    if (!segment) return segment.error();
    segment_.emplace(std::move(segment).value());
    return {};
  }

  void write_chunk() {
    if (chunk_.empty()) return;
    text_.clear();
    for (const auto& line : chunk_) text_.append(line) += '\n';
    auto lines = std::exchange(chunk_, {});
    chunk_text_bytes_ = 0;
    auto written = segment_->append(text_);
    if (written == text_.size()) return mark_healthy();

    break_off(fmt::format("cannot write to the log in {}: {}", log_.path, std::strerror(errno)));
    for (auto& line : lines) {
      if (written < line.size() + 1) {
        refuse(std::move(line));
      } else {
        written -= line.size() + 1;
      }
    }
  }

  void break_off(std::string_view why) {
    segment_.reset();
    retry_at_ = clock_.now() + limits::log_retry_pause;
    if (std::exchange(is_healthy_, false)) log::warning("{}; records are dropped and counted", why);
  }

  void mark_healthy() {
    if (!std::exchange(is_healthy_, true))
      log::info("the log in {} takes records again", log_.path);
  }

  void refuse(std::string line) {
    if (!is_window_line(line) || waiting_bytes_ + line.size() > limits::writer_queue_bytes) {
      ++dropped_;
      return;
    }
    waiting_bytes_ += line.size();
    waiting_.push_back(std::move(line));
  }

  const config::Log log_;
  const Clock& clock_;
  const std::uint64_t instance_;
  std::uint64_t number_ = 0;
  std::optional<Segment> segment_;
  Instant retry_at_{};
  bool is_healthy_ = true;
  std::vector<std::string> chunk_;  // lines of the write to come
  std::size_t chunk_text_bytes_ = 0;
  std::string text_;                  // scratch
  std::vector<std::string> waiting_;  // windows that the disk refused
  std::size_t waiting_bytes_ = 0;
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> removed_{0};
};

}  // namespace

struct Writer::Impl {
  // What the thread takes from the queue at once.
  struct Batch {
    std::vector<std::string> lines;
    std::size_t bytes = 0;
    bool is_last = false;       // nothing comes after it
    bool ends_segment = false;  // what follows goes to a new one
  };

  Impl(const config::Log& log, const Clock& clock) : files(log, clock) {}

  void run() {
    bool is_running = true;
    while (is_running) {
      auto batch = next_batch();
      is_running = !batch.is_last;
      if (batch.is_last) files.forget_pause();
      const auto count = batch.lines.size();
      files.put_all(std::move(batch.lines));
      if (batch.ends_segment && !batch.is_last) files.reopen();
      const std::lock_guard lock(mutex);
      queued_bytes -= batch.bytes;
      done += count;
      idle.notify_all();
    }
    files.close();
  }

  Batch next_batch() {
    std::unique_lock lock(mutex);
    const auto has_work = [this] { return is_stopping || wants_segment || !queue.empty(); };
    if (files.has_waiting()) {
      work.wait_for(lock, limits::log_retry_pause, has_work);
    } else {
      work.wait(lock, has_work);
    }
    return {std::exchange(queue, {}), queued_bytes, is_stopping,
            std::exchange(wants_segment, false)};
  }

  Files files;
  std::mutex mutex;  // guards what follows
  std::condition_variable work, idle;
  std::vector<std::string> queue;
  std::size_t queued_bytes = 0;       // with the batch being written
  std::uint64_t taken = 0, done = 0;  // lines
  bool is_stopping = false;
  bool wants_segment = false;
  Losses told;
  std::atomic<std::uint64_t> dropped{0};  // because the queue was full
  std::unique_ptr<Thread> thread;
};

Result<std::unique_ptr<Writer>> Writer::open(const config::Log& log, const Clock& clock) {
  auto impl = std::make_unique<Impl>(log, clock);
  const auto opened = impl->files.open_first();
  if (!opened) return opened.error();
  auto started = Thread::start([state = impl.get()] { state->run(); });
  if (!started) return started.error();
  impl->thread = std::move(*started);
  return std::unique_ptr<Writer>(new Writer(std::move(impl)));
}

Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->is_stopping = true;
  }
  impl_->work.notify_one();
  impl_->thread.reset();
}

bool Writer::write(std::string line) {
  const auto limit =
      is_window_line(line) ? limits::writer_queue_bytes : limits::writer_example_bytes;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->queued_bytes + line.size() > limit) {
      ++impl_->dropped;
      return false;
    }
    impl_->queued_bytes += line.size();
    impl_->queue.push_back(std::move(line));
    ++impl_->taken;
  }
  impl_->work.notify_one();
  return true;
}

void Writer::flush() {
  std::unique_lock lock(impl_->mutex);
  impl_->idle.wait(lock, [this, wanted = impl_->taken] { return impl_->done >= wanted; });
}

Writer::Losses Writer::take_losses() {
  const std::lock_guard lock(impl_->mutex);
  const Losses now{dropped(), segments_removed()};
  const auto told = std::exchange(impl_->told, now);
  return {now.dropped - told.dropped, now.segments_removed - told.segments_removed};
}

void Writer::reopen() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->wants_segment = true;
  }
  impl_->work.notify_one();
}

std::uint64_t Writer::dropped() const {
  return impl_->dropped + impl_->files.dropped();
}
std::uint64_t Writer::segments_removed() const {
  return impl_->files.removed();
}

}  // namespace understudy::record
