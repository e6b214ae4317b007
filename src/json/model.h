#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "understudy/base/limits.h"
#include "understudy/json/document.h"

namespace understudy::json {

// Walks along a document while a parser reads another text, value beside value, and finds what that
// text repeats. Where the two part it goes on with the next child on either side, so one that was
// put in or left out costs what follows it in the same container.
//
// No byte is compared twice: from a place where both stand at the same value they stay at the same
// values as long as the bytes are the same. So a hostile text costs no more than it has bytes.
//
// Lives: for one parse(). Without a document it stands nowhere.
class Model {
 public:
  // Only the levels that have been entered are ever read.
  // cppcheck-suppress uninitMemberVar
  Model() = default;
  explicit Model(const Document& document);

  // What the parser does: opens a container where a value is due, goes on to the next child, closes
  // the container.
  void enter(Type type);
  void step();
  void leave();

  // There is a child beside the one that is due.
  bool is_beside() const {
    return nodes_ != nullptr && levels_[depth_].child != levels_[depth_].end;
  }

  // Children that a text repeats, whole and with what stands between them, up to the beginning of
  // another one.
  struct Stretch {
    std::span<const Document::Node> nodes;
    std::uint32_t first = 0;  // index of the first node
    std::uint32_t children = 0;
    std::uint32_t begin = 0;  // in the model's text
    std::uint32_t text_bytes = 0;
  };
  // From the child that is due, which begins with the `rest` of the text at offset `at`; goes on to
  // the child behind them. Requires: is_beside().
  Stretch take_repeated(std::string_view rest, std::uint32_t at);

  std::span<const Document::Node> nodes() const { return {nodes_, node_count_}; }
  std::string_view arena() const { return arena_; }
  std::size_t text_bytes() const { return text_bytes_; }
  // What is written behind the text and its padding.
  std::string_view escaped() const { return escaped_; }

 private:
  using Node = Document::Node;
  // A container, and which of its children is beside the one that is due in the other text. For one
  // that has no counterpart, and behind the last child, child == end.
  struct Level {
    std::uint32_t child;
    std::uint32_t end;
    bool is_object;
  };

  std::uint32_t value_of(const Level& level) const {
    return level.child + (level.is_object ? 1 : 0);
  }
  std::uint32_t begin_of(const Level& level) const;
  void see_how_far(std::string_view rest, std::uint32_t at, std::uint32_t begin);

  const Node* nodes_ = nullptr;
  std::size_t node_count_ = 0;
  std::string_view arena_;
  std::string_view escaped_;
  std::size_t text_bytes_ = 0;
  // The last bytes that were compared: up to this offset the text has what stands that far to the
  // left in the model's (modulo 2^32).
  std::uint32_t same_until_ = 0;
  std::uint32_t shift_ = 0;
  std::size_t depth_ = 0;
  Level levels_[limits::max_json_depth + 1];  // the root is the only child of the first one
};

// Here, since a parser without a model goes by at each value.

inline void Model::enter(Type type) {
  if (nodes_ == nullptr) return;
  const auto& above = levels_[depth_];
  Level level{0, 0, type == Type::object};
  if (above.child != above.end && nodes_[value_of(above)].type == type) {
    level.child = value_of(above) + 1;
    level.end = nodes_[value_of(above)].next;
  }
  levels_[++depth_] = level;
}

inline void Model::step() {
  if (!is_beside()) return;
  auto& level = levels_[depth_];
  level.child = nodes_[value_of(level)].next;
}

inline void Model::leave() {
  if (nodes_ != nullptr) --depth_;
}

}  // namespace understudy::json
