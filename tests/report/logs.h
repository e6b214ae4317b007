#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "record/samples.h"
#include "support/temp_dir.h"
#include "understudy/record/aggregate.h"
#include "understudy/report/report.h"

// Logs as the tests of this room need them.
namespace understudy::report::samples {

using record::samples::exchange;

// A window of one process in which `exchanges` were mirrored to "v2".
inline record::Window window(const std::vector<record::Exchange>& exchanges,
                             const std::string& instance = "one") {
  record::WindowBuilder builder;
  for (const auto& each : exchanges) builder.add(each);
  record::Window result;
  builder.take(result);
  result.instance = instance;
  result.from = WallTime(Duration(1'767'225'600'000'000));
  result.to = result.from + limits::window_period;
  result.is_final = true;
  result.live.requests = exchanges.size();
  result.shadows = {{"v2", exchanges.size(), exchanges.size(), {}, 0, {}}};
  return result;
}

inline record::Window window_of(std::size_t same, std::size_t different) {
  std::vector<record::Exchange> exchanges(same, exchange(record::Outcome::same));
  exchanges.insert(exchanges.end(), different, exchange(record::Outcome::different));
  return window(exchanges);
}

inline void append(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::app) << text;
}

inline Summary merged(const std::vector<record::Window>& windows) {
  Merger merger;
  for (const auto& each : windows) merger.add(each);
  return merger.summary();
}

}  // namespace understudy::report::samples
