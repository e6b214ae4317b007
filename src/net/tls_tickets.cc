#include <algorithm>
#include <cassert>
#include <cstring>
#include <deque>
#include <mutex>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "understudy/base/limits.h"
#include "understudy/net/tls.h"

namespace understudy::net {

struct TlsTickets::State {
  explicit State(const Clock& owner_clock) : clock(owner_clock) {}

  void rotate();
  void add();

  const Clock& clock;
  std::mutex mutex;
  std::deque<Key> keys;  // the newest first
  Instant changed_at{};
};

TlsTickets::TlsTickets(const Clock& clock) : state_(std::make_unique<State>(clock)) {}

TlsTickets::~TlsTickets() {
  for (auto& key : state_->keys) OPENSSL_cleanse(&key, sizeof key);
}

// The newest key seals; the one before it still opens, for one more period.
void TlsTickets::State::rotate() {
  const auto now = clock.now();
  if (keys.empty() || now - changed_at >= 2 * limits::ticket_key_period) {
    for (auto& key : keys) OPENSSL_cleanse(&key, sizeof key);
    keys.clear();
    add();
    changed_at = now;
  } else if (now - changed_at >= limits::ticket_key_period) {
    for (; keys.size() > 1; keys.pop_back()) OPENSSL_cleanse(&keys.back(), sizeof(Key));
    add();
    changed_at += limits::ticket_key_period;
  }
}

void TlsTickets::State::add() {
  Key key;
  [[maybe_unused]] const int status =
      RAND_bytes(reinterpret_cast<unsigned char*>(&key), sizeof key);
  assert(status == 1 && "no random numbers");
  keys.push_front(key);
  OPENSSL_cleanse(&key, sizeof key);
}

TlsTickets::Key TlsTickets::current() {
  const std::lock_guard lock(state_->mutex);
  state_->rotate();
  return state_->keys.front();
}

bool TlsTickets::find(const unsigned char* name, Key& key) {
  const std::lock_guard lock(state_->mutex);
  state_->rotate();
  const auto found = std::find_if(
      state_->keys.begin(), state_->keys.end(),
      [name](const Key& each) { return std::memcmp(each.name, name, sizeof each.name) == 0; });
  if (found == state_->keys.end()) return false;
  key = *found;
  return true;
}

}  // namespace understudy::net
