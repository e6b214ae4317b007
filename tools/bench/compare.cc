// Prints what comparing one pair of answers costs, in microseconds of the processor and megabytes
// (of both bodies) a second, for JSON bodies of several sizes that are equal or differ in the usual
// ways.
//
//   tools/build tools/bench/bench_compare
//   build/tools/bench/bench_compare [MS_EACH [BYTES WHAT]]
//
// MS_EACH = 0 compares each pair once, for a profiler that counts instructions. BYTES and WHAT pick
// one row, for a profiler that samples: 10240 "all times" is a noisy pair.

#include "understudy/diff/compare.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

using namespace understudy;

namespace {

// One order of a shop; `is_shuffled` writes its members in another order.
std::string order(std::size_t id, bool is_shuffled) {
  const auto number = std::to_string(100'000 + id);
  const auto minute = std::to_string(10 + id % 50);
  std::vector<std::string> members = {
      R"("id":)" + number,
      R"("reference":"ORD-2024-)" + number + '"',
      R"("created_at":"2024-05-17T09:)" + minute + R"(:31.482Z")",
      R"("status":")" + std::string(id % 3 == 0 ? "shipped" : "paid") + R"(","paid":true)",
      R"("customer":{"name":"Ana Mar\u00eda L\u00f3pez","city":"Sevilla","vip":false,"note":null})",
      R"("items":[{"sku":"MUG-01","title":"A mug with a \"crown\"","quantity":2,"price":12.50},)"
      R"({"sku":"TEE-)" +
          number + R"(","title":"T-shirt, blue","quantity":1,"price":19.9}])",
      R"("tags":["gift","express","eu"],"total":44.90)",
  };
  if (is_shuffled) std::swap(members.front(), members.back());
  std::string text = "{";
  for (const auto& member : members) text += (text.size() > 1 ? "," : "") + member;
  return text + "}";
}

std::string orders(std::size_t bytes, bool is_shuffled, bool has_insertion) {
  std::string text = R"({"generated_at":"2024-05-17T09:00:00.000Z","orders":[)";
  for (std::size_t id = 0; text.size() < bytes; ++id) {
    if (has_insertion && text.size() > bytes / 2) {
      text += order(900'000, false) + ",";
      has_insertion = false;
    }
    text += order(id, is_shuffled) + ",";
  }
  text.back() = ']';
  return text + "}";
}

// The last order was made at another time.
std::string with_other_time(std::string text) {
  text.replace(text.rfind(":31.482Z"), 8, ":32.017Z");
  return text;
}

// Each order was made at another time.
std::string with_other_times(std::string text) {
  for (auto at = text.find(":31.482Z"); at != text.npos; at = text.find(":31.482Z", at)) {
    text.replace(at, 8, ":32.017Z");
  }
  return text;
}

std::string with_other_year(std::string text) {
  text.replace(text.find("2024"), 4, "2023");
  return text;
}

// When the requests came.
const WallTime now = *from_rfc3339("2024-05-17T09:30:00Z");

// Of the processor, so that a busy machine disturbs less.
double now_us() {
  return static_cast<double>(std::clock()) * 1e6 / CLOCKS_PER_SEC;
}

// Two pairs in turn, which differ in one digit, since what the last pair left behind helps with the
// same one.
void measure(diff::Comparer& comparer, const char* what, const std::string& left,
             const std::string& right, double ms_each) {
  http::Fields fields;
  fields.add("Content-Type", "application/json; charset=utf-8");
  fields.add("Date", "Fri, 17 May 2024 09:00:00 GMT");
  fields.add("Cache-Control", "no-store");
  const std::string lefts[] = {left, with_other_year(left)};
  const std::string rights[] = {right, with_other_year(right)};
  std::size_t differences = 0;
  const auto compare = [&](std::size_t turn) {
    const auto &a = lefts[turn % 2], &b = rights[turn % 2];
    const diff::Answer primary{200, &fields, nullptr, a, a.size(), nullptr};
    const diff::Answer shadow{200, &fields, nullptr, b, b.size(), nullptr};
    const auto found = comparer.compare("GET /orders", primary, shadow, now).differences;
    if (diff::signature("GET /orders", found).empty() != found.empty()) std::abort();
    differences = found.size();
  };
  compare(1);  // memory that is kept is there from here on
  // Reading the clock is a system call, which costs as much as a small pair.
  const std::size_t pairs_each_look = ms_each > 0 ? 16 : 1;
  const double start = now_us();
  std::size_t pairs = 0;
  do {
    for (std::size_t i = 0; i < pairs_each_look; ++i) compare(pairs++);
  } while (now_us() - start < ms_each * 1000);
  const double each = (now_us() - start) / static_cast<double>(pairs);
  std::printf("%8zu bytes  %-12s %10.2f us %10.0f MB/s %4zu differences\n", left.size(), what, each,
              static_cast<double>(left.size() + right.size()) / each, differences);
}

}  // namespace

int main(int argc, char** argv) {
  const double ms_each = argc > 1 ? std::atof(argv[1]) : 300;
  const auto comparer = diff::Comparer::create({}, {}, "key");
  if (!comparer) return 1;
  const bool is_one = argc > 3;
  for (const std::size_t bytes : {1u << 10, 10u << 10, 100u << 10, 1000u << 10}) {
    if (is_one && std::to_string(bytes) != argv[2]) continue;
    const auto body = orders(bytes, false, false);
    const auto shown = [&](const char* what, const std::string& other) {
      if (is_one && std::string_view(what) != argv[3]) return;
      measure(**comparer, what, body, other, ms_each);
    };
    shown("equal", std::string(body));
    shown("one time", with_other_time(body));
    shown("all times", with_other_times(body));
    shown("member order", orders(bytes, true, false));
    shown("insertion", orders(bytes, false, true));
  }
}
