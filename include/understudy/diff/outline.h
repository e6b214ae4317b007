#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::json {
class Value;
}

namespace understudy::diff {

// What one answer looks like, its values left out: the media type, and the places of its body.
// Answers of one resource have like outlines, whichever item they are of.
//
// Bounded: the limits::outline_places smallest hashes of places stand for all of them (Broder, On
// the resemblance and containment of documents, 1997).
class Outline {
 public:
  // `body`: what it says as JSON (Comparer::outline()); null: nothing is known of its places.
  Outline(std::string_view media_type, const json::Value* body);

  // Of one media type, and most places are common to both. False where there are too few to tell.
  bool is_like(const Outline& other) const;

 private:
  std::string media_type_;
  std::vector<std::uint64_t> places_;  // hashes, sorted
};

}  // namespace understudy::diff
