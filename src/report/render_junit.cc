#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "report/severity.h"
#include "report/text.h"
#include "understudy/report/render.h"

namespace understudy::report {

namespace {

// Everything that a verdict may rest on beside the endpoints; each is a case, so one that fails now
// and passes later is seen as the same.
constexpr std::array rules{"too_few_requests", "differences",  "unconfirmed", "errors",
                           "shadow_failed",    "not_compared", "tainted",     "latency"};

constexpr std::string_view too_few = "not judged: too few requests were compared";

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
    is_short_ = !reasons_for("too_few_requests").empty();
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
        shadow_.name.empty() ? "(no shadow)" : escaped(shadow_.name), tests, failures, skipped,
        to_rfc3339(summary_.to), cases_);
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
    const auto reasons = reasons_for(rule);
    std::string text;
    bool fails = false;
    for (const auto* reason : reasons) {
      fails |= reason->fails;
      text += (text.empty() ? "" : "; ") + reason->text;
    }
    if (text.empty() && is_short_) text = too_few;
    const auto inner = fails ? failure(rule, text, {}) : text.empty() ? text : skip(text);
    add("verdict", spelled(rule), inner);
  }

  std::string skip(std::string_view why) {
    ++skipped;
    return fmt::format("      <skipped message=\"{}\"/>\n", escaped(why));
  }

  std::vector<const Reason*> reasons_for(std::string_view rule) const {
    std::vector<const Reason*> found;
    for (const auto& reason : verdict_.reasons) {
      if (reason.code == rule && reason.shadow == shadow_.name) found.push_back(&reason);
    }
    return found;
  }

  // One that differs fails only where the verdict does not allow it.
  void add_endpoint(const Endpoint& endpoint) {
    const auto& totals = endpoint.totals;
    const auto different = totals.different_by.at_least(verdict_.fail_on);
    std::string inner;
    if (totals.compared() == 0) {
      inner = skip("nothing was compared");
    } else if (different != 0 && !reasons_for("differences").empty()) {
      std::string places;
      for (const auto& place : endpoint.places) {
        if (place.judged.judgement != diff::Judgement::difference || place.is_accepted) continue;
        places +=
            fmt::format("\n{} {}, {}: {}", escaped(place.key.place), diff::name(place.key.kind),
                        diff::name(place.severity), counted(place.counts.differed, "time"));
      }
      inner = failure("differences",
                      fmt::format("{} of {} differ ({})", grouped(different),
                                  counted(totals.compared(), "compared request"),
                                  by_severity(totals.different_by, verdict_.fail_on)),
                      places + '\n');
    } else if (different != 0 && is_short_) {
      inner = skip(too_few);
    }
    if (totals.accepted != 0) {
      inner += fmt::format("      <system-out>{} accepted</system-out>\n",
                           counted(totals.accepted, "difference"));
    }
    add("endpoints", endpoint.name, inner);
  }

  const Summary& summary_;
  const Verdict& verdict_;
  const Shadow& shadow_;
  bool is_short_ = false;  // of requests: what was not judged is not good
  std::string cases_;
};

}  // namespace

std::string verdict_junit(const Summary& summary, const Verdict& verdict) {
  std::size_t tests = 0, failures = 0, skipped = 0;
  std::string suites;
  const auto add = [&](const Shadow& shadow) {
    const Suite suite(summary, verdict, shadow);
    tests += suite.tests;
    failures += suite.failures;
    skipped += suite.skipped;
    suites += suite.text();
  };
  for (const auto& shadow : summary.shadows) add(shadow);
  // A log without a shadow says nothing; as a suite that is skipped it is seen.
  if (summary.shadows.empty()) add(Shadow());
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"understudy\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n"
      "{}</testsuites>\n",
      tests, failures, skipped, suites);
}

}  // namespace understudy::report
