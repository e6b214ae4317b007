#pragma once

#include <cstdint>
#include <string_view>

namespace understudy::diff {

enum class Kind;
struct Difference;

// What a client would notice of a difference, the worst last. `additive`: there is something more,
// which clients pass over. `suspicious`: something else is said in the same form. `breaking`: what
// clients rely on is gone or has another form.
enum class Severity : std::uint8_t { additive, suspicious, breaking };
std::string_view name(Severity severity);

// Exchanges by severity; they add up over windows, processes and machines.
struct SeverityCounts {
  std::uint64_t additive = 0;
  std::uint64_t suspicious = 0;
  std::uint64_t breaking = 0;

  std::uint64_t total() const { return additive + suspicious + breaking; }
  std::uint64_t at_least(Severity severity) const;
  void add(Severity severity, std::uint64_t count);
  // What is graver is counted as `worst`.
  void cap(Severity worst);
  // The gravest that there is; additive when there is none.
  Severity worst() const;
  SeverityCounts& operator+=(const SeverityCounts& other);
  bool operator==(const SeverityCounts&) const = default;
};

// What the place and the kind alone say. `place` is generalized. A field that is gone or of another
// type is breaking, a new one additive. Elements of arrays, keys of maps and lines of text are
// contents and no fields: suspicious. A header that clients act on is breaking when it is gone, any
// other suspicious.
Severity usual_severity(std::string_view place, Kind kind);

// A status whose answer promises nothing to anybody: 5xx.
constexpr bool promises_nothing(int status) {
  return status >= 500;
}

// What the values say, too: breaking are a status of another class (RFC 9110, section 15) and a
// Content-Type that names another media type; a null that became a value is suspicious. Nothing
// is breaking where the primary's answer promises nothing. `place` is
// `difference.place`, generalized.
Severity severity_of(const Difference& difference, std::string_view place, int primary_status);

// What is said of one (generalized) place, of all that was counted there. What is known of an
// endpoint grows with its answers, so the gravest counts only where it is no rare exception; a
// status speaks for itself.
Severity severity_at(std::string_view place, const SeverityCounts& counts);

}  // namespace understudy::diff
