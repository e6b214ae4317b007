#pragma once

#include <memory>
#include <string>
#include <vector>

#include <uv.h>

#include "understudy/base/limits.h"
#include "understudy/net/loop.h"

namespace understudy::net {

// One queued write. Owns its bytes until libuv is done with them; rests in the loop's free list.
struct WriteRequest {
  uv_write_t raw{};
  std::string bytes;
};

// Write requests at rest, so that a busy loop does not allocate for each.
struct Loop::FreeList {
  std::vector<std::unique_ptr<WriteRequest>> requests;

  std::unique_ptr<WriteRequest> take() {
    if (requests.empty()) return std::make_unique<WriteRequest>();
    auto request = std::move(requests.back());
    requests.pop_back();
    return request;
  }

  void give(std::unique_ptr<WriteRequest> request) {
    // A request that grew for one slow peer does not keep that memory for ever.
    if (requests.size() >= limits::kept_write_requests) return;
    if (request->bytes.capacity() > limits::kept_write_bytes) return;
    request->bytes.clear();
    requests.push_back(std::move(request));
  }
};

}  // namespace understudy::net
