#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include "logs.h"
#include "understudy/report/render.h"
#include "understudy/report/report.h"
#include "understudy/report/verdict.h"

using namespace understudy;
using namespace understudy::report;
using record::Outcome;
using samples::append;
using support::TempDir;

namespace {

std::string error_of(const std::vector<std::string>& logs) {
  const auto report = load(logs, Range{});
  REQUIRE(!report.ok());
  return report.error().detail;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string line(const record::Window& window) {
  return record::encode(window) + '\n';
}
std::string line(const record::Exchange& exchange) {
  return record::encode(exchange) + '\n';
}

}  // namespace

TEST_CASE("log: one that does not exist is said to be missing, with the next step") {
  TempDir temp;
  const auto path = temp / "nowhere";
  CHECK(error_of({path}) == "there is no log at " + path +
                                ": understudy run writes one to log.path; name its directory");
}

TEST_CASE("log: a directory without segments is said to be no log") {
  TempDir temp;
  append(temp / "notes.txt", "x");
  CHECK(has(error_of({temp.path()}), temp.path() + " is a directory without a log"));
}

TEST_CASE("log: an empty log and one without a window are told apart") {
  TempDir temp;
  append(temp / "a.ndjson", "");
  CHECK(has(error_of({temp.path()}), "the log in " + temp.path() + " is empty"));

  append(temp / "a.ndjson", line(samples::exchange(Outcome::different)));
  CHECK(has(error_of({temp.path()}), "has no window"));
  CHECK(has(error_of({temp.path()}), "1 examples"));
}

TEST_CASE("log: a newer schema_version is refused by name of the file") {
  TempDir temp;
  append(temp / "a.ndjson", line(samples::window_of(1, 0)));
  append(temp / "a.ndjson", R"({"schema_version":2,"kind":"window"})"
                            "\n");

  const auto error = error_of({temp.path()});

  CHECK(has(error, temp / "a.ndjson: schema_version 2 is newer than 1"));
  CHECK(has(error, "use the understudy that wrote the log, or a newer one"));
}

TEST_CASE("log: torn and foreign lines cost themselves only") {
  TempDir temp;
  const auto whole = line(samples::window_of(3, 1));
  append(temp / "a.ndjson", whole + "\n" + whole.substr(0, 200) + "\n" + whole);
  append(temp / "a.ndjson", "{\"schema_version\":1,\"kind\":\"exchange\",\"id\n\x01\xff garbage\n");
  append(temp / "a.ndjson", R"({"schema_version":1,"kind":"something new"})"
                            "\n");
  append(temp / "b.ndjson", whole + whole.substr(0, 100));

  const auto report = load({temp.path()}, Range{});

  REQUIRE(report.ok());
  CHECK(report->torn_lines == 4);
  CHECK(report->summary.windows == 3);
  CHECK(report->summary.shadows.at(0).totals.compared() == 12);
}

TEST_CASE("log: a whole last line needs no newline") {
  TempDir temp;
  auto text = line(samples::window_of(3, 1));
  text.pop_back();
  append(temp / "a.ndjson", text);
  const auto report = load({temp / "a.ndjson"}, Range{});
  REQUIRE(report.ok());
  CHECK(report->torn_lines == 0);
}

TEST_CASE("log: several directories and files add up, examples are found in any of them") {
  TempDir one, two;
  append(one / "a.ndjson", line(samples::window_of(3, 1)));
  append(two / "b.ndjson", line(samples::exchange(Outcome::different)));

  const auto report = load({one.path(), two / "b.ndjson"}, Range{});

  REQUIRE(report.ok());
  CHECK(report->segments == 2);
  CHECK(report->examples == 1);
  REQUIRE(report->summary.signatures.size() == 1);
  REQUIRE(report->summary.signatures[0].example);
  CHECK(report->summary.signatures[0].example->differences.size() == 4);
}

TEST_CASE("log: an exchange laid out anew by another program still serves as an example") {
  TempDir temp;
  auto text = line(samples::exchange(Outcome::different));
  text.replace(0, 1, "{ ");
  append(temp / "a.ndjson", line(samples::window_of(3, 1)) + text);

  const auto report = load({temp.path()}, Range{});

  REQUIRE(report.ok());
  CHECK(report->summary.signatures.at(0).example.has_value());
}

TEST_CASE("log: a range leaves out windows and examples beyond it") {
  TempDir temp;
  auto late = samples::window_of(5, 0);
  late.from += std::chrono::hours(2);
  late.to += std::chrono::hours(2);
  append(temp / "a.ndjson", line(samples::window_of(3, 1)) + line(late));
  append(temp / "a.ndjson", line(samples::exchange(Outcome::different)));

  const auto report = load({temp.path()}, Range{late.from - std::chrono::hours(1), {}});

  REQUIRE(report.ok());
  CHECK(report->summary.windows == 1);
  CHECK(report->summary.shadows.at(0).totals.same == 5);
  CHECK(report->examples == 0);
}

TEST_CASE("log: a line longer than any record is passed over") {
  TempDir temp;
  append(temp / "a.ndjson", "{\"schema_version\":1,\"kind\":\"exchange\",\"pad\":\"" +
                                std::string(limits::max_record_bytes + 100, 'x') + "\"}\n");
  append(temp / "a.ndjson", line(samples::window_of(3, 1)));

  const auto report = load({temp.path()}, Range{});

  REQUIRE(report.ok());
  CHECK(report->torn_lines == 1);
  CHECK(report->summary.windows == 1);
}

TEST_CASE("log: any number of threads, with parts of any size, reads the same") {
  TempDir temp;
  std::string text;
  auto exchange = samples::exchange(Outcome::different);
  for (int i = 0; i < 200; ++i) {
    exchange.signature = fmt::format("{:012x}", i % 23);
    exchange.id = fmt::format("{:016x}", i);
    exchange.target.assign(static_cast<std::size_t>(i) * i % 5000, 'x');
    text += line(exchange);
    auto window = samples::window({exchange, samples::exchange(Outcome::same)});
    window.endpoints.front().endpoint += std::to_string(i % 7);
    if (i % 10 == 0) text += line(window) + "\n" + text.substr(0, 300) + "\n";
  }
  append(temp / "a.ndjson", text);
  append(temp / "b.ndjson", "");
  append(temp / "c.ndjson", text.substr(0, text.size() / 2));
  const auto read = [&temp](unsigned threads, std::size_t part_bytes) {
    Range range;
    range.reading = {threads, part_bytes};
    const auto report = load({temp.path()}, range);
    REQUIRE(report.ok());
    return fmt::format("{} {} {}", report->torn_lines, report->examples,
                       report_json(*report, judge(report->summary, {})));
  };

  const auto whole = read(1, limits::gib);

  for (const unsigned threads : {1, 2, 5}) {
    for (const std::size_t part_bytes : {200, 3000, 100'000}) {
      CAPTURE(threads);
      CAPTURE(part_bytes);
      CHECK(read(threads, part_bytes) == whole);
    }
  }
}

TEST_CASE("log: of several faults the first one counts, whoever comes upon it first") {
  TempDir temp;
  const std::string newer = R"({"schema_version":2,"kind":"window"})";
  append(temp / "a.ndjson",
         line(samples::window_of(1, 0)) + std::string(5000, '\n') + newer + "\n");
  append(temp / "b.ndjson", newer);
  std::filesystem::create_symlink("nowhere", temp / "c.ndjson");

  Range range;
  range.reading = {4, 100};
  const auto report = load({temp.path()}, range);

  REQUIRE(!report.ok());
  CHECK(has(report.error().detail, "a.ndjson: schema_version 2"));
}

TEST_CASE("log: a line longer than a part is read once") {
  TempDir temp;
  for (const std::size_t size : {99, 100, 101, 5000, 3'000'000}) {
    append(temp / "a.ndjson", std::string(size, 'x') + "\n");
  }
  append(temp / "a.ndjson", line(samples::window_of(1, 0)));
  Range range;
  range.reading = {3, 100};

  const auto report = load({temp.path()}, range);

  REQUIRE(report.ok());
  CHECK(report->torn_lines == 5);
  CHECK(report->summary.windows == 1);
}

TEST_CASE("log: a big one is read in bounded memory") {
  TempDir temp;
  constexpr std::size_t log_bytes = 100 * limits::mib;
  constexpr long allowed_kib = 24 * 1024;
  std::size_t lines = 0;
  {
    std::ofstream out(temp / "a.ndjson");
    auto exchange = samples::exchange(Outcome::different);
    exchange.target.append(2000, 'x');
    for (std::size_t bytes = 0; bytes < log_bytes; ++lines) {
      exchange.signature = fmt::format("{:012x}", lines % 1000);
      exchange.id = fmt::format("{:016x}", lines);
      const auto text = line(exchange);
      bytes += text.size();
      out << text;
    }
    out << line(samples::window_of(3, 1));
  }
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);

  const auto report = load({temp.path()}, Range{});

  ::getrusage(RUSAGE_SELF, &after);
  REQUIRE(report.ok());
  CHECK(report->examples == lines);
  CHECK(after.ru_maxrss - before.ru_maxrss < allowed_kib);
}

TEST_CASE("load: an example from before its endpoint had its name is found") {
  TempDir temp;
  const auto example = samples::exchange(Outcome::different, "GET /articles/amber");
  auto window = samples::window({example});
  window.renamed = {{example.endpoint, "GET /articles/{name}"}};
  append(temp / "a.ndjson", line(example) + line(window));

  const auto report = load({temp.path()}, Range{});

  REQUIRE(report.ok());
  REQUIRE(report->summary.signatures.size() == 1);
  CHECK(report->summary.signatures[0].endpoint == "GET /articles/{name}");
  REQUIRE(report->summary.signatures[0].example);
  CHECK(report->summary.signatures[0].example->id == example.id);
}
