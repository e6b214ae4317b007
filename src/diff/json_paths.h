#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diff/privacy.h"

namespace understudy::diff {

// The ways to the places of one walk over two documents, linked towards the root: text is made only
// for what differs. A way is a number, valid as long as this is.
//
// Names may hold secrets as values do, and may be as long as the body: what is written of them is
// redacted, and cut at limits::max_place_bytes.
class JsonPaths {
 public:
  static constexpr std::uint32_t root = UINT32_MAX;

  // Names must outlive it, and so must the redactor.
  explicit JsonPaths(const Redactor& redactor) : redactor_(redactor) {}

  // `is_key`: the object is a map, whose names are data.
  std::uint32_t member(std::uint32_t parent, std::string_view name, bool is_key);
  std::uint32_t element(std::uint32_t parent, std::size_t index);

  // Of all but the root: where it leads from the way before.
  std::uint32_t parent(std::uint32_t path) const { return nodes_[path].parent; }
  std::string_view name(std::uint32_t path) const { return nodes_[path].name; }
  std::size_t index(std::uint32_t path) const { return nodes_[path].index; }

  // The same number for all places that have one generalized place, and never 0. What is known
  // above is not looked at again, however deep it is.
  std::uint64_t sort_of(std::uint32_t path);

  // Difference::place.
  std::string place(std::uint32_t path) const;
  // Difference::general.
  std::string general(std::uint32_t path) const;
  Redactor::Trail trail(std::uint32_t path) const;

 private:
  struct Node {
    std::uint32_t parent;
    bool is_index;
    bool is_key;
    std::size_t index;
    std::string_view name;
    std::uint64_t sort = 0;  // sort_of() it, once known
  };

  std::uint32_t add(Node node);
  const std::vector<std::uint32_t>& way(std::uint32_t path) const;
  std::uint64_t sort_of_member(std::uint64_t above, std::string_view name);

  const Redactor& redactor_;
  std::vector<Node> nodes_;
  mutable std::vector<std::uint32_t> way_;  // scratch
  struct {
    std::uint64_t above = 0;  // no sort
    std::string_view name;
    std::uint64_t sort = 0;
  } last_;  // of sort_of_member()
};

}  // namespace understudy::diff
