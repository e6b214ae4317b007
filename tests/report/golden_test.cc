#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "understudy/report/render.h"

using namespace understudy;
using namespace understudy::report;

// Each folder of tests/golden/report is a case: log.ndjson and what the report makes of it. To add
// one, add a folder with a log and run this test with UPDATE_GOLDEN=1, then read what it wrote.
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void check_against(const fs::path& expected, const std::string& text) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(expected) << text;
  INFO(expected.native());
  CHECK(content(expected) == text);
}

void check_case(const fs::path& folder) {
  const auto report = load({(folder / "log.ndjson").native()}, Range{});
  REQUIRE(report.ok());
  const auto verdict = judge(report->summary, Rules{});
  check_against(folder / "expected-80.txt", render_report(*report, verdict, {80, false, false}));
  check_against(folder / "expected-140.txt", render_report(*report, verdict, {140, false, false}));
  check_against(folder / "expected.json", report_json(*report, verdict));
}

}  // namespace

TEST_CASE("report: golden logs come out as written") {
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(GOLDEN_DIRECTORY)) {
    if (!entry.is_directory()) continue;
    ++cases;
    check_case(entry.path());
  }
  CHECK(cases > 0);
}
