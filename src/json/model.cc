#include "json/model.h"

#include "json/parser.h"
#include "understudy/base/shared_prefix.h"

namespace understudy::json {

namespace {

// Of a string that is written elsewhere.
constexpr std::uint32_t unknown = UINT32_MAX;

}  // namespace

Model::Model(const Document& document) {
  if (document.count_ == 0) return;
  nodes_ = document.nodes_.data();
  node_count_ = document.count_;
  arena_ = document.arena_;
  text_bytes_ = document.text_bytes_;
  const auto escaped_begin = text_bytes_ + text_padding;
  escaped_ = arena_.substr(escaped_begin, document.escaped_end_ - escaped_begin);
  levels_[0] = {0, static_cast<std::uint32_t>(document.count_), false};
}

// Where the child begins in the text: a string's node knows what is between its quotes.
std::uint32_t Model::begin_of(const Level& level) const {
  const auto& node = nodes_[level.child];
  if (node.at >= text_bytes_) return unknown;
  return node.type == Type::string ? node.at - 1 : node.at;
}

void Model::see_how_far(std::string_view rest, std::uint32_t at, std::uint32_t begin) {
  const bool is_known = at - begin == shift_ && at < same_until_;
  if (is_known) return;
  const auto own = arena_.substr(begin, text_bytes_ - begin);
  same_until_ = at + static_cast<std::uint32_t>(shared_prefix(rest, own));
  shift_ = at - begin;
}

Model::Stretch Model::take_repeated(std::string_view rest, std::uint32_t at) {
  auto& level = levels_[depth_];
  const auto begin = begin_of(level);
  if (begin == unknown) return {};
  see_how_far(rest, at, begin);
  Stretch stretch;
  std::uint32_t children = 0;
  for (auto next = level; next.child != next.end; ++children) {
    const auto next_begin = begin_of(next);
    if (next_begin != unknown) {
      if (next_begin + shift_ >= same_until_) break;
      stretch = {{nodes_ + level.child, nodes_ + next.child},
                 level.child,
                 children,
                 begin,
                 next_begin - begin};
    }
    next.child = nodes_[value_of(next)].next;
  }
  if (stretch.children > 0) level.child += static_cast<std::uint32_t>(stretch.nodes.size());
  return stretch;
}

}  // namespace understudy::json
