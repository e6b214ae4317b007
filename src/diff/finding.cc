#include "understudy/diff/finding.h"

#include <algorithm>

#include "diff/identifier.h"
#include "understudy/base/hash.h"

namespace understudy::diff {

namespace {

constexpr std::size_t signature_digits = 12;

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::extra:
      return "extra";
    case Kind::type:
      return "type";
    case Kind::value:
      return "value";
    case Kind::order:
      return "order";
    case Kind::length:
      return "length";
    case Kind::duplicate:
      return "duplicate";
  }
  return "value";
}

bool is_missing(Kind kind) {
  return kind == Kind::missing;
}

bool is_extra(Kind kind) {
  return kind == Kind::extra || kind == Kind::duplicate;
}

std::string_view name(ValueClass value_class) {
  switch (value_class) {
    case ValueClass::none:
      return "";
    case ValueClass::time:
      return "time";
    case ValueClass::uuid:
      return "uuid";
    case ValueClass::token:
      return "token";
    case ValueClass::delivery:
      return "delivery";
  }
  return "";
}

std::string generalized_place(std::string_view place) {
  if (place.starts_with("line:")) {
    const auto part = std::min(place.find(' '), place.size());
    return std::string("line").append(place.substr(part));
  }
  if (place.empty() || place.front() != '/') return std::string(place);
  std::string general;
  general.reserve(place.size());
  while (!place.empty()) {
    place.remove_prefix(1);
    const auto step = place.substr(0, place.find('/'));
    place.remove_prefix(step.size());
    general += '/';
    general.append(is_variable_step(step) ? "*" : step);
  }
  return general;
}

std::string generalized_place(const Difference& difference) {
  return difference.general.empty() ? generalized_place(difference.place) : difference.general;
}

std::string signature(std::string_view endpoint, const std::vector<Difference>& differences) {
  std::vector<std::pair<std::string, Kind>> places;
  places.reserve(differences.size());
  for (const auto& difference : differences) {
    if (!difference.noise.empty()) continue;
    places.emplace_back(generalized_place(difference), difference.kind);
  }
  return signature_of(endpoint, places);
}

std::string signature_of(std::string_view endpoint,
                         const std::vector<std::pair<std::string, Kind>>& places) {
  if (places.empty()) return {};
  using Part = std::pair<std::string_view, std::string_view>;
  std::vector<Part> parts;
  parts.reserve(places.size());
  for (const auto& [place, kind] : places) {
    const Part part(place, name(kind));
    if (parts.empty() || parts.back() != part) parts.push_back(part);
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  std::string all(endpoint);
  for (const auto& [place, kind] : parts) all.append("\n").append(place).append(" ").append(kind);
  return to_hex(hash64(all)).substr(0, signature_digits);
}

}  // namespace understudy::diff
