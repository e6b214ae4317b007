#include "understudy/diff/severity.h"

#include <doctest/doctest.h>

#include "understudy/diff/finding.h"

using namespace understudy;
using diff::Kind;
using diff::Severity;

namespace {

constexpr int ok = 200;

Severity severity_of(const std::string& place, const std::string& primary,
                     const std::string& shadow, int primary_status = ok) {
  const diff::Difference difference{
      place, place.starts_with('/') ? Kind::type : Kind::value, {primary, false}, {shadow, false}};
  return diff::severity_of(difference, diff::generalized_place(place), primary_status);
}

diff::SeverityCounts counts(std::uint64_t additive, std::uint64_t suspicious,
                            std::uint64_t breaking) {
  return {additive, suspicious, breaking};
}

}  // namespace

TEST_CASE("severity: a lost field or another type is breaking, a new field additive") {
  CHECK(diff::usual_severity("/items/*/price", Kind::missing) == Severity::breaking);
  CHECK(diff::usual_severity("/items/*/price", Kind::type) == Severity::breaking);
  CHECK(diff::usual_severity("/items/*", Kind::type) == Severity::breaking);
  CHECK(diff::usual_severity("/items/*/price", Kind::extra) == Severity::additive);
  CHECK(diff::usual_severity("/items/*/price", Kind::value) == Severity::suspicious);
  CHECK(diff::usual_severity("/items", Kind::order) == Severity::suspicious);
  CHECK(diff::usual_severity("/name", Kind::length) == Severity::suspicious);
}

TEST_CASE("severity: elements, keys of maps and lines are contents and no fields") {
  for (const auto kind : {Kind::missing, Kind::extra}) {
    CHECK(diff::usual_severity("/items/*", kind) == Severity::suspicious);
    CHECK(diff::usual_severity("line", kind) == Severity::suspicious);
  }
}

TEST_CASE("severity: a body that is gone or of another kind is breaking, a new one is not") {
  CHECK(diff::usual_severity("body", Kind::missing) == Severity::breaking);
  CHECK(diff::usual_severity("body", Kind::type) == Severity::breaking);
  CHECK(diff::usual_severity("body", Kind::extra) == Severity::suspicious);
  CHECK(diff::usual_severity("body", Kind::length) == Severity::suspicious);
}

TEST_CASE("severity: of headers those count that clients act on") {
  CHECK(diff::usual_severity("header:location", Kind::missing) == Severity::breaking);
  CHECK(diff::usual_severity("header:Access-Control-Allow-Origin", Kind::missing) ==
        Severity::breaking);
  CHECK(diff::usual_severity("header:X-Team", Kind::missing) == Severity::suspicious);
  CHECK(diff::usual_severity("header:X-Team", Kind::extra) == Severity::additive);
  CHECK(diff::usual_severity("header:Set-Cookie", Kind::extra) == Severity::suspicious);
  CHECK(diff::usual_severity("header:Location", Kind::value) == Severity::suspicious);
  CHECK(diff::usual_severity("trailer:X-Sum", Kind::missing) == Severity::suspicious);
}

TEST_CASE("severity: a status of another class is breaking, another of the same is not") {
  CHECK(severity_of("status", "200", "500") == Severity::breaking);
  CHECK(severity_of("status", "302", "200") == Severity::breaking);
  CHECK(severity_of("status", "404", "410") == Severity::suspicious);
}

TEST_CASE("severity: another media type is breaking, another parameter is not") {
  CHECK(severity_of("header:Content-Type", "application/json", "text/html") == Severity::breaking);
  CHECK(severity_of("header:content-type", "Text/HTML ; charset=a", "text/html; charset=b") ==
        Severity::suspicious);
}

TEST_CASE("severity: a null that became a value is suspicious, the other way round breaking") {
  CHECK(severity_of("/a", "null", "1") == Severity::suspicious);
  CHECK(severity_of("/a", "1", "null") == Severity::breaking);
}

TEST_CASE("severity: where the primary failed nothing is breaking") {
  CHECK(severity_of("status", "503", "200", 503) == Severity::suspicious);
  CHECK(severity_of("/a", "1", "null", 500) == Severity::suspicious);
}

TEST_CASE("severity: one place is as grave as what is no rare exception there") {
  CHECK(diff::severity_at("/a", counts(0, 19, 1)) == Severity::breaking);
  CHECK(diff::severity_at("/a", counts(9, 0, 1)) == Severity::breaking);
  CHECK(diff::severity_at("/a", counts(0, 20, 1)) == Severity::suspicious);
  CHECK(diff::severity_at("/a", counts(100, 1, 1)) == Severity::additive);
  CHECK(diff::severity_at("status", counts(0, 1000, 1)) == Severity::breaking);
}

TEST_CASE("severity: counts are capped without losing any") {
  auto all = counts(1, 2, 4);
  all.cap(Severity::suspicious);

  CHECK(all == counts(1, 6, 0));
  CHECK(all.at_least(Severity::suspicious) == 6);
  CHECK(all.total() == 7);
}
