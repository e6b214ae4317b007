#include "cli/run_restart.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/base/log.h"

namespace understudy::cli {

namespace {

// Where handed over descriptors begin (sd_listen_fds(3)).
constexpr int first_descriptor = 3;
// Our own way of handing over, as LISTEN_PID cannot be known before the new process is there: a
// character for each socket, '1' when its file goes with it. Behind the sockets comes the pipe.
constexpr const char* own_variable = "UNDERSTUDY_HANDOVER";
constexpr const char* systemd_variables[] = {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"};

// A descriptor that is ours to close.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return descriptor_; }
  void reset() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
};

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? std::nullopt : ascii::to_number(text);
}

Error failed(std::string_view what) {
  return {Code::io, Leg::self, fmt::format("{}: {}", what, std::strerror(errno))};
}

Result<void> take(Inheritance& inheritance, std::size_t count, std::string_view owned_files) {
  for (std::size_t i = 0; i < count; ++i) {
    auto socket = net::ListenSocket::inherit(first_descriptor + static_cast<int>(i));
    if (!socket) return socket.error();
    const bool has_file = i < owned_files.size() && owned_files[i] == '1';
    if (has_file && socket->address().is_unix()) {
      inheritance.files.push_back(socket->address().unix_path());
    }
    inheritance.sockets.push_back(std::move(*socket));
  }
  return {};
}

std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::vector<std::string> arguments;
  for (const auto each : ascii::split(text, '\0')) arguments.emplace_back(each);
  if (!arguments.empty() && arguments.back().empty()) arguments.pop_back();
  return arguments;
}

std::vector<std::string> environment_with(const std::string& handover) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
  variables.push_back(fmt::format("{}={}", own_variable, handover));
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers(texts.size() + 1, nullptr);
  std::transform(texts.begin(), texts.end(), pointers.begin(),
                 [](std::string& text) { return text.data(); });
  return pointers;
}

// Copies out of the way of the numbers that the new process expects.
Result<std::vector<Descriptor>> copies_above(const std::vector<int>& descriptors) {
  std::vector<Descriptor> copies;
  const int least = first_descriptor + static_cast<int>(descriptors.size());
  for (const int descriptor : descriptors) {
    copies.emplace_back(fcntl(descriptor, F_DUPFD_CLOEXEC, least));
    if (copies.back().get() < 0) return failed("cannot hand over the sockets");
  }
  return copies;
}

// posix_spawn, so that nothing of ours runs between fork and exec, where other threads' locks are
// held for ever.
Result<pid_t> spawn(const std::vector<Descriptor>& descriptors, const std::string& handover) {
  auto arguments = own_arguments();
  auto variables = environment_with(handover);
  if (arguments.empty()) return failed("cannot read /proc/self/cmdline");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    posix_spawn_file_actions_adddup2(&actions, descriptors[i].get(),
                                     first_descriptor + static_cast<int>(i));
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = -1;
  const int status = posix_spawnp(&child, arguments.front().c_str(), &actions, &attributes,
                                  pointers_to(arguments).data(), pointers_to(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (status == 0) return child;
  errno = status;
  return failed(fmt::format("cannot start {}", arguments.front()));
}

Error end_of(pid_t child, const char* what) {
  kill(child, SIGKILL);  // no harm when it is gone already
  int status = 0;
  waitpid(child, &status, 0);
  const auto how = WIFEXITED(status) ? fmt::format("it ended with {}", WEXITSTATUS(status))
                                     : fmt::format("it was ended by signal {}", WTERMSIG(status));
  return {Code::io, Leg::self, fmt::format("the new process {}: {}", what, how)};
}

// Waits for the byte that says "ready".
Result<pid_t> await(pid_t child, int pipe, const sigset_t& give_up) {
  const Descriptor signals(signalfd(-1, &give_up, SFD_CLOEXEC));
  pollfd waits[] = {{pipe, POLLIN, 0}, {signals.get(), POLLIN, 0}};
  const auto patience =
      std::chrono::duration_cast<std::chrono::milliseconds>(limits::successor_patience);
  int events = 0;
  do {  // SIGCONT interrupts
    events = poll(waits, std::size(waits), static_cast<int>(patience.count()));
  } while (events < 0 && errno == EINTR);
  // One that is ready may have clients already, whatever else came in the same moment.
  char byte = 0;
  if (events > 0 && waits[0].revents != 0 && read(pipe, &byte, 1) == 1) return child;
  if (events > 0 && waits[1].revents != 0) {
    static_cast<void>(end_of(child, "is not wanted any more"));
    return Error{Code::cancelled, Leg::self, "the restart was given up, as a signal came"};
  }
  return end_of(child, events > 0 ? "did not start" : "was not ready in time");
}

}  // namespace

Result<Inheritance> inherit() {
  Inheritance inheritance;
  Result<void> taken;
  if (const char* const own = std::getenv(own_variable)) {
    const std::string files(own);
    taken = take(inheritance, files.size(), files);
    inheritance.ready_pipe = first_descriptor + static_cast<int>(files.size());
    fcntl(inheritance.ready_pipe, F_SETFD, FD_CLOEXEC);
  } else if (number_in("LISTEN_PID") == static_cast<std::uint64_t>(getpid())) {
    taken = take(
        inheritance,
        std::min<std::uint64_t>(number_in("LISTEN_FDS").value_or(0), limits::max_inherited_sockets),
        {});
  }
  unsetenv(own_variable);
  for (const auto* const variable : systemd_variables) unsetenv(variable);
  if (!taken) return taken.error();
  return inheritance;
}

void say_ready(Inheritance& inheritance) {
  if (inheritance.ready_pipe < 0) return;
  [[maybe_unused]] const auto written = write(inheritance.ready_pipe, "1", 1);
  close(inheritance.ready_pipe);
  inheritance.ready_pipe = -1;
}

Result<pid_t> start_successor(const std::vector<const net::ListenSocket*>& sockets,
                              const sigset_t& give_up) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return failed("cannot make a pipe");
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  std::vector<int> descriptors;
  std::string files;
  for (const auto* const socket : sockets) {
    descriptors.push_back(socket->descriptor());
    files += socket->owns_file() ? '1' : '0';
  }
  descriptors.push_back(writing.get());
  auto copies = copies_above(descriptors);
  if (!copies) return copies.error();
  const auto child = spawn(*copies, files);
  if (!child) return child.error();
  copies->clear();
  writing.reset();
  return await(*child, reading.get(), give_up);
}

}  // namespace understudy::cli
