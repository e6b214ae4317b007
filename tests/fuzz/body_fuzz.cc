// Bodies that are told as JSON. The first byte chooses what they hold, the rest is two bodies with
// a
// "|" between them. Promises: what is told is JSON, or there is a fault; a body is the same as
// itself; nobody is more different one way round than the other; differences are bounded and have
// places.
#include <algorithm>
#include <memory>
#include <string>

#include "diff/media.h"
#include "diff/translate.h"
#include "fuzz.h"
#include "understudy/diff/compare.h"
#include "understudy/json/document.h"

using namespace understudy;
using fuzz::must;

namespace {

constexpr std::string_view types[] = {
    "application/x-ndjson", "application/json-seq",
    "text/event-stream",    "text/html",
    "application/xml",      "application/x-www-form-urlencoded",
};

diff::Comparison compare(std::string_view type, std::string_view left, std::string_view right) {
  static const auto comparer = diff::Comparer::create({}, {}, "fuzz");
  http::Fields fields;
  fields.add("Content-Type", type);
  const diff::Answer primary{200, &fields, nullptr, left, left.size(), nullptr};
  const diff::Answer shadow{200, &fields, nullptr, right, right.size(), nullptr};
  return (*comparer)->compare("GET /", primary, shadow, {});
}

void check_told(std::string_view type, std::string_view left, std::string_view right) {
  if (!diff::is_plain_text(left) || !diff::is_plain_text(right)) return;
  const auto shape = diff::shape_of(type);
  for (const auto& told :
       {diff::translate(shape, left, right), diff::translate_order(shape, left, right)}) {
    if (!told.fault.empty()) continue;
    json::Document document;
    for (const auto& text : {told.primary, told.shadow}) {
      const bool is_json = document.parse(text).ok() || document.fault() == "too_deep";
      must(is_json, "what is told is JSON");
    }
    const bool is_same = left != right || told.primary == told.shadow;
    must(is_same, "the same is told in the same way");
  }
}

void check_comparison(std::string_view type, std::string_view left, std::string_view right) {
  const auto there = compare(type, left, right);
  const auto back = compare(type, right, left);
  must(there.differences.size() <= limits::max_differences, "differences are bounded");
  must(there.differences.empty() == back.differences.empty(), "both ways are the same or not");
  for (const auto& difference : there.differences) {
    must(difference.primary.text.size() <= limits::max_value_bytes, "values are bounded");
    must(!difference.place.empty(), "a difference has a place");
  }
  must(compare(type, left, std::string(left)).differences.empty(), "a body is as itself");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto type = types[data[0] % std::size(types)];
  const auto text = fuzz::as_text(data + 1, size - 1);
  const auto half = text.find('|') == text.npos ? text.size() / 2 : text.find('|');
  const auto rest = text.substr(half);
  const auto left = text.substr(0, half);
  const auto right = rest.starts_with('|') ? rest.substr(1) : rest;
  check_told(type, left, right);
  check_comparison(type, left, right);
  return 0;
}
