#include "understudy/net/wake.h"

#include <utility>

#include <uv.h>

#include "net/handle.h"

namespace understudy::net {

struct Wake::Handle {
  net::Handle<uv_async_t> async;
};

Wake::Wake(Loop& loop, std::function<void()> on_wake)
    : on_wake_(std::move(on_wake)),
      handle_(new Handle{{this, [&loop](uv_async_t* raw) {
                            return uv_async_init(loop.raw(), raw, [](uv_async_t* handle) {
                              if (handle->data != nullptr)
                                static_cast<Wake*>(handle->data)->on_wake_();
                            });
                          }}}) {}

Wake::~Wake() = default;

// libuv first looks, with a plain read, whether a call is under way already. It must not look
// before all can be seen that this one tells of.
void Wake::send() {
  __sync_synchronize();
  uv_async_send(handle_->async.get());
}

}  // namespace understudy::net
