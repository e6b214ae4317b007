#include "understudy/diff/severity.h"

#include <algorithm>
#include <array>
#include <utility>

#include "understudy/base/ascii.h"
#include "understudy/diff/finding.h"

namespace understudy::diff {

namespace {

// Of so many that were counted at one place, one may have been said before enough was learnt.
constexpr std::uint64_t counted_for_one_exception = 20;

constexpr std::string_view header_place = "header:";
constexpr std::string_view trailer_place = "trailer:";

// Response fields that clients and caches act on. Names that end in "*" stand for any rest.
constexpr std::array acted_on{"accept-ranges",
                              "access-control-*",
                              "allow",
                              "cache-control",
                              "content-disposition",
                              "content-encoding",
                              "content-range",
                              "content-security-policy*",
                              "content-type",
                              "etag",
                              "link",
                              "location",
                              "proxy-authenticate",
                              "refresh",
                              "retry-after",
                              "set-cookie",
                              "strict-transport-security",
                              "vary",
                              "www-authenticate"};

bool is_acted_on(std::string_view field) {
  return std::any_of(acted_on.begin(), acted_on.end(), [field](std::string_view known) {
    if (known.back() != '*') return ascii::iequals(field, known);
    known.remove_suffix(1);
    return ascii::iequals(field.substr(0, known.size()), known);
  });
}

Severity severity_of_field(std::string_view field, Kind kind) {
  if (kind == Kind::missing) {
    return is_acted_on(field) ? Severity::breaking : Severity::suspicious;
  }
  if (kind == Kind::extra) return is_acted_on(field) ? Severity::suspicious : Severity::additive;
  return Severity::suspicious;
}

std::string_view media_type_of(std::string_view content_type) {
  return ascii::trim(content_type.substr(0, content_type.find(';')));
}

// The text of a status: "404" is of class '4'.
char class_of_status(std::string_view status) {
  return status.empty() ? '\0' : status.front();
}

Severity severity_by_values(const Difference& difference, std::string_view place) {
  const auto& primary = difference.primary.text;
  const auto& shadow = difference.shadow.text;
  if (place == "status" && class_of_status(primary) != class_of_status(shadow)) {
    return Severity::breaking;
  }
  if (difference.kind == Kind::value && ascii::iequals(place, "header:content-type")) {
    const bool is_same = ascii::iequals(media_type_of(primary), media_type_of(shadow));
    return is_same ? Severity::suspicious : Severity::breaking;
  }
  const bool is_json = place.starts_with('/');
  if (is_json && difference.kind == Kind::type && primary == "null") return Severity::suspicious;
  return usual_severity(place, difference.kind);
}

}  // namespace

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::additive:
      return "additive";
    case Severity::suspicious:
      return "suspicious";
    case Severity::breaking:
      return "breaking";
  }
  return "suspicious";
}

std::uint64_t SeverityCounts::at_least(Severity severity) const {
  if (severity == Severity::additive) return total();
  return severity == Severity::suspicious ? suspicious + breaking : breaking;
}

void SeverityCounts::add(Severity severity, std::uint64_t count) {
  (severity == Severity::breaking     ? breaking
   : severity == Severity::suspicious ? suspicious
                                      : additive) += count;
}

void SeverityCounts::cap(Severity worst) {
  if (worst < Severity::breaking) suspicious += std::exchange(breaking, 0);
  if (worst < Severity::suspicious) additive += std::exchange(suspicious, 0);
}

Severity SeverityCounts::worst() const {
  if (breaking != 0) return Severity::breaking;
  return suspicious != 0 ? Severity::suspicious : Severity::additive;
}

SeverityCounts& SeverityCounts::operator+=(const SeverityCounts& other) {
  additive += other.additive;
  suspicious += other.suspicious;
  breaking += other.breaking;
  return *this;
}

Severity usual_severity(std::string_view place, Kind kind) {
  if (place.starts_with(header_place)) {
    return severity_of_field(place.substr(header_place.size()), kind);
  }
  if (place.starts_with(trailer_place)) {
    return kind == Kind::extra ? Severity::additive : Severity::suspicious;
  }
  const bool is_field = place == "body" || (place.starts_with('/') && !place.ends_with("/*"));
  if (kind == Kind::type || (kind == Kind::missing && is_field)) return Severity::breaking;
  if (kind == Kind::extra && is_field && place != "body") return Severity::additive;
  return Severity::suspicious;
}

Severity severity_of(const Difference& difference, std::string_view place, int primary_status) {
  const auto severity = severity_by_values(difference, place);
  return promises_nothing(primary_status) ? std::min(severity, Severity::suspicious) : severity;
}

Severity severity_at(std::string_view place, const SeverityCounts& counts) {
  if (place == "status") return counts.worst();
  const auto is_exception = [&](std::uint64_t count) {
    return count * counted_for_one_exception < counts.total();
  };
  auto known = counts;
  if (is_exception(known.breaking)) known.cap(Severity::suspicious);
  if (is_exception(known.at_least(Severity::suspicious))) known.cap(Severity::additive);
  return known.worst();
}

}  // namespace understudy::diff
