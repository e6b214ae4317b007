#include "understudy/base/hash.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "understudy/base/limits.h"

namespace understudy {

namespace {

// The primes of the specification, section "Overview".
constexpr std::uint64_t prime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t prime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t prime3 = 0x165667B19E3779F9;
constexpr std::uint64_t prime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t prime5 = 0x27D4EB2F165667C5;

static_assert(std::endian::native == std::endian::little, "lanes are read in little endian");

template <typename T>
std::uint64_t read(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::uint64_t round(std::uint64_t lane, std::uint64_t input) {
  return std::rotl(lane + input * prime2, 31) * prime1;
}

std::uint64_t merge_lane(std::uint64_t hash, std::uint64_t lane) {
  return (hash ^ round(0, lane)) * prime1 + prime4;
}

// Steps 1-3: whole stripes of 32 bytes. Moves `at` past them.
std::uint64_t hash_stripes(const char*& at, const char* end, std::uint64_t seed) {
  std::uint64_t lanes[4] = {seed + prime1 + prime2, seed + prime2, seed, seed - prime1};
  for (; end - at >= 32; at += 32) {
    for (int i = 0; i < 4; ++i) lanes[i] = round(lanes[i], read<std::uint64_t>(at + 8 * i));
  }
  std::uint64_t hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
                       std::rotl(lanes[3], 18);
  for (const auto lane : lanes) hash = merge_lane(hash, lane);
  return hash;
}

// Step 5: what is left after the stripes.
std::uint64_t hash_rest(std::uint64_t hash, const char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    hash = std::rotl(hash ^ round(0, read<std::uint64_t>(at)), 27) * prime1 + prime4;
  }
  if (end - at >= 4) {
    hash = std::rotl(hash ^ (read<std::uint32_t>(at) * prime1), 23) * prime2 + prime3;
    at += 4;
  }
  for (; at < end; ++at) hash = std::rotl(hash ^ (read<std::uint8_t>(at) * prime5), 11) * prime1;
  return hash;
}

std::uint64_t avalanche(std::uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * prime2;
  hash = (hash ^ (hash >> 29)) * prime3;
  return hash ^ (hash >> 32);
}

std::uint64_t combine(std::uint64_t left, std::uint64_t right) {
  const std::uint64_t both[2] = {left, right};
  return hash64({reinterpret_cast<const char*>(both), sizeof both});
}

void halve(std::vector<std::uint64_t>& blocks) {
  for (std::size_t i = 0; i + 1 < blocks.size(); i += 2) {
    blocks[i / 2] = combine(blocks[i], blocks[i + 1]);
  }
  blocks.resize(blocks.size() / 2);
}

}  // namespace

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint64_t hash = bytes.size() >= 32 ? hash_stripes(at, end, seed) : seed + prime5;
  return avalanche(hash_rest(hash + bytes.size(), at, end));
}

void BlockHashes::add(std::string_view bytes) {
  total_bytes_ += bytes.size();
  while (!bytes.empty()) {
    const auto take = std::min(bytes.size(), limits::hash_part_bytes - part_.size());
    part_.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
    if (part_.size() == limits::hash_part_bytes) close_part();
  }
}

// A binary counter: two halves of one size make one of the next, up to a whole block.
void BlockHashes::close_part() {
  std::uint64_t hash = hash64(part_);
  part_.clear();
  for (unsigned k = 0; k < level_; ++k) {
    if (pending_[k] == 0) {
      pending_[k] = hash;
      return;
    }
    hash = combine(pending_[k], hash);
    pending_[k] = 0;
  }
  blocks_.push_back(hash);
  if (blocks_.size() < limits::max_hash_blocks) return;
  halve(blocks_);
  pending_.push_back(0);
  ++level_;
}

std::vector<std::uint64_t> BlockHashes::blocks_at(unsigned level) const {
  auto blocks = blocks_;
  for (unsigned k = level_; k < level; ++k) halve(blocks);
  return blocks;
}

std::uint64_t BlockHashes::hash() const {
  auto hash = combine(total_bytes_, hash64(part_));
  for (const auto block : blocks_) hash = combine(hash, block);
  for (const auto half : pending_) hash = combine(hash, half);
  return hash;
}

std::uint64_t BlockHashes::first_difference(const BlockHashes& a, const BlockHashes& b) {
  const unsigned level = std::max(a.level_, b.level_);
  const auto left = a.blocks_at(level);
  const auto right = b.blocks_at(level);
  const std::uint64_t block_bytes = std::uint64_t{limits::hash_part_bytes} << level;
  const auto shared = std::min(left.size(), right.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (left[i] != right[i]) return i * block_bytes;
  }
  const bool equal =
      a.total_bytes_ == b.total_bytes_ && a.pending_ == b.pending_ && a.part_ == b.part_;
  return equal ? npos : shared * block_bytes;
}

std::string to_hex(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

}  // namespace understudy
