#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "understudy/base/clock.h"
#include "understudy/base/result.h"
#include "understudy/config/config.h"

namespace understudy::record {

// Writes lines into NDJSON segments on a thread of its own. A full queue or a full disk drops lines
// and counts them; writing heals by itself when space returns. Files are 0600, the directory 0700.
// Several writers, also of other machines, may share a directory.
//
// Windows carry the figures: examples never fill the queue up to its end, and windows that the disk
// refuses wait in memory, within limits::writer_queue_bytes, until it takes them.
//
// Owner:  the service. Thread: write() and the counters from any; the rest from the owner's.
class Writer {
 public:
  // Creates the directory if need be and opens the first segment. Errors: io, with path and reason.
  static Result<std::unique_ptr<Writer>> open(const config::Log& log, const Clock& clock);
  // Writes what is queued, syncs and closes. What the disk still refuses is lost.
  ~Writer();

  // Takes one line without its newline. Never blocks on I/O. False when it was dropped.
  bool write(std::string line);

  // Waits until everything queued so far is written, dropped or (windows) waiting for the disk.
  void flush();

  std::uint64_t dropped() const;           // lines, since the start
  std::uint64_t segments_removed() const;  // since the start

  // The same two since anybody asked last, so that all windows together tell each once.
  struct Losses {
    std::uint64_t dropped = 0;
    std::uint64_t segments_removed = 0;
  };
  Losses take_losses();

  // Goes on in a new segment, when what is queued so far is written: others may move the old ones.
  void reopen();

 private:
  struct Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::record
