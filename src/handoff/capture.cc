#include <algorithm>
#include <cassert>
#include <utility>

#include "understudy/base/limits.h"
#include "understudy/handoff/message.h"

namespace understudy::handoff {

namespace {

// The open part and the closed blocks, at their largest.
constexpr std::size_t hashes_bytes =
    limits::hash_part_bytes + limits::max_hash_blocks * sizeof(std::uint64_t);

}  // namespace

void AnswerCapture::charge(Budget& budget) {
  assert(held_.size() < is_exhausted_.size());
  held_.emplace_back(budget);
}

void AnswerCapture::begin(http::ResponseHead&& head, std::uint64_t expected_bytes) {
  expected_bytes_ = expected_bytes;
  answer_.head.status = head.status;
  if (!hold(head.reason.size() + head.fields.bytes())) return;
  answer_.head = std::move(head);
}

void AnswerCapture::expect(const CapturedAnswer& twin) {
  assert(answer_.twin == nullptr && twin.twin == nullptr);
  if (is_abandoned_ || answer_.is_cut || twin.is_cut) return;
  if (std::string_view(twin.body).substr(0, answer_.body.size()) != answer_.body) return;
  answer_.twin = &twin;
  same_bytes_ = answer_.body.size();
  answer_.body.clear();  // its room stays charged, in case the bodies part
}

void AnswerCapture::add(std::string_view piece) {
  answer_.total_bytes += piece.size();
  if (is_abandoned_ || piece.empty()) return;
  if (answer_.twin != nullptr) {
    if (std::string_view(answer_.twin->body).substr(same_bytes_, piece.size()) == piece) {
      same_bytes_ += piece.size();
      return;
    }
    if (!leave_twin()) return;
  }
  if (!answer_.is_cut && answer_.total_bytes > max_body_bytes_ && !begin_hashing()) return;
  const auto kept = piece.substr(0, max_body_bytes_ - answer_.body.size());
  if (!kept.empty() && !keep(kept)) return;
  if (answer_.is_cut) answer_.hashes.add(piece);
}

CapturedAnswer AnswerCapture::finish(http::Fields&& trailers, std::int64_t duration_us) {
  if (answer_.twin != nullptr && same_bytes_ != answer_.twin->body.size()) leave_twin();
  if (!is_abandoned_ && hold(trailers.bytes())) answer_.trailers = std::move(trailers);
  answer_.duration_us = duration_us;
  return std::move(answer_);
}

// The bodies part here: from now on this one is kept like any other.
bool AnswerCapture::leave_twin() {
  const auto* const twin = std::exchange(answer_.twin, nullptr);
  return same_bytes_ == 0 || keep(std::string_view(twin->body).substr(0, same_bytes_));
}

// The body is longer than what is kept of it: the hashes begin with what is there already.
bool AnswerCapture::begin_hashing() {
  if (!hold(hashes_bytes)) return false;
  answer_.is_cut = true;
  answer_.hashes.add(answer_.body);
  return true;
}

// What is charged is the room, not the text in it. It is as large as the body is going to be; else
// it doubles, so that neither copying nor charging is done for every piece.
bool AnswerCapture::keep(std::string_view piece) {
  const auto wanted = answer_.body.size() + piece.size();
  if (wanted > body_room_) {
    const auto most = std::max<std::uint64_t>({wanted, 2 * body_room_, expected_bytes_});
    const auto room = std::min<std::uint64_t>(max_body_bytes_, most);
    if (!hold(room - body_room_)) return false;
    body_room_ = room;
    answer_.body.reserve(room);
  }
  answer_.body.append(piece);
  return true;
}

bool AnswerCapture::hold(std::size_t bytes) {
  bool is_wanted = held_.empty();
  for (std::size_t i = 0; i < held_.size(); ++i) {
    if (is_exhausted_[i]) continue;
    is_exhausted_[i] = !held_[i].add(bytes);
    if (is_exhausted_[i]) held_[i].reset();
    is_wanted |= !is_exhausted_[i];
  }
  if (!is_wanted) abandon();
  return is_wanted;
}

void AnswerCapture::abandon() {
  is_abandoned_ = true;
  CapturedAnswer rest;
  rest.head.status = answer_.head.status;
  rest.total_bytes = answer_.total_bytes;
  answer_ = std::move(rest);
}

}  // namespace understudy::handoff
