// Lines of a log from whatever comes. Promises:
// - what is read of a record and written anew reads back the same;
// - a line says which kind it is, before it is parsed and after;
// - windows merge and exchanges are shown, whatever they say: as valid JSON, and for people in
//   lines no wider than asked for, without control characters.

#include <algorithm>
#include <string>

#include "fuzz.h"
#include "report/text.h"
#include "understudy/base/limits.h"
#include "understudy/json/document.h"
#include "understudy/record/decode.h"
#include "understudy/report/exchanges.h"
#include "understudy/report/log.h"
#include "understudy/report/render.h"

namespace {

using namespace understudy;
using fuzz::must;

constexpr std::size_t width = limits::min_report_width;

json::Document parsed(std::string_view text, std::string_view promise) {
  json::Document document;
  must(document.parse(text).ok(), promise);
  return document;
}

void check_shown(std::string_view text, std::size_t most_columns) {
  while (!text.empty()) {
    const auto line = fuzz::take_line(text);
    must(report::columns(line) <= most_columns, "no line is wider than asked for");
    must(std::none_of(line.begin(), line.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }),
         "nothing is shown that could control a terminal");
  }
}

void check_exchange(json::Value value) {
  const auto exchange = record::decode_exchange(value);
  const auto line = record::encode(exchange);
  const auto document = parsed(line, "an exchange is written as JSON");
  must(record::encode(record::decode_exchange(document.root())) == line,
       "an exchange reads back the same");
  const auto kind = report::classify(line, "fuzz");
  must(kind && *kind == report::LineKind::exchange, "a written exchange is known as one");
  report::Style style;
  style.width = width;
  style.shows_all = true;
  check_shown(report::render_exchange(exchange, style), width);
  check_shown(report::render_row(exchange, style), SIZE_MAX);  // with its whole id
}

// What a window's line says, as a line; empty when it says nothing.
std::string read_again(std::string_view line) {
  static record::Window window;
  static json::Document scratch;
  return record::read_window(line, window, scratch) ? record::encode(window) : std::string();
}

void check_window(json::Value value) {
  const auto window = record::decode_window(value);
  const auto line = record::encode(window);
  const auto document = parsed(line, "a window is written as JSON");
  must(record::encode(record::decode_window(document.root())) == line,
       "a window reads back the same");
  must(read_again(line) == line, "a window is read the same without parsing");
  const auto kind = report::classify(line, "fuzz");
  must(kind && *kind == report::LineKind::window, "a written window is known as one");
  report::Merger merger;
  merger.add(window);
  merger.add(window);
  report::Report report;
  report.summary = merger.summary();
  must(report.summary.windows == 2, "each window counts");
  const auto verdict = report::judge(report.summary, {});
  parsed(report::report_json(report, verdict), "a report is written as JSON");
  report::Style style;
  style.width = width;
  check_shown(report::render_report(report, verdict, style), width);
  check_shown(report::render_verdict(report.summary, verdict, style), width);
}

void check_line(std::string_view text) {
  static_cast<void>(report::classify(text, "fuzz"));
  static_cast<void>(report::parse_exchange(text));
  json::Document document;
  if (!document.parse(text).ok() || document.root().type() != json::Type::object) {
    must(read_again(text).empty(), "what is not JSON is no window");
    return;
  }
  check_exchange(document.root());
  check_window(document.root());
  must(read_again(text) == record::encode(record::decode_window(document.root())),
       "a window is read the same with and without parsing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_line(fuzz::as_text(data, size));
  return 0;
}
