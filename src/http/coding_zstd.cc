#include <array>
#include <memory>

#include <zstd.h>

#include "decoders.h"
#include "understudy/base/limits.h"

namespace understudy::http {
namespace {

// Ends zstd's decoder.
struct Deleter {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

Result<std::string> decode_zstd(std::string_view body, std::size_t max_bytes) {
  const std::unique_ptr<ZSTD_DCtx, Deleter> decoder(ZSTD_createDCtx());
  if (!decoder) return damaged("zstd");
  const auto window =
      ZSTD_DCtx_setParameter(decoder.get(), ZSTD_d_windowLogMax, limits::max_zstd_window_log);
  if (ZSTD_isError(window) != 0) return damaged("zstd");
  ZSTD_inBuffer in{body.data(), body.size(), 0};

  std::string out;
  std::array<char, limits::decode_step_bytes> step;
  for (;;) {
    ZSTD_outBuffer to{step.data(), step.size(), 0};
    const std::size_t before = in.pos;
    const std::size_t left = ZSTD_decompressStream(decoder.get(), &to, &in);
    if (ZSTD_isError(left) != 0) return damaged("zstd");
    auto appended = append_decoded(out, {step.data(), to.pos}, max_bytes);
    if (!appended) return appended.error();
    if (left == 0 && in.pos == in.size) return out;
    if (in.pos == before && to.pos == 0) return damaged("zstd");
  }
}

}  // namespace understudy::http
