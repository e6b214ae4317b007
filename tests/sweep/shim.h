#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace understudy::sweep {

// The system calls that can be made to fail, sorted by what they are used for: the same write(2)
// may lead to a peer or to the log.
enum class Call {
  socket,
  connect,
  accept,
  read,
  write,
  shutdown,
  set_option,
  wait,
  close,
  bind,
  listen,
  make_loop,  // epoll_create1, eventfd, pipe2: what a loop is made of
  open,
  file_write,
  file_sync,
  file_cut,
  file_close,
  file_lock,
  make_directory,
  tls_make,
  tls_handshake,
  tls_read,
  tls_write,
  count_
};
const char* name(Call call);

// What each of them can fail with; `short_count` is a success of one byte only.
constexpr int short_count = -1;
const std::vector<int>& errors_of(Call call);
std::string error_name(int error);

// One call of the house that fails, once.
struct Fault {
  Call call = Call::read;
  std::size_t nth = 0;  // from 1
  int error = 0;
};
std::string describe(const Fault& fault);

// Runs `run` with every fault that it can meet, or a tenth of them: until a call's number is so
// high that it did not strike. UNDERSTUDY_SWEEP is "all" or the number of a tenth (0 to 9). Returns
// the number of runs.
std::size_t for_each_fault(const std::function<void(const Fault&)>& run);

// Whose descriptors and TLS settings are made right now: those of peers (scripted clients and
// servers) never fail, and what a peer's listener accepts is a peer's, too.
class PeerScope {
 public:
  PeerScope();
  ~PeerScope();
  PeerScope(const PeerScope&) = delete;
  PeerScope& operator=(const PeerScope&) = delete;
};

// Whatever is open now is a peer's: for peers that were made on threads of their own.
void make_all_peers();

// The calls of the house are counted, and one of them fails, between arm() and disarm().
//
// Thread: any; but one scenario at a time.
void arm(const Fault& fault);
void disarm();
// Since arm().
std::size_t calls_seen(Call call);
bool has_struck();

}  // namespace understudy::sweep
