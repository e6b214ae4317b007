#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "report/text.h"
#include "understudy/report/render.h"

namespace understudy::report {

namespace {

// Everything that a verdict may rest on beside the endpoints; each is a case, so one that fails now
// and passes later is seen as the same.
constexpr std::array rules{"too_few_requests", "differences",  "errors",
                           "shadow_failed",    "not_compared", "latency"};

// Text and attribute values alike. Log text was written by strangers: what is harmless has none of
// the characters that XML 1.0 cannot hold.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : harmless(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// The cases of one shadow.
class Suite {
 public:
  Suite(const Summary& summary, const Verdict& verdict, const Shadow& shadow)
      : summary_(summary), verdict_(verdict), shadow_(shadow) {
    for (const auto* const rule : rules) add_rule(rule);
    for (const auto& endpoint : summary.endpoints) {
      if (endpoint.shadow == shadow.name) add_endpoint(endpoint);
    }
  }

  std::size_t tests = 0, failures = 0, skipped = 0;

  std::string text() const {
    return fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" "
        "timestamp=\"{}\">\n{}  </testsuite>\n",
        escaped(shadow_.name), tests, failures, skipped, to_rfc3339(summary_.to), cases_);
  }

 private:
  // `inner`: what went wrong, empty if nothing did.
  void add(std::string_view group, std::string_view name, const std::string& inner) {
    ++tests;
    const auto head = fmt::format("    <testcase classname=\"{}.{}\" name=\"{}\"",
                                  escaped(shadow_.name), group, escaped(name));
    cases_ += inner.empty() ? head + "/>\n" : fmt::format("{}>\n{}    </testcase>\n", head, inner);
  }
  std::string failure(std::string_view type, std::string_view message, std::string_view details) {
    ++failures;
    return fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", type,
                       escaped(message), details);
  }

  // A case may fail once only, so what speaks of one rule is said in one breath.
  void add_rule(std::string_view rule) {
    std::string text;
    bool fails = false;
    for (const auto& reason : verdict_.reasons) {
      if (reason.code != rule || reason.shadow != shadow_.name) continue;
      fails |= reason.fails;
      text += (text.empty() ? "" : "; ") + reason.text;
    }
    if (fails) {
      text = failure(rule, text, {});
    } else if (!text.empty()) {
      ++skipped;
      text = fmt::format("      <skipped message=\"{}\"/>\n", escaped(text));
    }
    add("verdict", spelled(rule), text);
  }

  // One that differs fails only where the verdict does not allow it.
  void add_endpoint(const Endpoint& endpoint) {
    const auto& totals = endpoint.totals;
    std::string inner;
    if (totals.different != 0 && fails_for_differences()) {
      std::string places;
      for (const auto& place : endpoint.places) {
        places += fmt::format("\n{} {}: {}", escaped(place.place), diff::name(place.kind),
                              counted(place.count, "time"));
      }
      inner = failure("differences",
                      fmt::format("{} of {} differ", grouped(totals.different),
                                  counted(totals.compared(), "compared request")),
                      places + '\n');
    }
    add("endpoints", endpoint.name, inner);
  }

  bool fails_for_differences() const {
    for (const auto& reason : verdict_.reasons) {
      if (reason.code == "differences" && reason.shadow == shadow_.name) return true;
    }
    return false;
  }

  const Summary& summary_;
  const Verdict& verdict_;
  const Shadow& shadow_;
  std::string cases_;
};

}  // namespace

std::string verdict_junit(const Summary& summary, const Verdict& verdict) {
  std::size_t tests = 0, failures = 0, skipped = 0;
  std::string suites;
  for (const auto& shadow : summary.shadows) {
    const Suite suite(summary, verdict, shadow);
    tests += suite.tests;
    failures += suite.failures;
    skipped += suite.skipped;
    suites += suite.text();
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"understudy\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n"
      "{}</testsuites>\n",
      tests, failures, skipped, suites);
}

}  // namespace understudy::report
