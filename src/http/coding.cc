#include "understudy/http/coding.h"

#include "decoders.h"
#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"

namespace understudy::http {
namespace {

// One coding and how it is undone.
struct Decoder {
  std::string_view name;
  Result<std::string> (*decode)(std::string_view body, std::size_t max_bytes);
};

constexpr Decoder decoders[] = {
    {"gzip", decode_gzip}, {"x-gzip", decode_gzip}, {"deflate", decode_deflate},
    {"br", decode_brotli}, {"zstd", decode_zstd},
};

const Decoder* find_decoder(std::string_view name) {
  for (const Decoder& decoder : decoders) {
    if (ascii::iequals(decoder.name, name)) return &decoder;
  }
  return nullptr;
}

Error too_large() {
  return {Code::over_limit, Leg::self, "the decoded body is larger than allowed"};
}

}  // namespace

Result<std::string> decode(std::string_view content_encoding, std::string_view body,
                           std::size_t max_bytes) {
  std::vector<const Decoder*> applied;
  for (const std::string_view name : ascii::split(content_encoding, ',')) {
    if (name.empty() || ascii::iequals(name, "identity")) continue;
    const Decoder* const decoder = find_decoder(name);
    if (decoder == nullptr) {
      return Error{Code::unsupported, Leg::self, "the content coding is unknown"};
    }
    if (applied.size() == limits::max_codings) {
      return Error{Code::unsupported, Leg::self, "there are too many content codings"};
    }
    applied.push_back(decoder);
  }

  if (applied.empty() && body.size() > max_bytes) return too_large();
  std::string out;
  for (auto last = applied.rbegin(); last != applied.rend(); ++last) {
    if (body.empty()) break;  // an empty body is often labelled, never encoded
    auto decoded = (*last)->decode(body, max_bytes);
    if (!decoded) return decoded;
    out = std::move(*decoded);
    body = out;
  }
  if (applied.empty()) out = body;
  return out;
}

}  // namespace understudy::http
