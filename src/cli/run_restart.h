#pragma once

#include <string>
#include <vector>

#include <signal.h>
#include <sys/types.h>

#include "understudy/base/result.h"
#include "understudy/net/listen_socket.h"

// One process takes over from another: sockets pass from the old one, or from systemd, to the new
// one, which says when it is ready.
namespace understudy::cli {

// What this process was started with.
struct Inheritance {
  std::vector<net::ListenSocket> sockets;
  // Of Unix sockets. Ours to remove only when the process before leaves: until then it lives there.
  std::vector<std::string> files;
  int ready_pipe = -1;  // to the process before, which waits for a byte
};

// Takes what the environment speaks of (sd_listen_fds(3), or our own predecessor) and takes it out
// of the environment. Errors: bad_config.
Result<Inheritance> inherit();

// Tells the process before that it may leave.
void say_ready(Inheritance& inheritance);

// Starts the program of this process anew, as it is on the disk now, with the same arguments, the
// sockets, and no signal blocked; waits until it is ready. Returns its process id. Errors: io, when
// it ended before or was not ready in time, and then it is gone; cancelled, when one of `give_up`
// came first.
Result<pid_t> start_successor(const std::vector<const net::ListenSocket*>& sockets,
                              const sigset_t& give_up);

}  // namespace understudy::cli
