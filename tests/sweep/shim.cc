// Definitions that stand before those of the C library: an executable's own symbols come first,
// for shared libraries as well (and before AddressSanitizer's, which we call in our turn).
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sweep/shim_internal.h"

namespace understudy::sweep {

namespace {

// What is known of a descriptor. `other` are pipes, events and whatever was there before us.
enum class Kind : char { other, peer, socket, file };

constexpr std::size_t most_descriptors = 4096;
std::array<std::atomic<Kind>, most_descriptors> kinds;
thread_local int peer_depth = 0;

std::atomic<bool> is_armed{false};
std::atomic<bool> struck{false};
std::array<std::atomic<std::size_t>, static_cast<std::size_t>(Call::count_)> seen;
Fault armed;

Kind kind_of(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  return index < most_descriptors ? kinds[index].load() : Kind::other;
}

int mark(int descriptor, Kind kind) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index < most_descriptors) kinds[index] = kind;
  return descriptor;
}

int strike_on(int descriptor, Kind kind, Call call) {
  return kind_of(descriptor) == kind ? strike(call) : 0;
}

int strike_write(int descriptor) {
  const int error = strike_on(descriptor, Kind::socket, Call::write);
  return error != 0 ? error : strike_on(descriptor, Kind::file, Call::file_write);
}

template <typename Result>
Result failed(int error) {
  errno = error;
  return static_cast<Result>(-1);
}

// The definition that ours hides.
template <typename Function>
Function* next(const char* symbol) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, symbol));
}

}  // namespace

PeerScope::PeerScope() {
  ++peer_depth;
}
PeerScope::~PeerScope() {
  --peer_depth;
}

void make_all_peers() {
  for (auto& kind : kinds) {
    if (kind != Kind::other) kind = Kind::peer;
  }
}

bool is_in_peer_scope() {
  return peer_depth != 0;
}

int strike(Call call) {
  if (peer_depth != 0 || !is_armed.load()) return 0;
  const auto nth = seen[static_cast<std::size_t>(call)].fetch_add(1) + 1;
  if (call != armed.call || nth != armed.nth) return 0;
  struck = true;
  return armed.error;
}

void arm(const Fault& fault) {
  armed = fault;
  for (auto& each : seen) each = 0;
  struck = false;
  is_armed = true;
}

void disarm() {
  is_armed = false;
}

std::size_t calls_seen(Call call) {
  return seen[static_cast<std::size_t>(call)];
}
bool has_struck() {
  return struck;
}

// --- the definitions -----------------------------------------------------------------------------

extern "C" {

int shim_socket(int domain, int type, int protocol) __asm__("socket");
int shim_socket(int domain, int type, int protocol) {
  static auto* const real = next<int(int, int, int)>("socket");
  if (const int error = strike(Call::socket)) return failed<int>(error);
  return mark(real(domain, type, protocol), peer_depth != 0 ? Kind::peer : Kind::socket);
}

int shim_connect(int fd, const sockaddr* address, socklen_t size) __asm__("connect");
int shim_connect(int fd, const sockaddr* address, socklen_t size) {
  static auto* const real = next<int(int, const sockaddr*, socklen_t)>("connect");
  if (const int error = strike_on(fd, Kind::socket, Call::connect)) return failed<int>(error);
  return real(fd, address, size);
}

int shim_accept4(int fd, sockaddr* address, socklen_t* size, int flags) __asm__("accept4");
int shim_accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  static auto* const real = next<int(int, sockaddr*, socklen_t*, int)>("accept4");
  if (const int error = strike_on(fd, Kind::socket, Call::accept)) return failed<int>(error);
  return mark(real(fd, address, size, flags), kind_of(fd));
}

ssize_t shim_read(int fd, void* buffer, std::size_t size) __asm__("read");
ssize_t shim_read(int fd, void* buffer, std::size_t size) {
  static auto* const real = next<ssize_t(int, void*, std::size_t)>("read");
  const int error = strike_on(fd, Kind::socket, Call::read);
  if (error > 0) return failed<ssize_t>(error);
  return real(fd, buffer, error == short_count && size > 1 ? 1 : size);
}

ssize_t shim_write(int fd, const void* bytes, std::size_t size) __asm__("write");
ssize_t shim_write(int fd, const void* bytes, std::size_t size) {
  static auto* const real = next<ssize_t(int, const void*, std::size_t)>("write");
  const int error = strike_write(fd);
  if (error > 0) return failed<ssize_t>(error);
  return real(fd, bytes, error == short_count && size > 1 ? 1 : size);
}

ssize_t shim_writev(int fd, const iovec* parts, int count) __asm__("writev");
ssize_t shim_writev(int fd, const iovec* parts, int count) {
  static auto* const real = next<ssize_t(int, const iovec*, int)>("writev");
  const int error = strike_write(fd);
  if (error > 0) return failed<ssize_t>(error);
  if (error == 0) return real(fd, parts, count);
  iovec first = parts[0];
  first.iov_len = first.iov_len > 1 ? 1 : first.iov_len;
  return real(fd, &first, 1);
}

int shim_shutdown(int fd, int how) __asm__("shutdown");
int shim_shutdown(int fd, int how) {
  static auto* const real = next<int(int, int)>("shutdown");
  if (const int error = strike_on(fd, Kind::socket, Call::shutdown)) return failed<int>(error);
  return real(fd, how);
}

int shim_setsockopt(int fd, int level, int name, const void* value,
                    socklen_t size) __asm__("setsockopt");
