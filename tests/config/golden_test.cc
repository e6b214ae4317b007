// tests/golden/config: each <case>.toml is loaded, and what comes of it must be <case>.expected:
// the problems and warnings, else the effective configuration. Adding a case is adding two files;
// UPDATE_GOLDEN=1 writes the second.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "understudy/config/loader.h"
#include "understudy/config/print.h"

using namespace understudy;
namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string outcome_of(const fs::path& path) {
  config::Sources sources;
  sources.file_name = path.filename().string();
  sources.file_text = contents(path);
  const auto loaded = config::load(sources);
  std::string out;
  for (const auto& problem : loaded.problems) out += config::to_string(problem) + "\n";
  for (const auto& warning : loaded.warnings)
    out += "warning: " + config::to_string(warning) + "\n";
  if (loaded.config) out += config::to_toml(*loaded.config);
  return out;
}

}  // namespace

TEST_CASE("config: each golden file comes to what is written beside it") {
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(GOLDEN_DIRECTORY)) {
    if (entry.path().extension() != ".toml") continue;
    fs::path expected = entry.path();
    expected.replace_extension(".expected");
    const std::string outcome = outcome_of(entry.path());
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(expected) << outcome;

    CAPTURE(entry.path().filename().string());
    CHECK(outcome == contents(expected));
    ++cases;
  }
  CHECK(cases > 0);
}

TEST_CASE("config: a damaged file is an error or another configuration, never a crash") {
  const std::string whole = contents(fs::path(GOLDEN_DIRECTORY) / "everything.toml");
  REQUIRE_FALSE(whole.empty());
  constexpr std::string_view damage("\0\"[]={}'\n\xff-9", 12);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    config::Sources sources;
    sources.file_text = whole;
    sources.file_text[at] = damage[at % damage.size()];
    const auto changed = config::load(sources);
    CHECK(changed.config.has_value() == changed.problems.empty());
    sources.file_text = whole.substr(0, at);
    const auto cut = config::load(sources);
    CHECK(cut.config.has_value() == cut.problems.empty());
  }
}
