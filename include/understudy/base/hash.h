#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy {

// XXH64 (xxHash specification 0.1.1, github.com/Cyan4973/xxHash, doc/xxhash_spec.md). Fast and well
// spread, not a defence against an attacker: for sampling and for blocks of bodies only.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

// Hashes of the blocks of a byte stream of any length in bounded memory: when there are
// `limits::max_hash_blocks` of them, neighbours merge and the block size doubles. A block's hash is
// the root of a binary tree over parts of `limits::hash_part_bytes`, so streams of different
// lengths, and therefore block sizes, can still be compared.
class BlockHashes {
 public:
  void add(std::string_view bytes);

  std::uint64_t total_bytes() const { return total_bytes_; }
  // Of all that was added; how it was cut into pieces makes no difference.
  std::uint64_t hash() const;

  // The offset of the first block in which the two streams differ; `npos` when they are equal in
  // content and length.
  static constexpr std::uint64_t npos = ~std::uint64_t{0};
  static std::uint64_t first_difference(const BlockHashes& a, const BlockHashes& b);

 private:
  void close_part();
  std::vector<std::uint64_t> blocks_at(unsigned level) const;

  unsigned level_ = 0;                  // a block is 2^level_ parts
  std::vector<std::uint64_t> blocks_;   // closed blocks
  std::vector<std::uint64_t> pending_;  // pending_[k]: a closed half of 2^k parts, or 0
  std::uint64_t total_bytes_ = 0;
  std::string part_;  // the open part
};

// 64 bits from the operating system's random source (through OpenSSL).
std::uint64_t random64();

// HMAC-SHA-256 (RFC 2104) of `text` under `key`, the first 8 bytes: equal texts stay equal, the
// text cannot be read back without the key.
std::uint64_t keyed_hash64(std::string_view key, std::string_view text);

// `value` in base 16, always 16 digits.
std::string to_hex(std::uint64_t value);

}  // namespace understudy