int shim_setsockopt(int fd, int level, int name, const void* value, socklen_t size) {
  static auto* const real = next<int(int, int, int, const void*, socklen_t)>("setsockopt");
  if (const int error = strike_on(fd, Kind::socket, Call::set_option)) return failed<int>(error);
  return real(fd, level, name, value, size);
}

int shim_epoll_wait(int fd, epoll_event* events, int most, int timeout) __asm__("epoll_wait");
int shim_epoll_wait(int fd, epoll_event* events, int most, int timeout) {
  static auto* const real = next<int(int, epoll_event*, int, int)>("epoll_wait");
  if (const int error = strike(Call::wait)) return failed<int>(error);
  return real(fd, events, most, timeout);
}

int shim_epoll_pwait(int fd, epoll_event* events, int most, int timeout,
                     const sigset_t* signals) __asm__("epoll_pwait");
int shim_epoll_pwait(int fd, epoll_event* events, int most, int timeout, const sigset_t* signals) {
  static auto* const real = next<int(int, epoll_event*, int, int, const sigset_t*)>("epoll_pwait");
  if (const int error = strike(Call::wait)) return failed<int>(error);
  return real(fd, events, most, timeout, signals);
}

// On Linux the descriptor is gone whatever close says.
int shim_close(int fd) __asm__("close");
int shim_close(int fd) {
  static auto* const real = next<int(int)>("close");
  int error = strike_on(fd, Kind::socket, Call::close);
  if (error == 0) error = strike_on(fd, Kind::file, Call::file_close);
  mark(fd, Kind::other);
  const int result = real(fd);
  return error != 0 ? failed<int>(error) : result;
}

// libuv closes in this way. Callers give fewer words than are read: what stands on the stack
// instead is nothing to AddressSanitizer.
long shim_syscall(long number, ...) __asm__("syscall");
[[gnu::no_sanitize_address]] long shim_syscall(long number, ...) {
  static auto* const real = next<long(long, ...)>("syscall");
  std::va_list more;
  va_start(more, number);
  std::array<long, 6> words;
  for (auto& word : words) word = va_arg(more, long);
  va_end(more);
  if (number == SYS_close) return shim_close(static_cast<int>(words[0]));
  return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

int shim_bind(int fd, const sockaddr* address, socklen_t size) __asm__("bind");
int shim_bind(int fd, const sockaddr* address, socklen_t size) {
  static auto* const real = next<int(int, const sockaddr*, socklen_t)>("bind");
  if (const int error = strike_on(fd, Kind::socket, Call::bind)) return failed<int>(error);
  return real(fd, address, size);
}

int shim_listen(int fd, int backlog) __asm__("listen");
int shim_listen(int fd, int backlog) {
  static auto* const real = next<int(int, int)>("listen");
  if (const int error = strike_on(fd, Kind::socket, Call::listen)) return failed<int>(error);
  return real(fd, backlog);
}

int shim_epoll_create1(int flags) __asm__("epoll_create1");
int shim_epoll_create1(int flags) {
  static auto* const real = next<int(int)>("epoll_create1");
  if (const int error = strike(Call::make_loop)) return failed<int>(error);
  return mark(real(flags), Kind::other);
}

int shim_eventfd(unsigned value, int flags) __asm__("eventfd");
int shim_eventfd(unsigned value, int flags) {
  static auto* const real = next<int(unsigned, int)>("eventfd");
  if (const int error = strike(Call::make_loop)) return failed<int>(error);
  return mark(real(value, flags), Kind::other);
}

int shim_pipe2(int* ends, int flags) __asm__("pipe2");
int shim_pipe2(int* ends, int flags) {
  static auto* const real = next<int(int*, int)>("pipe2");
  if (const int error = strike(Call::make_loop)) return failed<int>(error);
  return real(ends, flags);
}

int shim_open64(const char* path, int flags, ...) __asm__("open64");
int shim_open64(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open64");
  std::va_list more;
  va_start(more, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  if (const int error = strike(Call::open)) return failed<int>(error);
  return mark(real(path, flags, mode), peer_depth != 0 ? Kind::peer : Kind::file);
}

// No test outlives its machine: nothing goes to the disk, which would take most of the time.
int shim_fsync(int fd) __asm__("fsync");
int shim_fsync(int fd) {
  const int error = strike_on(fd, Kind::file, Call::file_sync);
  return error != 0 ? failed<int>(error) : 0;
}

int shim_ftruncate64(int fd, off_t size) __asm__("ftruncate64");
int shim_ftruncate64(int fd, off_t size) {
  static auto* const real = next<int(int, off_t)>("ftruncate64");
  if (const int error = strike_on(fd, Kind::file, Call::file_cut)) return failed<int>(error);
  return real(fd, size);
}

int shim_flock(int fd, int operation) __asm__("flock");
int shim_flock(int fd, int operation) {
  static auto* const real = next<int(int, int)>("flock");
  if (const int error = strike_on(fd, Kind::file, Call::file_lock)) return failed<int>(error);
  return real(fd, operation);
}

int shim_mkdir(const char* path, mode_t mode) __asm__("mkdir");
int shim_mkdir(const char* path, mode_t mode) {
  static auto* const real = next<int(const char*, mode_t)>("mkdir");
  if (const int error = strike(Call::make_directory)) return failed<int>(error);
  return real(path, mode);
}

}  // extern "C"

}  // namespace understudy::sweep
