#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "understudy/record/record.h"

namespace understudy::record {

// Sums exchanges up into the next window, within limits::max_window_*: what goes over is summed
// under the endpoint "(other)".
//
// Owner: a backstage stage. Thread: its own.
class WindowBuilder {
 public:
  WindowBuilder();
  ~WindowBuilder();
  // Every mirrored exchange passes here exactly once, kept or not.
  void add(const Exchange& exchange);
  // `exchange` differed, now or in an earlier window, and was asked again.
  void add_recheck(const Exchange& exchange, Recheck result);
  // Moves the endpoints' counts into `window` and begins anew.
  void take(Window& window);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Decides which exchanges are kept in full: `per_hour` for each shadow and signature (or reason),
// the rest is only counted. Exchanges with outcome `same` are never kept. Bounded in memory.
class ExampleFilter {
 public:
  explicit ExampleFilter(std::uint32_t per_hour);
  bool wants(const Exchange& exchange);

 private:
  std::uint32_t per_hour_;
  std::int64_t hour_ = -1;
  std::map<std::string, std::uint32_t> kept_;
};

}  // namespace understudy::record
