#include "understudy/config/loader.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <unistd.h>

#include "understudy/config/print.h"

using namespace understudy;
using namespace std::chrono_literals;

namespace {

constexpr const char* base_file = R"(
[listen]
address = "127.0.0.1:8080"
[primary]
url = "http://127.0.0.1:9001"
timeout = "10s"
[[shadow]]
name = "v2"
url = "http://127.0.0.1:9002"
timeout = "7s"
)";

config::Sources with_file(const std::string& text = base_file) {
  config::Sources sources;
  sources.file_name = "understudy.toml";
  sources.file_text = text;
  return sources;
}

// The only problem, as people see it; otherwise how many there are.
std::string only_problem(const config::Sources& sources) {
  const auto loaded = config::load(sources);
  if (loaded.problems.size() != 1) return std::to_string(loaded.problems.size()) + " problems";
  return config::to_string(loaded.problems.front());
}

}  // namespace

TEST_CASE("loader: flags win over the environment, which wins over the file") {
  auto sources = with_file();
  sources.environment = {{"UNDERSTUDY_PRIMARY_TIMEOUT", "primary.timeout", "20s"},
                         {"UNDERSTUDY_SERVER_WORKERS", "server.workers", "2"}};
  sources.flags = {{"--workers", "server.workers", "3"}};

  const auto loaded = config::load(sources);

  REQUIRE(loaded.config);
  CHECK(loaded.config->primary.timeout == 20s);
  CHECK(loaded.config->server.workers == 3);
  CHECK(loaded.config->server.header_timeout == limits::header_timeout);
}

TEST_CASE("loader: a rule that is over is left out, and that is said") {
  config::Sources sources;
  sources.file_name = "x.toml";
  sources.file_text = R"(
listen.address = "127.0.0.1:0"
primary.url = "http://127.0.0.1:1"
shadow.url = "http://127.0.0.1:2"
[[diff.rule]]
path = "/a"
action = "ignore"
reason = "clock"
expires = "2026-12-31"
[[diff.rule]]
path = "/b"
action = "ignore"
)";
  for (const auto* const today : {"", "2026-12-31"}) {
    sources.today = today;
    const auto loaded = config::load(sources);
    REQUIRE(loaded.config);
    CHECK(loaded.config->diff.rules.size() == 2);
    CHECK(loaded.warnings.empty());
  }

  sources.today = "2027-01-01";
  const auto loaded = config::load(sources);

  REQUIRE(loaded.config);
  REQUIRE(loaded.config->diff.rules.size() == 1);
  CHECK(loaded.config->diff.rules[0].path == "/b");
  REQUIRE(loaded.warnings.size() == 1);
  CHECK(config::to_string(loaded.warnings[0]) ==
        "x.toml:9:11: the rule for \"/a\" (\"clock\") ended with 2026-12-31: it is left out");
}

TEST_CASE("loader: rules of other files follow the main file's own") {
  auto sources = with_file(std::string(base_file) + R"(
[diff]
rule_files = ["rules.toml", "/etc/more.toml"]
[[diff.rule]]
path = "/a"
action = "ignore"
)");
  sources.file_name = "conf/understudy.toml";
  std::vector<std::string> read;
  sources.read_rules = [&](const std::string& path) -> Result<std::string> {
    read.push_back(path);
    return "[[rule]]\npath = \"/b" + std::to_string(read.size()) + "\"\ntolerance = \"1%\"\n";
  };

  const auto loaded = config::load(sources);

  REQUIRE(loaded.config);
  CHECK(read == std::vector<std::string>{"conf/rules.toml", "/etc/more.toml"});
  REQUIRE(loaded.config->diff.rules.size() == 3);
  CHECK(loaded.config->diff.rules[0].path == "/a");
  CHECK(loaded.config->diff.rules[1].path == "/b1");
  CHECK(loaded.config->diff.rules[2].path == "/b2");
  CHECK(loaded.config->diff.rules[2].tolerance.is_percent);

  const auto printed = config::to_toml(*loaded.config);
  const auto again = config::load(with_file(printed));
  REQUIRE(again.config);
  CHECK(config::to_toml(*again.config) == printed);
}

TEST_CASE("loader: a file of rules that a variable names is seen from where we are") {
  auto sources = with_file();
  sources.file_name = "conf/understudy.toml";
  sources.environment = {{"UNDERSTUDY_DIFF_RULE_FILES", "diff.rule_files", "rules.toml"}};
  std::string read;
  sources.read_rules = [&](const std::string& path) -> Result<std::string> {
    read = path;
    return std::string();
  };

  const auto loaded = config::load(sources);

  CHECK(loaded.config);
  CHECK(read == "rules.toml");
}

