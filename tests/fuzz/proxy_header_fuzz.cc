// The beginning of a connection on which a PROXY header may stand; if the first byte is "w", what
// follows names two ends to write one for. Promises:
// - the verdict grows with the bytes: "more" for a part of what is a header, and no verdict but
//   "more" ever changes;
// - what a header says is written anew, in both versions, and reads back the same.

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz.h"
#include "understudy/net/proxy_header.h"

namespace {

using namespace understudy;
using fuzz::must;
using Kind = net::ProxyHeader::Kind;

// Longer headers are refused, so nothing further on changes a verdict.
constexpr std::size_t longest_part = 2048;

Result<net::ProxyHeader> read(std::string_view bytes) {
  // A copy of its own, so that a sanitizer sees who reads beyond it.
  const std::vector<char> copy(bytes.begin(), bytes.end());
  return net::read_proxy_header({copy.data(), copy.size()});
}

bool is_same(const Result<net::ProxyHeader>& a, const Result<net::ProxyHeader>& b) {
  if (!a || !b) return a.ok() == b.ok();
  return a->kind == b->kind && a->size == b->size &&
         a->endpoints.source.to_string() == b->endpoints.source.to_string() &&
         a->endpoints.destination.to_string() == b->endpoints.destination.to_string();
}

void check_parts(std::string_view bytes) {
  const auto whole = read(bytes);
  bool is_decided = false;
  for (std::size_t size = 0; size <= std::min(bytes.size(), longest_part); ++size) {
    const auto part = read(bytes.substr(0, size));
    const bool is_more = part && part->kind == Kind::more;
    must(!is_decided || !is_more, "a verdict stands");
    is_decided = is_decided || !is_more;
    if (is_decided) must(is_same(part, whole), "the verdict on a part is that on the whole");
  }
}

void check_written(const net::Endpoints& endpoints) {
  for (const int version : {1, 2}) {
    const auto written = net::proxy_header(version, endpoints);
    const auto again = read(written + "GET");
    must(again.ok() && again->size == written.size(), "a written header is read to its end");
    const bool has_ends =
        endpoints.source.has_ip() && endpoints.destination.has_ip() &&
        endpoints.source.raw()->sa_family == endpoints.destination.raw()->sa_family;
    must(!has_ends || again->kind == Kind::found, "ends that are known are told");
    if (again->kind != Kind::found) continue;
    must(again->endpoints.source.to_string() == endpoints.source.to_string(),
         "the source reads back the same");
    must(again->endpoints.destination.to_string() == endpoints.destination.to_string(),
         "the destination reads back the same");
  }
}

void check_ends(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == text.npos) return;
  const auto source = net::Address::parse(text.substr(0, blank));
  const auto destination = net::Address::parse(text.substr(blank + 1));
  if (source && destination) check_written({*source, *destination});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::as_text(data, size);
  if (bytes.starts_with('w')) {
    check_ends(bytes.substr(1));
    return 0;
  }
  check_parts(bytes);
  const auto header = read(bytes);
  if (header && header->kind == Kind::found) check_written(header->endpoints);
  return 0;
}
