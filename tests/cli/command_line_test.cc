#include "understudy/cli/command_line.h"

#include <vector>

#include <doctest/doctest.h>

using namespace understudy;
using namespace std::chrono_literals;

namespace {

cli::Command parse(std::vector<const char*> words) {
  words.insert(words.begin(), "understudy");
  return cli::parse_command_line(static_cast<int>(words.size()), words.data());
}

template <typename Options>
Options parsed(const std::vector<const char*>& words) {
  const auto command = parse(words);
  REQUIRE(std::holds_alternative<Options>(command));
  return std::get<Options>(command);
}

}  // namespace

TEST_CASE("command line: run takes its flags, repeated ones in order") {
  const auto run =
      parsed<cli::RunOptions>({"run", "--listen", "a:1", "--listen=b:2", "-p", "http://p", "-s",
                               "http://s", "--percent", "5", "--set", "log.keep=1GiB"});

  CHECK(run.config.listen == std::vector<std::string>{"a:1", "b:2"});
  CHECK(run.config.primary == "http://p");
  CHECK(run.config.shadows == std::vector<std::string>{"http://s"});
  CHECK(run.config.percent == "5");
  CHECK(run.config.set == std::vector<std::string>{"log.keep=1GiB"});
}

TEST_CASE("command line: report writes a page where it is told to") {
  CHECK(parsed<cli::ReportOptions>({"report", "--html", "x.html"}).html == "x.html");
  CHECK(parsed<cli::ReportOptions>({"report"}).html.empty());
}

TEST_CASE("command line: a reading verb reads understudy-log unless it is told otherwise") {
  CHECK(parsed<cli::ReportOptions>({"report"}).logs == std::vector<std::string>{"understudy-log"});
  CHECK(parsed<cli::ReportOptions>({"report", "a", "b"}).logs ==
        std::vector<std::string>{"a", "b"});
  CHECK(parsed<cli::TailOptions>({"tail"}).log == "understudy-log");
}

TEST_CASE("command line: show takes an id and then logs") {
  const auto show = parsed<cli::ShowOptions>({"show", "abc", "x", "y", "--json"});

  CHECK(show.id == "abc");
  CHECK(show.logs == std::vector<std::string>{"x", "y"});
  CHECK(show.output.json);
}

TEST_CASE("command line: times are read as times or as so long ago") {
  const auto fixed = parsed<cli::ReportOptions>({"report", "--since", "2026-01-01T00:00:00Z"});
  const auto ago = parsed<cli::ReportOptions>({"report", "--since", "1h"});

  REQUIRE(fixed.since);
  CHECK(to_rfc3339(*fixed.since) == "2026-01-01T00:00:00.000000Z");
  CHECK_FALSE(fixed.until);
  REQUIRE(ago.since);
  CHECK(system_clock().wall() - *ago.since >= 1h);
}

TEST_CASE("command line: verdict's thresholds are unset until they are given") {
  const auto plain = parsed<cli::VerdictOptions>({"verdict"});
  const auto given = parsed<cli::VerdictOptions>(
      {"verdict", "--min-requests", "10", "--max-difference-rate", "0.5", "--wait", "10m",
       "--max-latency-increase", "2", "--fail-on", "breaking", "--junit", "x.xml", "--markdown"});

  CHECK_FALSE(plain.min_requests);
  CHECK_FALSE(plain.max_difference_rate);
  CHECK(plain.wait == 0s);
  CHECK(*given.min_requests == 10);
  CHECK(*given.max_difference_rate == 0.5);
  CHECK(given.wait == 10min);
  CHECK_FALSE(plain.max_latency_increase);
  CHECK(*given.max_latency_increase == 2);
  CHECK(plain.fail_on.empty());
  CHECK(given.fail_on == "breaking");
  CHECK(given.junit == "x.xml");
  CHECK(given.markdown);
}