TEST_CASE("loader: what is wrong in a file of rules is told at once, with that file's places") {
  auto sources =
      with_file(std::string(base_file) + "[diff]\nrule_files = [\"r.toml\"]\nmode = 1\n");
  sources.read_rules = [](const std::string&) -> Result<std::string> {
    return std::string(
        "[[rule]]\npath = \"/a\"\ntolerence = 1\n"
        "[[rule]]\nmatch = \"(\"\n[[rules]]\npath = \"/x\"\n");
  };

  const auto loaded = config::load(sources);

  std::string told;
  for (const auto& problem : loaded.problems) told += config::to_string(problem) + "\n";
  CHECK(told ==
        "understudy.toml:13:1: unknown key \"mode\" in [diff]\n"
        "r.toml:1:1: a rule must have exactly one of \"action\", \"array\", \"tolerance\" and "
        "\"match\", not none\n"
        "r.toml:3:1: unknown key \"tolerence\" in [[rule]]; did you mean \"tolerance\"?\n"
        "r.toml:4:1: a rule must have a \"path\"\n"
        "r.toml:5:9: \"match\" in [[rule]] must be a regular expression that RE2 accepts (missing "
        "): (), not "
        "\"(\"\n"
        "r.toml:6:3: unknown table \"rules\" in a file of rules; did you mean \"rule\"?\n");
}

TEST_CASE("loader: a file of rules that cannot be read is told where it is named") {
  auto sources = with_file(std::string(base_file) + "[diff]\nrule_files = [\"r.toml\"]\n");
  sources.read_rules = config::read_config_file;

  CHECK(only_problem(sources) ==
        "understudy.toml:12:14: cannot read r.toml: No such file or directory");

  sources = with_file(std::string(base_file) + "[diff]\nrule_files = [\"r.toml\"]\n");
  sources.read_rules = [](const std::string&) -> Result<std::string> {
    return std::string("[[rule");
  };
  CHECK(only_problem(sources).starts_with("r.toml:1:7: this is not TOML: "));

  std::string many = "\"r.toml\"";
  for (std::size_t i = 0; i < limits::max_rule_files; ++i) many += ", \"r.toml\"";
  sources = with_file(std::string(base_file) + "[diff]\nrule_files = [" + many + "]\n");
  sources.read_rules = [](const std::string&) -> Result<std::string> {
    return std::string("[[rule");
  };
  CHECK(only_problem(sources) ==
        "understudy.toml:12:14: \"rule_files\" in [diff] names more than 16 files");
}

TEST_CASE("loader: a share of requests that cuts through sessions is a warning") {
  config::Sources sources;
  sources.listen = {"127.0.0.1:8080"};
  sources.shadows = {"http://127.0.0.1:9002"};
  sources.flags = {{"--primary", "primary.url", "http://127.0.0.1:9001"},
                   {"--percent", "shadow.percent", "25"},
                   {"--set", "session.key", "cookie:sid"}};

  const auto cut = config::load(sources);
  sources.flags.push_back({"--set", "shadow.sample_key", "cookie:sid"});
  const auto whole = config::load(sources);

  REQUIRE(cut.config);
  REQUIRE(cut.warnings.size() == 1);
  CHECK(cut.warnings[0].message.find("sample_key = \"cookie:sid\"") != std::string::npos);
  CHECK(whole.warnings.empty());
}

TEST_CASE("loader: flags alone make a whole configuration") {
  config::Sources sources;
  sources.listen = {"127.0.0.1:8080", "[::1]:8080"};
  sources.shadows = {"http://127.0.0.1:9002", "http://127.0.0.1:9003"};
  sources.flags = {{"--primary", "primary.url", "http://127.0.0.1:9001"},
                   {"--percent", "shadow.percent", "25"},
                   {"--set", "diff.ignore_headers", "Date, X-Id"}};

  const auto loaded = config::load(sources);

  REQUIRE(loaded.config);
  CHECK(loaded.warnings.empty());
  CHECK(loaded.config->listen.size() == 2);
  CHECK(loaded.config->shadows[0].name == "shadow");
  CHECK(loaded.config->shadows[1].name == "shadow-2");
  CHECK(loaded.config->shadows[1].percent == 25.0);
  CHECK(loaded.config->diff.ignore_headers == std::vector<std::string>{"Date", "X-Id"});
}

TEST_CASE("loader: a list in a flag may be written as in the file") {
  const auto ignored = [](const std::string& value) {
    auto sources = with_file();
    sources.flags = {{"--set", "diff.ignore_headers", value}};
    const auto loaded = config::load(sources);
    return loaded.config ? loaded.config->diff.ignore_headers : std::vector<std::string>();
  };
  const std::vector<std::string> two{"Date", "X-Id"};
  CHECK(ignored("Date, X-Id") == two);
  CHECK(ignored(R"(["Date", "X-Id"])") == two);
  CHECK(ignored("['Date', 'X-Id']") == two);
  CHECK(ignored("[Date]").empty());
}

TEST_CASE("loader: Diffy's formulas need a reference") {
  auto sources = with_file();
  sources.flags = {{"--set", "noise.mode", "diffy"}};
  const auto alone = config::load(sources);
  REQUIRE(alone.problems.size() == 1);
  CHECK(alone.problems[0].key == "noise.mode");
  sources.flags.push_back({"--set", "noise.reference", "self"});
  CHECK(config::load(sources).config);
}

