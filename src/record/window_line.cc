#include <cstring>

#include "count.h"
#include "understudy/base/ascii.h"
#include "understudy/json/utf8.h"
#include "understudy/record/decode.h"

namespace understudy::record {

namespace {

// So many digits fit into every integer that a decoder could make of them.
constexpr std::ptrdiff_t most_digits = 18;

// Reads a window's line in exactly the form that encode() gives it.
//
// Promise: what it reads, decode_window() would read the same from the parsed line. It gives up on
//          everything that encode() could have written otherwise, rare forms (an escape in a name)
//          among them.
class WindowText {
 public:
  explicit WindowText(std::string_view line) : at_(line.data()), end_(at_ + line.size()) {
    // Where this is the last character, a row of digits cannot reach the end.
    if (line.empty() || line.back() != '}') fail();
  }

  // Overwrites all of `window`, whose memory is used again. False leaves it half read.
  bool read(Window& window) {
    expect(R"({"schema_version":1,"kind":"window","instance":)");
    window.instance = text();
    window.stage = static_cast<std::uint32_t>(number(R"(,"stage":)"));
    window.from = time(R"(,"from":)");
    window.to = time(R"(,"to":)");
    window.is_final = flag(R"(,"is_final":)");
    window.live.requests = number(R"(,"live":{"requests":)");
    counts(R"(,"failures":)", window.live.failures);
    each(R"(},"shadows":)", window.shadows, [&](auto& counted) { shadow(counted); });
    each(R"(,"endpoints":)", window.endpoints, [&](auto& counted) { endpoint(counted); });
    window.records_dropped = number(R"(,"records_dropped":)");
    window.segments_removed = number(R"(,"segments_removed":)");
    expect(R"(,"noise_mode":)");
    const auto mode = text();
    window.noise_mode = diff::noise_mode_of(mode);
    if (diff::name(window.noise_mode) != mode) fail();
    each(R"(,"renamed":)", window.renamed, [&](auto& endpoint) {
      expect(R"({"from":)");
      endpoint.from = text();
      expect(R"(,"to":)");
      endpoint.to = text();
      expect("}");
    });
    expect("}");
    return is_good_ && at_ == end_;
  }

 private:
  void shadow(ShadowCounts& counted) {
    expect(R"({"shadow":)");
    counted.shadow = text();
    counted.received = number(R"(,"received":)");
    counted.mirrored = number(R"(,"mirrored":)");
    counts(R"(,"not_mirrored":)", counted.not_mirrored);
    counted.in_flight = number(R"(,"in_flight":)");
    histogram(R"(,"backstage_delay_us":)", counted.backstage_delay);
    expect("}");
  }

  void endpoint(EndpointCounts& counted) {
    expect(R"({"endpoint":)");
    counted.endpoint = text();
    expect(R"(,"shadow":)");
    counted.shadow = text();
    counted.same = number(R"(,"same":)");
    counted.different = number(R"(,"different":)");
    counted.noise = number(R"(,"noise":)");
    counts(R"(,"tainted":)", counted.tainted);
    counted.referenced = number(R"(,"referenced":)");
    counts(R"(,"shadow_failed":)", counted.shadow_failed);
    counts(R"(,"not_compared":)", counted.not_compared);
    counted.primary_errors = number(R"(,"primary_errors":)");
    counted.shadow_errors = number(R"(,"shadow_errors":)");
    counted.both_errors = number(R"(,"both_errors":)");
    each(R"(,"places":)", counted.places, [&](auto& added) { counted_place(added); });
    each(R"(,"signatures":)", counted.signatures, [&](auto& added) { signature(added); });
    expect(",");
    latencies(counted.latency);
    expect(R"(,"cold":{)");
    latencies(counted.cold_latency);
    expect("}}");
  }

  void counted_place(EndpointCounts::Place& added) {
    auto& counts = added.counts;
    place(added.key.place, added.key.kind);
    expect(R"(,"class":)");
    const auto value_class = text();
    added.key.value_class = class_of(value_class);
    if (diff::name(added.key.value_class) != value_class) fail();
    counts.differed = number(R"(,"count":)");
    counts.only_shadow = number(R"(,"reference":[)");
    counts.only_reference = number(",");
    counts.both = number(",");
    counts.only_primary = number(",");
    counts.shadow_above = number(",");
    counts.shadow_below = number(",");
    counts.shadow_more = number(",");
    counts.reference_more = number(",");
    counts.less = number(R"(],"sides":[)");
    counts.greater = number(",");
    counts.steady = number(R"(],"repeats":[)");
    counts.varied = number(",");
    counts.rises = number(R"(],"trend":[)");
    counts.falls = number(",");
    counts.alike = number(",");
    counts.stuck = number(",");
    expect("]");
    severity(counts.severity);
    expect("}");
  }

