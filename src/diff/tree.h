#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diff/align.h"
#include "diff/rules.h"
#include "understudy/json/document.h"

namespace understudy::diff {

// A JSON document with what the rules say about its places, and a hash for each value that somebody
// asks for, so that equal subtrees are seen at once: members in any order, numbers by value, arrays
// as their rules say, ignored places left out. Values whose rule is a tolerance or a pattern hash
// alike; they, and all that holds one, are `loose`: an equal hash does not end their comparison.
//
// Hashes have 64 bits and a seed; two different subtrees share one with a chance of 2^-64.
//
// Keeps its memory from one document to the next.
class Tree {
 public:
  // Requires: document().parse() succeeded and was the last call. The rules must outlive the use.
  void prepare(const std::vector<const Rule*>& rules, std::uint64_t seed, Budget& budget);

  json::Document& document() { return document_; }
  json::Value root() const { return document_.root(); }
  json::Value at(std::uint32_t index) const { return document_.at(index); }

  // Never 0.
  std::uint64_t hash(json::Value value);
  bool is_loose(json::Value value);
  bool has_rules() const { return !marks_.empty(); }
  bool is_ignored(json::Value value) const {
    return has_rules() && marks_[value.index()].is_ignored;
  }
  // The rule that is no ignore at this place, null if there is none.
  const Rule* rule(json::Value value) const {
    return has_rules() ? marks_[value.index()].rule : nullptr;
  }

  // A value together with the tree that knows about it.
  struct Place {
    Tree& tree;
    json::Value value;
  };

 private:
  struct Mark {
    const Rule* rule = nullptr;
    bool is_ignored = false;
    bool is_loose = false;  // known once the value is hashed
  };
  // A container on the way down, and how far its children have been looked at.
  struct Level {
    json::Value::Child child;
    std::size_t index;
    bool is_object;
  };
  using State = json::Pattern::State;

  void apply(const std::vector<const Rule*>& rules);
  void enter(json::Value value, std::vector<Level>& levels) const;
  bool mark(json::Value value, const std::vector<const Rule*>& rules, std::size_t states_at);
  std::uint64_t hash_of(json::Value value);
  bool include(json::Value part, json::Value whole);
  std::uint64_t hash_of_object(json::Value value);
  std::uint64_t hash_of_repeating(json::Value value);
  std::uint64_t hash_of_array(json::Value value);

  json::Document document_;
  std::uint64_t seed_ = 0;
  std::vector<Mark> marks_;            // beside the document's nodes; empty without rules
  std::vector<std::uint64_t> hashes_;  // beside the document's nodes; 0 until asked for
  std::vector<State> states_;          // one group for each level and rule
  std::vector<std::uint64_t> scratch_;
  std::string number_;
};

}  // namespace understudy::diff
