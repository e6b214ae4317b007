// Any bytes may be given to the JSON parser, and any two documents to the comparer.
#include <memory>
#include <string>

#include "fuzz.h"
#include "understudy/diff/compare.h"
#include "understudy/json/document.h"
#include "understudy/json/utf8.h"
#include "understudy/json/writer.h"

using namespace understudy;

namespace {

// The comparer under test: rules of every kind, so that each of their paths is walked.
diff::Comparer& comparer() {
  static const auto made = [] {
    config::Diff diff;
    const auto rule = [&](std::string path, config::DiffRule::Action action) -> config::DiffRule& {
      config::DiffRule& added = diff.rules.emplace_back();
      added.path = std::move(path);
      added.action = action;
      return added;
    };
    using Action = config::DiffRule::Action;
    rule("/**/at", Action::ignore);
    rule("/set", Action::array_set);
    rule("/bag/**", Action::array_multiset);
    rule("/keyed", Action::array_key).key = "k";
    rule("/**/n", Action::tolerance).tolerance.amount = 0.5;
    rule("/**/m", Action::match).pattern = "x.*";
    auto comparer = diff::Comparer::create(diff, {}, "fuzz");
    fuzz::must(comparer.ok(), "the rules compile");
    return std::move(*comparer);
  }();
  return *made;
}

diff::Comparison compare(std::string_view media_type, std::string_view left,
                         std::string_view right) {
  http::Fields fields;
  fields.add("Content-Type", media_type);
  diff::Answer primary;
  primary.status = 200;
  primary.fields = &fields;
  diff::Answer shadow = primary;
  primary.body = left;
  shadow.body = right;
  primary.total_bytes = left.size();
  shadow.total_bytes = right.size();
  return comparer().compare("GET /", primary, shadow, WallTime());
}

void check_round_trip(std::string_view text) {
  json::Document document;
  if (!document.parse(text).ok()) {
    fuzz::must(!document.fault().empty(), "a refused text has a fault");
    return;
  }
  fuzz::must(json::is_utf8(text), "what was parsed is UTF-8");
  const auto written = document.root().to_json();
  json::Document again;
  fuzz::must(again.parse(written).ok(), "what was written is JSON");
  fuzz::must(again.root().to_json() == written, "writing again changes nothing");
  fuzz::must(compare("application/json", text, written).differences.empty(),
             "a document is the same as its own writing");
}

void check_comparison(std::string_view left, std::string_view right) {
  for (const auto* type : {"application/json", "text/plain"}) {
    const auto there = compare(type, left, right);
    fuzz::must(there.differences.size() <= limits::max_differences, "differences are bounded");
    for (const auto& difference : there.differences) {
      fuzz::must(difference.primary.text.size() <= limits::max_value_bytes, "values are bounded");
      fuzz::must(!difference.place.empty(), "a difference has a place");
    }
    fuzz::must(compare(type, left, left).differences.empty(), "a body is the same as itself");
    if (there.differences.empty()) continue;
    fuzz::must(!diff::signature("GET /", there.differences).empty(),
               "differences have a signature");
  }
}

// The place of one value among the others, and all that its document says of it.
bool is_same_value(json::Value a, json::Value b) {
  if (a.type() != b.type() || a.size() != b.size() || a.end_index() != b.end_index()) return false;
  switch (a.type()) {
    case json::Type::null:
      return true;
    case json::Type::boolean:
      return a.boolean() == b.boolean();
    case json::Type::string:
    case json::Type::number:
      return a.text() == b.text();
    default:
      return a.source() == b.source();
  }
}

void check_model(std::string_view model, std::string_view text) {
  json::Document first, second, alone;
  (void)first.parse(model);
  (void)alone.parse(text);
  (void)second.parse(text, first);
  fuzz::must(second.fault() == alone.fault(), "a model changes no fault");
  fuzz::must(second.size() == alone.size(), "a model adds and takes no value");
  for (std::size_t i = 0; i < alone.size(); ++i) {
    fuzz::must(is_same_value(alone.at(i), second.at(i)), "a model changes no value");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  check_round_trip(text);
  const auto half = text.find('|') == text.npos ? size / 2 : text.find('|');
  const auto rest = text.substr(half);
  const auto other = rest.starts_with('|') ? rest.substr(1) : rest;
  check_comparison(text.substr(0, half), other);
  check_model(text.substr(0, half), other);
  check_model(text, other);
  return 0;
}