  void signature(EndpointCounts::Signature& counted) {
    expect(R"({"id":)");
    counted.id = text();
    each(R"(,"places":)", counted.places, [&](auto& added) {
      place(added.first, added.second);
      expect("}");
    });
    counted.count = number(R"(,"count":)");
    severity(counted.severity);
    auto& rechecks = counted.rechecks;
    rechecks.persistent = number(R"(,"rechecks":[)");
    rechecks.transient = number(",");
    rechecks.unstable = number(",");
    expect("]}");
  }

  void severity(diff::SeverityCounts& counts) {
    counts.breaking = number(R"(,"severity":[)");
    counts.suspicious = number(",");
    counts.additive = number(",");
    expect("]");
  }

  // Without the brace behind it.
  void place(std::string& name, diff::Kind& kind) {
    expect(R"({"place":)");
    name = text();
    expect(R"(,"kind":)");
    const auto known = kind_of(text());
    if (!known) return fail();
    kind = *known;
  }

  // The members of an object.
  void latencies(Latencies& read) {
    histogram(R"("primary_latency_us":)", read.primary);
    histogram(R"(,"shadow_latency_us":)", read.shadow);
    histogram(R"(,"slower_by_us":)", read.slower_by);
    histogram(R"(,"faster_by_us":)", read.faster_by);
  }

  void histogram(std::string_view before, Histogram& latency) {
    latency.clear();
    expect(before);
    each([&] {
      const auto lowest = number("[");
      const auto count = number(",");
      expect("]");
      latency.add_bucket(Histogram::index_of(static_cast<std::int64_t>(lowest)), count);
    });
  }

  void counts(std::string_view before, std::map<std::string, std::uint64_t>& by_reason) {
    by_reason.clear();
    expect(before);
    expect("{");
    if (skip('}')) return;
    do {
      const auto reason = text();
      add_count(by_reason[std::string(reason)], number(":"));
    } while (skip(','));
    expect("}");
  }

  // Reads the array that follows `before` into `items`, each with `read`.
  template <typename Item, typename Read>
  void each(std::string_view before, std::vector<Item>& items, Read read) {
    std::size_t count = 0;
    expect(before);
    each([&] {
      read(count < items.size() ? items[count] : items.emplace_back());
      ++count;
    });
    items.resize(count);
  }

  // Calls `take` for each element of an array.
  template <typename Take>
  void each(Take take) {
    expect("[");
    if (skip(']')) return;
    do {
      take();
    } while (skip(','));
    expect("]");
  }

  std::uint64_t number(std::string_view before) {
    expect(before);
    if (!is_good_) return 0;
    std::uint64_t value = 0;
    const auto* const begin = at_;
    for (; ascii::is_digit(*at_); ++at_) value = value * 10 + static_cast<unsigned>(*at_ - '0');
    const auto digits = at_ - begin;
    if (digits == 0 || digits > most_digits || (digits > 1 && *begin == '0')) fail();
    return value;
  }

  std::string_view text() {
    if (!skip('"')) {
      fail();
      return {};
    }
    const auto* const begin = at_;
    while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= ' ') {
      ++at_;
    }
    const auto* const end = at_;
    expect(R"(")");
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  WallTime time(std::string_view before) {
    expect(before);
    return from_rfc3339(text()).value_or(WallTime{});
  }

  bool flag(std::string_view before) {
    expect(before);
    const bool is_set = at_ != end_ && *at_ == 't';
    expect(is_set ? "true" : "false");
    return is_set;
  }

  void expect(std::string_view text) {
    const auto left = static_cast<std::size_t>(end_ - at_);
    if (left < text.size() || std::memcmp(at_, text.data(), text.size()) != 0) return fail();
    at_ += text.size();
  }

  bool skip(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  // Nothing fits behind the end, so every loop stops.
  void fail() {
    is_good_ = false;
    at_ = end_;
  }

  const char* at_;
  const char* end_;
  bool is_good_ = true;
};

}  // namespace

bool read_window(std::string_view line, Window& window, json::Document& scratch) {
  if (json::is_utf8(line) && WindowText(line).read(window)) return true;
  if (!scratch.parse(line) || scratch.root().type() != json::Type::object) return false;
  window = decode_window(scratch.root());
  return true;
}

}  // namespace understudy::record
