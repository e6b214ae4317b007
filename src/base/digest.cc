#include <cassert>
#include <cstring>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "understudy/base/hash.h"

namespace understudy {

std::uint64_t random64() {
  std::uint64_t value = 0;
  // OpenSSL fails here only when the operating system has no random source at all.
  const int ok = RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value);
  assert(ok == 1);
  return ok == 1 ? value : 0;
}

std::uint64_t keyed_hash64(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &length);
  std::uint64_t value = 0;
  assert(length >= sizeof value);
  std::memcpy(&value, digest, sizeof value);
  return value;
}

}  // namespace understudy
