#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/diff/severity.h"

namespace understudy::diff {

// How a place differs. `missing`: the primary has it, the shadow has not; `extra`: the other way
// round. `duplicate`: extra as well, an element that the array has already.
enum class Kind { missing, extra, type, value, order, length, duplicate };
std::string_view name(Kind kind);

// What two values that differ still have in common: both are what a server makes anew for each
// answer, in the same form. `time`: moments close to that of the request and to each other, in one
// format, precision and zone. `uuid`: of one version. `token`: digits, letters and marks that look
// random, of one alphabet and length, behind the same prefix. Of texts that are the same but for
// some parts it is the class of these parts, token for several. `delivery`: the value of a header
// field that tells who delivered the answer and how, not what it is.
enum class ValueClass { none, time, uuid, token, delivery };
std::string_view name(ValueClass value_class);

// To which side the shadow's value lies of the primary's: numbers by their exact size, false before
// true, text by length in characters and then by order of bytes, and of Kind::length the lengths.
// Values of two types have none.
enum class Lean { none, less, greater };

// One value as it may stand in the log: already redacted, cut at limits::max_value_bytes.
struct ShownValue {
  std::string text;  // JSON text for places inside a JSON body, plain text elsewhere
  bool is_cut = false;
  // Of the value, as far as it was looked at, where the text is cut or, as of bytes, only tells of
  // it; else 0. No record has it.
  std::uint64_t hash = 0;
};

// One place where the two answers of a pair differ.
//
// Places: "status"; "header:ETag" (the primary's spelling; the shadow's when extra); "trailer:X";
// "body"; "line:12" for text (the primary's number; the shadow's when extra), with what both lines
// begin with ("line:12 retries") or the first column in which rows differ ("line:12 column 4"); an
// RFC 6901 pointer such as "/items/3/price" for JSON, with the primary's index (the shadow's when
// extra). The whole document is "/" here, since an empty place would read badly. Places longer than
// limits::max_place_bytes are cut and end in "...".
//
// What can be told as JSON has places as in that: JSON lines and sequences are an array of their
// items ("/3/price"); server-sent events are an array, too, of objects with "event", "id", "retry"
// and "data", which is JSON itself where the server's is an object or array ("/2/data/price"); a
// form is an object, with an array where a name repeats ("/name"). XML and HTML have the names on
// the way from the root, and an index where one parent has several of a name on either side:
// "/html/body/div/2/p/@class" for an attribute, "/order/price" for an element of nothing but text,
// "/p/#text/1" for text beside other things. Children of several names in another order are told
// as "/html/body/#order" when nothing else differs. White space between elements, comments and
// DOCTYPE do not count.
//
// At "body" the values describe: kind and length where kinds differ ("json, 12 bytes" and "html, 80
// bytes": type), length and first unequal offset for bytes (length or value), with the kind of file
// that the first bytes name ("png image, 12 bytes, ..."; type when the kinds differ). `length` at a
// JSON place means that one object repeats the name; the values say how often. `order` shows the
// identities, or the elements, in their order on each side. Several that are missing at the end of
// an array, or extra there, are one difference at the first of them, and the value is their list.
struct Difference {
  std::string place;
  Kind kind = Kind::value;
  ShownValue primary;  // empty text when the primary has nothing there
  ShownValue shadow;
  ValueClass value_class = ValueClass::none;  // only of Kind::value
  Lean lean = Lean::none;                     // only of Kind::value and Kind::length
  std::string noise = {};  // why the shadow is not to blame, as noise.h says it; empty if it is
  Severity severity = Severity::suspicious;
  // Of an array: how many at its end are missing, or extra; how few need to be moved to make one
  // order from the other.
  std::size_t elements = 1;
  // Its generalized place, where the place alone does not show which names are keys of a map.
  std::string general = {};
};

// Whether the shadow has nothing there, or the primary.
bool is_missing(Kind kind);
bool is_extra(Kind kind);

// What comparing one pair came to.
struct Comparison {
  // False: nothing can be said; `reason` says why, e.g. "decode_limit", "unknown_coding",
  // "damaged_coding", "too_large_encoded".
  bool is_comparable = true;
  std::string reason;
  std::vector<Difference> differences;  // empty: the answers are the same
  bool is_truncated = false;            // more than are kept
  bool is_cut_short = false;            // more than limits::max_differences, or than are looked at
  // What kept the body from being compared in depth: "invalid_json", "invalid_utf8" or "too_deep"
  // for a body that claimed to be JSON or text and was compared as bytes, "too_large" for one
  // compared by length and block hashes; "invalid_json_lines", "invalid_events", "invalid_xml",
  // "invalid_html", "too_deep" or "too_large" (attributes of one tag) for one that was compared by
  // lines of text instead; a `reason` from above when there are differences outside of the body,
  // which stand whatever it holds. Empty otherwise.
  std::string note;
};

// The place with array indices and names that are ids (numbers, UUIDs, long hexadecimal, dates,
// redacted secrets ...) as "*" and line numbers dropped ("line", "line retries"), for grouping.
std::string generalized_place(std::string_view place);
// The same of a difference; members of a map have "*" as well, whatever their names are.
std::string generalized_place(const Difference& difference);
// Of many values in one place, or lines, one that changes says nothing of the others.
inline bool is_many(std::string_view generalized_place) {
  return generalized_place.starts_with("line") ||
         generalized_place.find('*') != std::string_view::npos;
}

// Endpoint + the sorted set of (generalized place, kind) of all that is no noise, as 12 hexadecimal
// digits. Empty when there is none.
std::string signature(std::string_view endpoint, const std::vector<Difference>& differences);
// The same of generalized places.
std::string signature_of(std::string_view endpoint,
                         const std::vector<std::pair<std::string, Kind>>& places);

}  // namespace understudy::diff