TEST_CASE("loader: --shadow replaces the url and keeps what the file says beside it") {
  auto sources = with_file();
  sources.shadows = {"http://127.0.0.1:7777"};

  const auto loaded = config::load(sources);

  REQUIRE(loaded.config);
  CHECK(loaded.config->shadows[0].name == "v2");
  CHECK(loaded.config->shadows[0].url.port == 7777);
  CHECK(loaded.config->shadows[0].timeout == 7s);
}

TEST_CASE("loader: a setting of a repeated table reaches each of them") {
  auto sources =
      with_file(std::string(base_file) + "[[shadow]]\nurl = \"http://127.0.0.1:9003\"\n");
  sources.flags = {{"--percent", "shadow.percent", "5"}};

  const auto loaded = config::load(sources);

  REQUIRE(loaded.config);
  CHECK(loaded.config->shadows[0].percent == 5.0);
  CHECK(loaded.config->shadows[1].percent == 5.0);
}

TEST_CASE("loader: one url for two shadows is refused") {
  auto sources =
      with_file(std::string(base_file) + "[[shadow]]\nurl = \"http://127.0.0.1:9003\"\n");
  sources.environment = {{"UNDERSTUDY_SHADOW_URL", "shadow.url", "http://127.0.0.1:1"}};

  CHECK(only_problem(sources) ==
        "UNDERSTUDY_SHADOW_URL: there are 2 of [[shadow]]; give each its url in the file");
}

TEST_CASE("loader: a wrong setting names its variable or flag") {
  auto sources = with_file();
  sources.environment = {{"UNDERSTUDY_SERVER_WORKERS", "server.workers", "many"}};
  CHECK(
      only_problem(sources) ==
      "UNDERSTUDY_SERVER_WORKERS: must be \"auto\" or a whole number from 1 to 256, not \"many\"");

  sources = with_file();
  sources.listen = {"8080"};
  CHECK(only_problem(sources) ==
        "--listen: must be an address such as \"0.0.0.0:8080\", \"[::]:8080\" or "
        "\"unix:/run/understudy.sock\", not \"8080\"");

  sources = with_file();
  sources.flags = {{"--set", "shadow.prcent", "5"}};
  CHECK(only_problem(sources) ==
        "--set: there is no key \"shadow.prcent\"; did you mean \"shadow.percent\"?");
}

TEST_CASE("loader: a flag that is wrong is not told a second time as missing") {
  config::Sources sources;
  sources.listen = {"127.0.0.1:8080"};
  sources.flags = {{"--primary", "primary.url", "nonsense"}};

  CHECK(only_problem(sources) ==
        "--primary: must be a URL such as \"http://10.0.0.1:8080\", not \"nonsense\"");
}

TEST_CASE("loader: the variables that are ours become settings, mistyped ones a warning") {
  const auto environment = config::environment_settings(
      {"HOME=/root", "UNDERSTUDY_SERVER_WORKERS=4",
       "UNDERSTUDY_LOG_PATH=", "UNDERSTUDY_DIFF_RULE_PATH=/a", "UNDERSTUDY_SERVER_WORKRES=4"});

  REQUIRE(environment.settings.size() == 2);
  CHECK(environment.settings[0].key == "server.workers");
  CHECK(environment.settings[0].value == "4");
  CHECK(environment.settings[1].key == "diff.rule.path");
  REQUIRE(environment.unknown.size() == 1);
  CHECK(config::to_string(environment.unknown[0]) ==
        "UNDERSTUDY_SERVER_WORKRES: this variable sets no key; did you mean "
        "\"UNDERSTUDY_SERVER_WORKERS\"?");
}

TEST_CASE("loader: what is printed loads to the same again") {
  config::Sources sources = with_file(std::string(base_file) + R"(
[[route]]
path = "/a"
percent = 0.5
[[diff.rule]]
path = "/\"quoted\"/\u00e9"
match = "a\\d+"
)");
  const auto first = config::load(sources);
  REQUIRE(first.config);
  const auto printed = config::to_toml(*first.config);

  const auto second = config::load(with_file(printed));

  REQUIRE(second.config);
  CHECK(config::to_toml(*second.config) == printed);
}

TEST_CASE("loader: deep nesting and odd bytes are errors, not crashes") {
  CHECK_FALSE(config::load(with_file("a = " + std::string(100'000, '['))).config);
  CHECK_FALSE(config::load(with_file(std::string("a = \"\xff\xfe\""))).config);
  CHECK_FALSE(config::load(with_file(std::string(1, '\0'))).config);
}

TEST_CASE("loader: a file that is no file is named with the reason") {
  const auto missing = config::read_config_file("/nonexistent/understudy.toml");
  const auto directory = config::read_config_file("/");

  REQUIRE_FALSE(missing);
  CHECK(missing.error().detail ==
        "cannot read /nonexistent/understudy.toml: No such file or directory");
  REQUIRE_FALSE(directory);
  CHECK(directory.error().detail == "cannot read /: it is a directory, not a file");
}

TEST_CASE("loader: a file too large for a configuration is refused") {
  const auto endless = config::read_config_file("/dev/zero");

  REQUIRE_FALSE(endless);
  CHECK(endless.error().detail ==
        "cannot read /dev/zero: it is larger than 1MiB, which no configuration is");
}
