#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace understudy::handoff {

// What one shadow may hold at any moment: bytes in captures and windows, and copies under way. Both
// stages charge it, so both members are atomic.
//
// Owner:  the service; outlives both stages.
class Budget {
 public:
  Budget(std::size_t max_bytes, std::uint32_t max_copies)
      : max_bytes_(max_bytes), max_copies_(max_copies) {}

  bool take_bytes(std::size_t bytes) { return take(held_bytes_, bytes, max_bytes_); }
  void give_bytes(std::size_t bytes) { held_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
  bool take_copy() { return take(copies_, std::size_t{1}, max_copies_); }
  void give_copy() { copies_.fetch_sub(1, std::memory_order_relaxed); }

  std::size_t held_bytes() const { return held_bytes_.load(std::memory_order_relaxed); }
  std::size_t copies() const { return copies_.load(std::memory_order_relaxed); }

 private:
  static bool take(std::atomic<std::size_t>& held, std::size_t wanted, std::size_t limit) {
    if (held.fetch_add(wanted, std::memory_order_relaxed) + wanted <= limit) return true;
    held.fetch_sub(wanted, std::memory_order_relaxed);
    return false;
  }

  const std::size_t max_bytes_;
  const std::size_t max_copies_;
  std::atomic<std::size_t> held_bytes_{0};
  std::atomic<std::size_t> copies_{0};
};

// Bytes charged to a budget; given back when it dies, on whatever thread that is.
class HeldBytes {
 public:
  HeldBytes() = default;
  explicit HeldBytes(Budget& budget) : budget_(&budget) {}
  HeldBytes(HeldBytes&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  HeldBytes& operator=(HeldBytes&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~HeldBytes() { reset(); }

  // False, and nothing charged, when the budget is exhausted.
  bool add(std::size_t bytes) {
    if (!budget_->take_bytes(bytes)) return false;
    bytes_ += bytes;
    return true;
  }
  std::size_t bytes() const { return bytes_; }
  void reset() {
    if (budget_ != nullptr && bytes_ != 0) budget_->give_bytes(bytes_);
    bytes_ = 0;
  }

 private:
  Budget* budget_ = nullptr;
  std::size_t bytes_ = 0;
};

// The right to one copy under way; given back when it dies.
class CopySlot {
 public:
  CopySlot() = default;
  // Empty when the shadow has `max_inflight` copies under way already.
  static CopySlot take(Budget& budget) {
    CopySlot slot;
    if (budget.take_copy()) slot.budget_ = &budget;
    return slot;
  }
  CopySlot(CopySlot&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)) {}
  CopySlot& operator=(CopySlot&& other) noexcept {
    std::swap(budget_, other.budget_);
    return *this;
  }
  ~CopySlot() {
    if (budget_ != nullptr) budget_->give_copy();
  }
  explicit operator bool() const { return budget_ != nullptr; }

 private:
  Budget* budget_ = nullptr;
};

// How many bytes of one streamed request body wait for the shadow: the front stage adds, the
// backstage takes away what its kernel took. Shared by both, hence atomic; a shadow a whole window
// behind is cut.
class Window {
 public:
  explicit Window(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  bool add(std::size_t bytes) {
    return waiting_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= max_bytes_;
  }
  void sent(std::size_t bytes) { waiting_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  const std::size_t max_bytes_;
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace understudy::handoff
