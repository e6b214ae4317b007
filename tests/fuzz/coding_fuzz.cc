// Content codings undone, whatever the bytes; the first byte of an input chooses the coding.
// Promises: no decoder writes more than it is allowed to; with less room than the whole needs it
// says so, with enough it gives the same.

#include <iterator>
#include <string>

#include "fuzz.h"
#include "understudy/http/coding.h"

namespace {

constexpr std::size_t room = 64 * 1024;
constexpr std::string_view names[] = {"gzip",           "deflate",       "br",      "zstd",
                                      "gzip, zstd, br", "deflate, gzip", "x-gzip ", "br,br,br,br"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  if (size == 0) return 0;
  const auto body = fuzz::as_text(data, size).substr(1);
  const auto coding = names[data[0] % std::size(names)];
  const auto decoded = http::decode(coding, body, room);
  if (!decoded) {
    fuzz::must(!decoded.error().detail.empty(), "a refusal says why");
    return 0;
  }
  fuzz::must(decoded->size() <= room, "no decoder writes more than allowed");
  const auto exact = http::decode(coding, body, decoded->size());
  fuzz::must(exact && *exact == *decoded, "what fits exactly is decoded");
  if (decoded->empty()) return 0;
  const auto less = http::decode(coding, body, decoded->size() - 1);
  fuzz::must(!less && less.error().code == Code::over_limit, "a byte too much is over the limit");
  return 0;
}
