#include "understudy/http/coding.h"

#include <functional>

#include <brotli/encode.h>
#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

namespace understudy::http {
namespace {

constexpr std::size_t roomy = 1024 * 1024;
constexpr int gzip_bits = 16 + MAX_WBITS;

std::string deflated(std::string_view text, int bits) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) ==
          Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string gzipped(std::string_view text) {
  return deflated(text, gzip_bits);
}
std::string in_zlib(std::string_view text) {
  return deflated(text, MAX_WBITS);
}
std::string raw(std::string_view text) {
  return deflated(text, -MAX_WBITS);
}

std::string brotlied(std::string_view text) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size());
  std::string out(size, '\0');
  REQUIRE(BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, text.size(),
                                reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE);
  out.resize(size);
  return out;
}

std::string zstded(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct Coding {
  std::string_view name;
  std::function<std::string(std::string_view)> encode;
};

const Coding codings[] = {
    {"gzip", gzipped}, {"X-GZIP", gzipped}, {"deflate", in_zlib},
    {"deflate", raw},  {"br", brotlied},    {"zstd", zstded},
};

std::string sample() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * i % 1009) + ",";
  return text;
}

TEST_CASE("coding: every coding gives back what was encoded") {
  for (const Coding& coding : codings) {
    CAPTURE(coding.name);
    for (const std::string& text : {std::string(), std::string("a"), sample()}) {
      const auto decoded = decode(coding.name, coding.encode(text), roomy);
      REQUIRE(decoded.ok());
      CHECK(*decoded == text);
    }
  }
}

TEST_CASE("coding: a cut or damaged body is a bad answer") {
  for (const Coding& coding : codings) {
    CAPTURE(coding.name);
    const std::string encoded = coding.encode("some text, some more text, and some text again");
    for (std::size_t size = 1; size < encoded.size(); ++size) {
      CAPTURE(size);
      const auto decoded = decode(coding.name, encoded.substr(0, size), roomy);
      REQUIRE_FALSE(decoded.ok());
      CHECK(decoded.error().code == Code::bad_answer);
    }
    CHECK_FALSE(decode(coding.name, encoded + "x", roomy).ok());
    CHECK_FALSE(decode(coding.name, "no such coding at all", roomy).ok());
  }
}

TEST_CASE("coding: a bomb is stopped at the limit, which itself is allowed") {
  const std::string zeros(500'000, '0');
  for (const Coding& coding : codings) {
    CAPTURE(coding.name);
    const std::string encoded = coding.encode(zeros);
    const auto stopped = decode(coding.name, encoded, zeros.size() - 1);
    REQUIRE_FALSE(stopped.ok());
    CHECK(stopped.error().code == Code::over_limit);
    CHECK(decode(coding.name, encoded, zeros.size()).ok());
  }
}

TEST_CASE("coding: a bomb within a bomb is stopped at the inner one") {
  const auto stopped = decode("gzip, gzip", gzipped(gzipped(std::string(4'000'000, '0'))), roomy);

  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().code == Code::over_limit);
}

TEST_CASE("coding: several are undone last first") {
  CHECK(*decode("gzip, br", brotlied(gzipped("text")), roomy) == "text");
  CHECK_FALSE(decode("br, gzip", brotlied(gzipped("text")), roomy).ok());
  CHECK(*decode(" identity ,zstd,, deflate", raw(zstded("text")), roomy) == "text");
}

TEST_CASE("coding: members and frames may follow one another") {
  CHECK(*decode("gzip", gzipped("one ") + gzipped("") + gzipped("two"), roomy) == "one two");
  CHECK(*decode("zstd", zstded("one ") + zstded("two"), roomy) == "one two");
  CHECK_FALSE(decode("gzip", gzipped("one") + in_zlib("two"), roomy).ok());
  CHECK_FALSE(decode("br", brotlied("one") + brotlied("two"), roomy).ok());
}

TEST_CASE("coding: no coding gives the body, within the limit") {
  CHECK(*decode("", "text", 4) == "text");
  CHECK(*decode("identity", "text", 4) == "text");
  CHECK(decode("", "text", 3).error().code == Code::over_limit);
}

TEST_CASE("coding: an empty body needs no decoder") {
  CHECK(*decode("gzip", "", roomy) == "");
  CHECK(*decode("gzip, br", "", roomy) == "");
}

TEST_CASE("coding: unknown codings and too many of them are unsupported") {
  CHECK(decode("compress", "x", roomy).error().code == Code::unsupported);
  CHECK(decode("gzip;q=1", "x", roomy).error().code == Code::unsupported);
  CHECK(decode("gzip, gzip, gzip, gzip", "x", roomy).error().code == Code::unsupported);
}

}  // namespace
}  // namespace understudy::http
