#pragma once

#include <functional>
#include <memory>

#include "understudy/net/loop.h"

namespace understudy::net {

// Lets one thread tell another one's loop that there is something to do, without ever waiting for
// it: Loop::post() takes a lock, which the other side may hold while it has no processor. Several
// calls of send() may come to one.
//
// Owner:  an object on the loop. Thread: all but send() belongs to the loop's.
class Wake {
 public:
  Wake(Loop& loop, std::function<void()> on_wake);
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  // From any thread, as long as this lives.
  void send();

 private:
  struct Handle;
  std::function<void()> on_wake_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace understudy::net
