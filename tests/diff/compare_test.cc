#include "understudy/diff/compare.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "diff/json_diff.h"
#include "understudy/json/writer.h"

using namespace understudy;

namespace {

// A comparer with the defaults, and one pair for it.
struct Bench {
  std::unique_ptr<diff::Comparer> comparer = [] {
    auto made = diff::Comparer::create({}, {}, "key");
    REQUIRE(made.ok());
    return std::move(*made);
  }();
  http::Fields primary_fields;
  http::Fields shadow_fields;
  diff::Answer primary;
  diff::Answer shadow;
  WallTime now{};

  explicit Bench(std::string_view media_type = "application/json") {
    primary_fields.add("Content-Type", media_type);
    shadow_fields.add("Content-Type", media_type);
    primary.status = shadow.status = 200;
    primary.fields = &primary_fields;
    shadow.fields = &shadow_fields;
  }
  diff::Comparison compare(std::string_view left, std::string_view right) {
    primary.body = left;
    shadow.body = right;
    primary.total_bytes = left.size();
    shadow.total_bytes = right.size();
    return comparer->compare("GET /", primary, shadow, now);
  }
};

// Random documents; the members of each object in the order that `shuffle` makes of them.
class Maker {
 public:
  Maker(unsigned seed, unsigned order) : random_(seed), order_(order) {}

  std::string value(int depth) {
    switch (random_() % (depth > 4 ? 4 : 6)) {
      case 0:
        return std::to_string(static_cast<int>(random_() % 100));
      case 1:
        return "\"s" + std::to_string(random_() % 10) + "\\u00e9\"";
      case 2:
        return "null";
      case 3:
        return random_() % 2 == 0 ? "true" : "1.50e3";
      case 4:
        return array(depth);
      default:
        return object(depth);
    }
  }

 private:
  std::string array(int depth) {
    std::string out = "[";
    for (auto left = random_() % 6; left > 0; --left)
      out += value(depth + 1) + (left > 1 ? "," : "");
    return out + "]";
  }
  std::string object(int depth) {
    std::vector<std::string> members;
    for (auto left = random_() % 6; left > 0; --left) {
      members.push_back("\"m" + std::to_string(left) + "\":" + value(depth + 1));
    }
    std::shuffle(members.begin(), members.end(), order_);
    std::string out = "{";
    for (const auto& member : members) out += (out.size() > 1 ? "," : "") + member;
    return out + "}";
  }

