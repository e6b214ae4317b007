// Which calls there are, what they can fail with, and which of all faults are tried.
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "sweep/shim.h"

namespace understudy::sweep {

namespace {

// More calls of one kind than any scenario makes: a sweep without an end is a failure.
constexpr std::size_t most_calls = 20'000;

bool is_chosen(std::size_t index) {
  static const char* const set = std::getenv("UNDERSTUDY_SWEEP");
  static const std::string wanted = set == nullptr ? "0" : set;
  if (wanted == "all") return true;
  return index % 10 == std::strtoul(wanted.c_str(), nullptr, 10) % 10;
}

// `index` goes on over all errors, so that tenths are spread over them.
std::size_t fail_each(Call call, std::size_t& index, const std::function<void(const Fault&)>& run) {
  std::size_t runs = 0;
  for (const int error : errors_of(call)) {
    for (std::size_t nth = 1; nth < most_calls; ++nth) {
      if (!is_chosen(index++)) continue;
      run({call, nth, error});
      ++runs;
      if (!has_struck()) break;
    }
  }
  return runs;
}

}  // namespace

std::size_t for_each_fault(const std::function<void(const Fault&)>& run) {
  std::array<bool, static_cast<std::size_t>(Call::count_)> is_made{};
  run({});
  for (std::size_t i = 0; i < is_made.size(); ++i) {
    is_made[i] = calls_seen(static_cast<Call>(i)) != 0;
  }
  std::size_t runs = 1;
  std::size_t index = 0;
  for (std::size_t i = 0; i < is_made.size(); ++i) {
    if (is_made[i]) runs += fail_each(static_cast<Call>(i), index, run);
  }
  return runs;
}

const char* name(Call call) {
  constexpr std::array names{"socket",        "connect",    "accept",    "read",       "write",
                             "shutdown",      "setsockopt", "wait",      "close",      "bind",
                             "listen",        "make loop",  "open",      "file write", "file sync",
                             "file cut",      "file close", "file lock", "mkdir",      "TLS make",
                             "TLS handshake", "TLS read",   "TLS write"};
  static_assert(names.size() == static_cast<std::size_t>(Call::count_));
  return names[static_cast<std::size_t>(call)];
}

// Not among them is what libuv 1.44 ends the process for, as was tried: epoll_ctl without memory
// (ENOMEM, ENOSPC), epoll_wait with anything but EINTR, and reading or writing the event descriptor
// that wakes a loop with anything but EINTR and EAGAIN.
//
// From the manual pages of Linux, without what only a wrong argument can bring about, and without
// EINTR where a signal handler with SA_RESTART cannot cause it on a socket that does not block.
const std::vector<int>& errors_of(Call call) {
  static const std::array<std::vector<int>, static_cast<std::size_t>(Call::count_)> table{{
      /* socket */ {EMFILE, ENFILE, ENOBUFS, ENOMEM, EACCES, EAFNOSUPPORT},
      /* connect */
      {EINTR, EAGAIN, ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, EADDRNOTAVAIL, EACCES,
       EPERM, ENOBUFS},
      /* accept */
      {EINTR, EAGAIN, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTO, EPERM, ENETDOWN,
       EHOSTUNREACH},
      /* read */
      {EINTR, EAGAIN, ECONNRESET, ETIMEDOUT, ENOMEM, ENOBUFS, EIO, EHOSTUNREACH, short_count},
      /* write */
      {EINTR, EAGAIN, ECONNRESET, EPIPE, ETIMEDOUT, ENOBUFS, ENOMEM, EIO, short_count},
      /* shutdown */ {ENOTCONN, ENOBUFS},
      /* set_option */ {ENOMEM, ENOBUFS, EINVAL},
      /* wait */ {EINTR},
      /* close */ {EINTR, EIO},
      /* bind */ {EADDRINUSE, EACCES, ENOMEM},
      /* listen */ {EADDRINUSE, EOPNOTSUPP},
      /* make_loop */ {EMFILE, ENFILE, ENOMEM},
      /* open */ {EINTR, EMFILE, ENFILE, ENOMEM, ENOSPC, EACCES, EROFS, EDQUOT, EIO},
      /* file_write */ {EINTR, EAGAIN, ENOSPC, EIO, EDQUOT, EFBIG, short_count},
      /* file_sync */ {EIO, ENOSPC, EINTR},
      /* file_cut */ {EINTR, EIO},
      /* file_close */ {EINTR, EIO, ENOSPC},
      /* file_lock */ {EINTR, ENOLCK, EWOULDBLOCK},
      /* make_directory */ {EACCES, ENOSPC, EROFS, EDQUOT, ENOMEM},
      /* tls_make */ {ENOMEM},
      /* tls_handshake */ {ENOMEM},
      /* tls_read */ {ENOMEM},
      /* tls_write */ {ENOMEM},
  }};
  return table[static_cast<std::size_t>(call)];
}

std::string error_name(int error) {
  if (error == short_count) return "one byte only";
  const char* const known = strerrorname_np(error);
  return known == nullptr ? std::to_string(error) : known;
}

std::string describe(const Fault& fault) {
  return fmt::format("{} no. {}: {}", name(fault.call), fault.nth, error_name(fault.error));
}

}  // namespace understudy::sweep
