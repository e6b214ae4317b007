#include <array>
#include <memory>

#include <brotli/decode.h>

#include "decoders.h"
#include "understudy/base/limits.h"

namespace understudy::http {
namespace {

// Ends brotli's decoder.
struct Deleter {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

}  // namespace

Result<std::string> decode_brotli(std::string_view body, std::size_t max_bytes) {
  const std::unique_ptr<BrotliDecoderState, Deleter> decoder(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (!decoder) return damaged("brotli");
  const auto* in = reinterpret_cast<const std::uint8_t*>(body.data());
  std::size_t in_size = body.size();

  std::string out;
  std::array<std::uint8_t, limits::decode_step_bytes> step;
  for (;;) {
    std::uint8_t* to = step.data();
    std::size_t room = step.size();
    const auto status =
        BrotliDecoderDecompressStream(decoder.get(), &in_size, &in, &room, &to, nullptr);
    const std::string_view piece(reinterpret_cast<const char*>(step.data()), step.size() - room);
    auto appended = append_decoded(out, piece, max_bytes);
    if (!appended) return appended.error();
    if (status == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) continue;
    if (status == BROTLI_DECODER_RESULT_SUCCESS && in_size == 0) return out;
    return damaged("brotli");
  }
}

}  // namespace understudy::http
