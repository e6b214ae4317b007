#include "support/log_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

namespace understudy::support {

namespace {

std::vector<std::string> lines_of(const std::string& directory) {
  std::vector<std::filesystem::path> segments;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    segments.push_back(entry.path());
  }
  std::sort(segments.begin(), segments.end());
  std::vector<std::string> lines;
  for (const auto& segment : segments) {
    std::ifstream file(segment);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
  }
  return lines;
}

std::uint64_t count(json::Value object, std::string_view member) {
  return static_cast<std::uint64_t>(object.integer_or(member, 0));
}

std::uint64_t count_in(json::Value object, std::string_view group, std::string_view reason) {
  return object.has(group) ? count(object[group], reason) : 0;
}

// "shadow_failed:reset" counts one reason, "same" counts a member.
std::uint64_t count_named(json::Value object, std::string_view name) {
  const auto colon = name.find(':');
  if (colon == name.npos) return count(object, name);
  return count_in(object, name.substr(0, colon), name.substr(colon + 1));
}

std::uint64_t total(json::Value object, std::string_view group) {
  std::uint64_t sum = 0;
  if (!object.has(group)) return sum;
  for (auto child = object[group].first(); child; child = child.next()) {
    sum += count(object[group], child.name());
  }
  return sum;
}

template <typename Each>
void for_shadow(json::Value window, std::string_view list, std::string_view shadow, Each each) {
  if (!window.has(list)) return;
  for (auto child = window[list].first(); child; child = child.next()) {
    if (child.value().string_or("shadow", "") == shadow) each(child.value());
  }
}

}  // namespace

std::vector<std::string> LogReader::records(std::string_view kind) const {
  std::vector<std::string> found;
  json::Document document;
  for (auto& line : lines_of(directory_)) {
    REQUIRE(document.parse(line));
    if (document.root().string_or("kind", "") == kind) found.push_back(std::move(line));
  }
  return found;
}

std::uint64_t LogReader::sum(const std::function<std::uint64_t(json::Value)>& of_window) const {
  std::uint64_t all = 0;
  json::Document document;
  for (const auto& line : records("window")) {
    REQUIRE(document.parse(line));
    all += of_window(document.root());
  }
  return all;
}

std::uint64_t LogReader::outcomes(std::string_view outcome, std::string_view shadow_name) const {
  return sum([&](json::Value window) {
    std::uint64_t found = 0;
    for_shadow(window, "endpoints", shadow_name,
               [&](json::Value endpoint) { found += count_named(endpoint, outcome); });
    return found;
  });
}

std::uint64_t LogReader::decisions(std::string_view decision, std::string_view shadow_name) const {
  return sum([&](json::Value window) {
    std::uint64_t found = 0;
    for_shadow(window, "shadows", shadow_name,
               [&](json::Value counts) { found += count_named(counts, decision); });
    return found;
  });
}

// received = mirrored + not mirrored; mirrored = compared + not compared; nothing under way.
void LogReader::check_books(const std::vector<std::string>& shadows) const {
  for (const auto& name : shadows) {
    CAPTURE(name);
    std::uint64_t not_mirrored = 0, ended = 0, in_flight = 0;
    sum([&](json::Value window) {
      for_shadow(window, "shadows", name, [&](json::Value counts) {
        not_mirrored += total(counts, "not_mirrored");
        in_flight = count(counts, "in_flight");
      });
      for_shadow(window, "endpoints", name, [&](json::Value counts) {
        ended += count(counts, "same") + count(counts, "different") + count(counts, "noise") +
                 total(counts, "tainted") + total(counts, "shadow_failed") +
                 total(counts, "not_compared");
      });
      return std::uint64_t{0};
    });
    CHECK(decisions("received", name) == decisions("mirrored", name) + not_mirrored);
    CHECK(decisions("mirrored", name) == ended);
    CHECK(in_flight == 0);
  }
}

std::vector<std::string> LogReader::differences() const {
  const auto exchanges = records("exchange");
  REQUIRE(exchanges.size() == 1);
  json::Document document;
  REQUIRE(document.parse(exchanges.front()));
  std::vector<std::string> found;
  for (auto each = document.root()["differences"].first(); each; each = each.next()) {
    found.push_back(std::string(each.value().string_or("place", "")) + " " +
                    std::string(each.value().string_or("kind", "")));
  }
  return found;
}

}  // namespace understudy::support