  std::mt19937 random_;
  std::mt19937 order_;
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

// How many steps comparing two documents takes.
std::size_t cost(std::string_view left, std::string_view right) {
  const auto redactor = diff::Redactor::create({}, "key");
  REQUIRE(redactor.ok());
  diff::Tree primary;
  diff::Tree shadow;
  REQUIRE(primary.document().parse(left).ok());
  REQUIRE(shadow.document().parse(right).ok());
  diff::Budget budget;
  diff::Findings findings({});
  primary.prepare({}, 1, budget);
  shadow.prepare({}, 1, budget);
  diff::compare_json({primary, shadow, *redactor, budget}, findings);
  return budget.steps;
}

}  // namespace

TEST_CASE("compare: a document is the same as itself, also with its members shuffled") {
  Bench bench;
  for (unsigned seed = 0; seed < 300; ++seed) {
    const auto text = Maker(seed, 1).value(0);
    const auto shuffled = Maker(seed, 2).value(0);
    CAPTURE(text);
    CAPTURE(shuffled);
    CHECK(bench.compare(text, text).differences.empty());
    CHECK(bench.compare(text, shuffled).differences.empty());
    CHECK(bench.compare(text, " " + shuffled + "\n").is_comparable);
  }
}

TEST_CASE("compare: two different documents are never the same") {
  Bench bench;
  for (unsigned seed = 0; seed < 300; ++seed) {
    const auto text = Maker(seed, 1).value(0);
    const auto changed = "[" + text + ",7]";
    CHECK_FALSE(bench.compare("[" + text + ",8]", changed).differences.empty());
    CHECK_FALSE(bench.compare("[" + text + "]", changed).differences.empty());
  }
}

TEST_CASE("compare: hostile documents stay cheap") {
  const std::size_t mib = limits::mib;
  const auto bound = 20 * mib;  // a few steps for each byte, and the alignment tables
  const auto small_numbers = "[" + repeated("1,2,3,1,", mib / 8) + "0]";
  const auto other_numbers = "[" + repeated("2,1,4,2,2,", mib / 10) + "0]";
  CHECK(cost(small_numbers, other_numbers) < bound);

  const auto deep = repeated("[1,", 1000) + "1" + repeated("]", 1000);
  const auto deeper = repeated("[2,", 1000) + "2" + repeated("]", 1000);
  CHECK(cost("[" + repeated(deep + ",", 100) + "0]", "[" + repeated(deeper + ",", 100) + "0]") <
        bound);

  const auto many = "[" + repeated("[1,2,3,4,5,6,7],", mib / 16) + "0]";
  const auto more = "[" + repeated("[7,8,1,9,2],", mib / 12) + "0]";
  CHECK(cost(many, more) < bound);
}

TEST_CASE("compare: one giant name is not written a hundred times") {
  Bench bench;
  const auto name = std::string(500'000, 'x');
  const auto members = [](int value) {
    std::string out;
    for (int i = 0; i < 90; ++i)
      out += "\"" + std::to_string(i) + "k\":" + std::to_string(value) + ",";
    return out + "\"z\":\"a record\"";
  };

  const auto found = bench.compare("{\"" + name + "\":{" + members(1) + "}}",
                                   "{\"" + name + "\":{" + members(2) + "}}");

  REQUIRE(found.differences.size() == 90);
  CHECK(found.differences[0].place.size() <= limits::max_place_bytes + 3);
}

TEST_CASE("compare: nesting up to the limit is compared") {
  Bench bench;
  const auto nested = [](std::string_view inner) {
    const auto depth = limits::max_json_depth;
    return std::string(depth, '[') + std::string(inner) + std::string(depth, ']');
  };
  CHECK(bench.compare(nested("1"), nested(" 1")).differences.empty());
  CHECK(bench.compare(nested("1"), nested("2")).differences.size() == 1);
}

TEST_CASE("compare: of one place only so many differences are kept, and said so") {
  Bench bench("text/plain");
  const auto exact = bench.compare(repeated("a\n", limits::max_differences_of_a_sort) + "z",
                                   repeated("b\n", limits::max_differences_of_a_sort) + "z");
  CHECK(exact.differences.size() == limits::max_differences_of_a_sort);
  CHECK_FALSE(exact.is_truncated);

  const auto more = bench.compare(repeated("a\n", limits::max_differences_of_a_sort + 1) + "z",
                                  repeated("b\n", limits::max_differences_of_a_sort + 1) + "z");
  CHECK(more.differences.size() == limits::max_differences_of_a_sort);
  CHECK(more.is_truncated);
}

TEST_CASE("compare: lines have names where these are few, as those of settings are") {
  Bench bench("text/plain");
  const auto text = [](std::size_t names, int value) {
    std::string all;
    for (std::size_t i = 0; i < names; ++i) {
      all += fmt::format("name_{} {}\n", std::string(i + 1, 'x'), value);
    }
    return all;
  };
  const auto settings = bench.compare(text(40, 1), text(40, 2)).differences;
  REQUIRE(settings.size() == 40);
  CHECK(settings[1].place == "line:2 name_xx");
  const auto data = bench.compare(text(60, 1), text(60, 2)).differences;
  REQUIRE(data.size() == limits::max_differences_of_a_sort);
  CHECK(data[1].place == "line:2");
}

TEST_CASE("compare: what stands behind hundreds of others is found, at most up to the limit") {
  Bench bench;
  const auto body = [](int value, std::size_t items, std::size_t names) {
    std::string text = "{\"items\":[";
    for (std::size_t i = 0; i < items; ++i) text += fmt::format("{{\"n\":{}}},", value);
    text += "{}]";
    for (std::size_t i = 0; i < names; ++i) {
      text += fmt::format(",\"name {}\":{}", std::string(i + 1, 'x'), value);
    }
    return text + "}";
  };
  const auto one = bench.compare(body(1, 700, 1), body(2, 700, 1));
  CHECK(one.is_truncated);
  CHECK_FALSE(one.is_cut_short);
  REQUIRE(one.differences.size() == limits::max_differences_of_a_sort + 1);
  CHECK(one.differences.back().place == "/name x");

  const auto names = limits::max_differences + 1;
  const auto full = bench.compare(body(1, 700, names), body(2, 700, names));
  CHECK(full.is_cut_short);
  CHECK(full.differences.size() == limits::max_differences);
  const auto endless = bench.compare(body(1, 2 * limits::max_differences_seen, 1),
                                     body(2, 2 * limits::max_differences_seen, 1));
  CHECK(endless.differences.size() == limits::max_differences_of_a_sort);
}

TEST_CASE("compare: bodies that were not kept whole are told apart by their hashes") {
  Bench bench;
  const auto text = repeated("0123456789abcdef", 40'000);
  auto changed = text;
  changed[3 * limits::hash_part_bytes + 5] = '!';
  const auto compare = [&](std::string_view left, std::string_view right, bool cuts_right) {
    BlockHashes primary_hashes;
    BlockHashes shadow_hashes;
    primary_hashes.add(left);
    shadow_hashes.add(right);
    bench.primary.hashes = &primary_hashes;
    bench.shadow.hashes = cuts_right ? &shadow_hashes : nullptr;
    return bench.compare(left, right);
  };

  CHECK(compare(text, text, true).differences.empty());
  const auto found = compare(text, changed, true);
  REQUIRE(found.differences.size() == 1);
  CHECK(found.differences[0].place == "body");
  CHECK(found.differences[0].kind == diff::Kind::value);
  CHECK(found.differences[0].primary.text ==
        "640000 bytes, first difference in the block at offset 196608");
  CHECK(found.note == "too_large");

  const auto one_cut = compare(text, "short", false);
  REQUIRE(one_cut.differences.size() == 1);
  CHECK(one_cut.differences[0].kind == diff::Kind::length);

  bench.primary_fields.add("Content-Encoding", "gzip");
  bench.shadow_fields.add("Content-Encoding", "gzip");
  CHECK(compare(text, text, true).is_comparable);
  const auto encoded = compare(text, changed, true);
  CHECK_FALSE(encoded.is_comparable);
  CHECK(encoded.reason == "too_large_encoded");
}

TEST_CASE("compare: trailers are compared like fields") {
  Bench bench;
  http::Fields trailers;
  trailers.add("X-Sum", "1");
  bench.primary.trailers = &trailers;

  const auto found = bench.compare("1", "1");

  REQUIRE(found.differences.size() == 1);
  CHECK(found.differences[0].place == "trailer:X-Sum");
  CHECK(found.differences[0].kind == diff::Kind::missing);
}

TEST_CASE("compare: targets lose their secrets and nothing else") {
  Bench bench;
  CHECK(bench.comparer->redact_target("/a?b=c%20d") == "/a?b=c%20d");
  const auto redacted = bench.comparer->redact_target("/u?mail=bob%40example.com&x=1");
  CHECK(redacted.find("bob") == std::string::npos);
  CHECK(redacted.starts_with("/u?mail=~email:"));
  CHECK(redacted.ends_with("&x=1"));
}

TEST_CASE("compare: what the configuration gets wrong is told") {
  config::Privacy unknown;
  unknown.detect = {"email", "emial"};
  const auto detector = diff::Comparer::create({}, unknown, "k");
  REQUIRE_FALSE(detector.ok());
  CHECK(detector.error().code == Code::bad_config);
  CHECK(detector.error().detail.find("emial") != std::string::npos);

  config::Privacy no_pointer;
  no_pointer.paths = {"password"};
  CHECK_FALSE(diff::Comparer::create({}, no_pointer, "k").ok());
}

TEST_CASE("compare: what decodes to more than diff.max_body_size is compared as bytes") {
  Bench bench;
  config::Diff small;
  small.max_body_bytes = 100;
  bench.comparer = *diff::Comparer::create(small, {}, "key");
  const std::string zeros(200, ' ');

  const auto same = bench.compare("[1,2]" + zeros, "[1,2]" + zeros);
  const auto reordered = bench.compare("{\"a\":1,\"b\":2}" + zeros, "{\"b\":2,\"a\":1}" + zeros);

  CHECK(same.differences.empty());
  CHECK(reordered.note == "too_large");
  REQUIRE(reordered.differences.size() == 1);
  CHECK(reordered.differences.front().place == "body");
}

TEST_CASE("compare: a difference says to which side the shadow leans, and of what class it is") {
  Bench bench;
  bench.now = *from_rfc3339("2026-01-01T12:00:00Z");
  bench.shadow.status = 206;

  const auto found =
      bench.compare(R"({"n":10,"b":true,"s":"aa","t":1767268800,"o":[1,2],"y":1,"d":1})",
                    R"({"n":9.5,"b":false,"s":"é","t":1767268801,"o":[2,1],"y":"1","d":1,"d":1})");
  bench.now += std::chrono::hours(24 * 30);
  const auto later = bench.compare(R"({"t":1767268800})", R"({"t":1767268801})");

  using diff::Lean;
  using diff::ValueClass;
  const auto likeness = [&](std::string_view place) {
    for (const auto& difference : found.differences) {
      if (difference.place == place) return std::pair(difference.value_class, difference.lean);
    }
    return std::pair(ValueClass::uuid, Lean::none);
  };
  CHECK(likeness("status") == std::pair(ValueClass::none, Lean::greater));
  CHECK(likeness("/n") == std::pair(ValueClass::none, Lean::less));
  CHECK(likeness("/b") == std::pair(ValueClass::none, Lean::less));
  CHECK(likeness("/s") == std::pair(ValueClass::none, Lean::less));
  CHECK(likeness("/t") == std::pair(ValueClass::time, Lean::greater));
  CHECK(likeness("/o") == std::pair(ValueClass::none, Lean::none));
  CHECK(likeness("/y") == std::pair(ValueClass::none, Lean::none));
  CHECK(likeness("/d") == std::pair(ValueClass::none, Lean::greater));
  CHECK(found.differences.size() == 8);
  REQUIRE(later.differences.size() == 2);
  CHECK(later.differences.back().value_class == ValueClass::none);
}

TEST_CASE("compare: bytes lean by their length") {
  Bench bench("application/octet-stream");

  const auto longer = bench.compare("ab", "abc");
  const auto other = bench.compare("ab", "ac");

  REQUIRE(longer.differences.size() == 1);
  CHECK(longer.differences.front().lean == diff::Lean::greater);
  REQUIRE(other.differences.size() == 1);
  CHECK(other.differences.front().lean == diff::Lean::none);
}
