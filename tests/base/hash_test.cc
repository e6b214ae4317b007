#include "understudy/base/hash.h"

#include <doctest/doctest.h>

#include "understudy/base/limits.h"

using namespace understudy;

namespace {

BlockHashes hashes_of(std::string_view bytes, std::size_t piece) {
  BlockHashes hashes;
  for (std::size_t at = 0; at < bytes.size(); at += piece) hashes.add(bytes.substr(at, piece));
  return hashes;
}

// Parts beyond the point where neighbours merge, twice.
constexpr std::size_t parts = limits::max_hash_blocks * 2 + 3;

// A stream of `count` parts, part `changed` of which differs; a part's content is its number.
BlockHashes stream(std::size_t count, std::size_t changed) {
  BlockHashes hashes;
  for (std::size_t i = 0; i < count; ++i) {
    hashes.add(
        std::string(limits::hash_part_bytes, static_cast<char>(i == changed ? 255 : i % 200)));
  }
  return hashes;
}

}  // namespace

TEST_CASE("hash: XXH64 gives the check values of its specification") {
  CHECK(hash64("") == 0xEF46DB3751D8E999);
  CHECK(hash64("a") == 0xD24EC4F1A98C6E5B);
  CHECK(hash64("abc") == 0x44BC2CF5AD770999);
  CHECK(hash64("Nobody inspects the spammish repetition") == 0xFBCEA83C8A378BF1);
}

TEST_CASE("hash: a keyed hash depends on key and text (RFC 4231, test case 2)") {
  const auto value = keyed_hash64("Jefe", "what do ya want for nothing?");
  const auto* bytes = reinterpret_cast<const unsigned char*>(&value);

  CHECK(bytes[0] == 0x5b);
  CHECK(bytes[7] == 0x4e);
  CHECK(keyed_hash64("other", "what do ya want for nothing?") != value);
}

TEST_CASE("hash: block hashes do not depend on how the stream was cut") {
  const std::string bytes(300'000, 'x');

  CHECK(BlockHashes::first_difference(hashes_of(bytes, 1000), hashes_of(bytes, 77'777)) ==
        BlockHashes::npos);
  CHECK(hashes_of(bytes, 1000).hash() == hashes_of(bytes, 77'777).hash());
  CHECK(hashes_of(bytes, 1000).hash() != hashes_of(bytes.substr(1), 1000).hash());
}

TEST_CASE("hash: the first unequal block is found, also after blocks were merged") {
  const auto same = stream(parts, parts);

  CHECK(BlockHashes::first_difference(same, stream(parts, parts)) == BlockHashes::npos);
  for (const std::size_t changed : {std::size_t{0}, std::size_t{5}, parts / 2, parts - 1}) {
    const auto at = BlockHashes::first_difference(same, stream(parts, changed));
    CAPTURE(changed);
    CHECK(at <= changed * limits::hash_part_bytes);
    CHECK(at + 8 * limits::hash_part_bytes > changed * limits::hash_part_bytes);
  }
}

TEST_CASE("hash: streams of different length differ where the shorter one ends at the latest") {
  const auto at = BlockHashes::first_difference(stream(3, 9), stream(parts, parts + 1));

  CHECK(at <= 3 * limits::hash_part_bytes);
}
