#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/json/document.h"

namespace understudy::support {

// A written log, read by its tests: sums over all windows, and the exchanges that were kept.
class LogReader {
 public:
  explicit LogReader(std::string directory) : directory_(std::move(directory)) {}

  // Of all windows, for one shadow: "same", "different", "shadow_failed:reset", ...
  std::uint64_t outcomes(std::string_view outcome, std::string_view shadow) const;
  // received, mirrored, in_flight, or "not_mirrored:<reason>".
  std::uint64_t decisions(std::string_view decision, std::string_view shadow) const;
  // The lines of that kind, as JSON texts.
  std::vector<std::string> records(std::string_view kind) const;
  // "place kind" of every difference of the only exchange record.
  std::vector<std::string> differences() const;
  // received = mirrored + not mirrored; mirrored = compared + not compared; nothing under way.
  void check_books(const std::vector<std::string>& shadows) const;

 private:
  std::uint64_t sum(const std::function<std::uint64_t(json::Value window)>& of_window) const;

  std::string directory_;
};

}  // namespace understudy::support
