#pragma once

#include <cassert>

#include <uv.h>

namespace understudy::net {

// Owns one libuv handle. The owner may die at any time: libuv keeps the memory until it is done.
//
// Owner:  the object whose callbacks it serves, which callbacks find in `data`.
// Thread: its loop.
template <typename T>
class Handle {
 public:
  // `init` is the matching uv_*_init call; its failure is a bug or an exhausted machine.
  template <typename Init>
  Handle(void* owner, Init init) : raw_(new T{}) {
    [[maybe_unused]] const int status = init(raw_);
    assert(status == 0);
    raw_->data = owner;
  }
  ~Handle() {
    raw_->data = nullptr;  // a late callback sees that nobody is home
    uv_close(reinterpret_cast<uv_handle_t*>(raw_),
             [](uv_handle_t* closed) { delete reinterpret_cast<T*>(closed); });
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  T* get() const { return raw_; }

 private:
  T* const raw_;
};

}  // namespace understudy::net
