#include "understudy/config/accepted.h"

#include <doctest/doctest.h>

using namespace understudy;
using config::Acceptance;

namespace {

Acceptance entry_of(const std::string& signature) {
  Acceptance entry;
  entry.signature = signature;
  entry.endpoint = "GET /orders/{id}";
  entry.places = {"/total value", "header:ETag missing"};
  entry.reason = "rounding \"mended\"";
  entry.author = "Ann";
  entry.accepted = "2026-11-29";
  entry.until = "2027-01-31";
  return entry;
}

std::string told(const std::string& text) {
  std::string all;
  for (const auto& problem : config::read_accepted("a.toml", text).problems) {
    all += config::to_string(problem) + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("accepted: what is written reads back the same") {
  Acceptance small;
  small.signature = "bb";
  small.reason = "short";
  const auto text = config::with_acceptance(config::with_acceptance("", entry_of("aa")), small);

  const auto read = config::read_accepted("a.toml", text);

  REQUIRE(read.problems.empty());
  REQUIRE(read.entries.size() == 2);
  const auto& first = read.entries[0];
  CHECK(first.signature == "aa");
  CHECK(first.endpoint == "GET /orders/{id}");
  CHECK(first.places == std::vector<std::string>{"/total value", "header:ETag missing"});
  CHECK(first.reason == "rounding \"mended\"");
  CHECK(first.author == "Ann");
  CHECK(first.accepted == "2026-11-29");
  CHECK(first.until == "2027-01-31");
  CHECK(first.line == 3);
  CHECK(read.entries[1].places.empty());
}

TEST_CASE("accepted: an entry holds on its last day, and for ever without one") {
  CHECK(entry_of("aa").holds_on("2027-01-31"));
  CHECK_FALSE(entry_of("aa").holds_on("2027-02-01"));
  CHECK(Acceptance().holds_on("9999-12-31"));
}

TEST_CASE("accepted: comments around what is removed stay") {
  const std::string head = "# ours\n\n# about aa\n";
  const std::string aa =
      "[[accept]]\nsignature = \"aa\"  # see 12\nreason = \"a\"\nplaces = [\n  \"/x value\",\n]\n";
  const std::string about_bb = "\n# about bb\n";
  const std::string bb = "[[accept]]\nsignature = \"bb\"\nreason = \"b\"\n";
  const std::string cc = "\n[[accept]]\nsignature = \"cc\"\nreason = \"c\"";
  const auto text = head + aa + about_bb + bb + cc;
  const auto entries = config::read_accepted("", text).entries;
  REQUIRE(entries.size() == 3);

  CHECK(*config::without_acceptance(text, entries[0]) == head + about_bb + bb + cc);
  CHECK(*config::without_acceptance(text, entries[1]) == head + aa + about_bb + cc);
  CHECK(*config::without_acceptance(text, entries[2]) == head + aa + about_bb + bb);
}

TEST_CASE("accepted: what was added and is removed again leaves nothing behind") {
  const auto one = config::with_acceptance("", entry_of("aa"));
  const auto two = config::with_acceptance(one, entry_of("bb"));

  CHECK(*config::without_acceptance(two, config::read_accepted("", two).entries[1]) == one);
}

TEST_CASE("accepted: an entry without lines of its own is left to people") {
  const std::string text =
      "accept = [{ signature = \"aa\", reason = \"a\" }, { signature = \"bb\", reason = \"b\" }]\n";
  const auto entries = config::read_accepted("", text).entries;
  REQUIRE(entries.size() == 2);

  CHECK_FALSE(config::without_acceptance(text, entries[0]));
}

TEST_CASE("accepted: every mistake is told with its place") {
  CHECK(told("[[accept]]\nsignature = \"aa\"\nreasn = \"x\"\nuntil = \"soon\"\n"
             "[[accept]]\nsignature = \"bb\"\n[[acept]]\nx = 1\n") ==
        "a.toml:3:1: unknown key \"reasn\" in [[accept]]; did you mean \"reason\"?\n"
        "a.toml:4:9: \"until\" in [[accept]] must be a date such as \"2027-01-31\", not \"soon\"\n"
        "a.toml:5:1: \"reason\" in [[accept]] must be given\n"
        "a.toml:7:3: unknown table \"acept\" in a file of acceptances; did you mean "
        "\"accept\"?\n");
  CHECK(told("[[accept]]\nsignature = \"aa\"\nreason = \"x\"\n"
             "[[accept]]\nsignature = \"aa\"\nreason = \"y\"\n") ==
        "a.toml:4:1: \"aa\" is accepted in line 1 already\n");
  CHECK(told("accept = 1\n") == "a.toml:1:10: each must be written [[accept]]\n");
  CHECK(told("[[accept").starts_with("a.toml:1:9: this is not TOML: "));
}
