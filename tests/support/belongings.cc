#include "support/belongings.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include <dirent.h>
#include <malloc.h>

namespace understudy::support {

namespace {

std::atomic<std::size_t> held_bytes{0};
std::atomic<std::size_t> peak_bytes{0};

void* take(std::size_t size) {
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) std::abort();
  const auto held = held_bytes += malloc_usable_size(block);
  auto peak = peak_bytes.load();
  while (held > peak && !peak_bytes.compare_exchange_weak(peak, held)) {
  }
  return block;
}

void give(void* block) {
  if (block == nullptr) return;
  held_bytes -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

Belongings Belongings::now() {
  Belongings held{0, held_bytes};
  DIR* const directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) ++held.descriptors;
  closedir(directory);
  return held;
}

std::size_t take_peak_bytes() {
  return peak_bytes.exchange(held_bytes);
}

}  // namespace understudy::support

void* operator new(std::size_t size) {
  return understudy::support::take(size);
}
void* operator new[](std::size_t size) {
  return understudy::support::take(size);
}
void operator delete(void* block) noexcept {
  understudy::support::give(block);
}
void operator delete[](void* block) noexcept {
  understudy::support::give(block);
}
void operator delete(void* block, std::size_t) noexcept {
  understudy::support::give(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  understudy::support::give(block);
}
