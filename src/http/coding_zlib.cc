#include <algorithm>
#include <array>
#include <limits>

#include <zlib.h>

#include "decoders.h"
#include "understudy/base/limits.h"

namespace understudy::http {
namespace {

// zlib's window parameter says which wrapper to expect: gzip's, its own, or none.
constexpr int gzip_bits = 16 + MAX_WBITS;
constexpr int zlib_bits = MAX_WBITS;
constexpr int raw_bits = -MAX_WBITS;

// Owns zlib's decoder.
class Inflater {
 public:
  explicit Inflater(int bits) { is_ready_ = inflateInit2(&stream_, bits) == Z_OK; }
  ~Inflater() {
    if (is_ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream& stream() { return stream_; }
  bool is_ready() const { return is_ready_; }

 private:
  z_stream stream_{};
  bool is_ready_ = false;
};

// `may_repeat`: members may follow one another, as in gzip (RFC 1952, 2.2).
Result<std::string> run(std::string_view body, std::size_t max_bytes, int bits, bool may_repeat) {
  Inflater inflater(bits);
  if (!inflater.is_ready() || body.size() > std::numeric_limits<uInt>::max()) {
    return damaged("deflate");
  }
  z_stream& stream = inflater.stream();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());

  std::string out;
  std::array<char, limits::decode_step_bytes> step;
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(step.data());
    stream.avail_out = static_cast<uInt>(step.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return damaged("deflate");
    auto appended = append_decoded(out, {step.data(), step.size() - stream.avail_out}, max_bytes);
    if (!appended) return appended.error();
    if (status == Z_OK) continue;
    if (stream.avail_in == 0) return out;
    if (!may_repeat || inflateReset(&stream) != Z_OK) return damaged("deflate");
  }
}

}  // namespace

Result<std::string> decode_gzip(std::string_view body, std::size_t max_bytes) {
  return run(body, max_bytes, gzip_bits, true);
}

// Both readings of "deflate" are on the wire; the wrapper's checksum tells them apart.
Result<std::string> decode_deflate(std::string_view body, std::size_t max_bytes) {
  auto wrapped = run(body, max_bytes, zlib_bits, false);
  if (wrapped || wrapped.error().code != Code::bad_answer) return wrapped;
  return run(body, max_bytes, raw_bits, false);
}

}  // namespace understudy::http
