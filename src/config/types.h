#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "config/checks.h"
#include "config/keys.h"
#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/config/values.h"

// The types that a key can have. Each knows its name for people, reads a node and prints a value.
namespace understudy::config {

// A value that was read, or what is wrong with it.
template <typename T>
struct Read {
  T value{};
  Faults faults;
};

// "must be <expected>, not <what it is>".
inline Faults must_be(const Node& node, std::string_view expected) {
  return {{node.at, fmt::format("must be {}, not {}", expected, describe(node))}};
}

inline bool is_text(const Node& node) {
  return node.kind == Node::Kind::text || node.kind == Node::Kind::string;
}

// A whole number, also from text without a type.
std::optional<std::int64_t> whole_number(const Node& node);
std::optional<double> any_number(const Node& node);

struct DurationType {
  using Value = Duration;
  static constexpr std::string_view name = "duration";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) { return quoted(print_duration(value)); }
};

struct SizeType {
  using Value = std::size_t;
  static constexpr std::string_view name = "size";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) { return quoted(print_size(value)); }
};

struct CountType {
  using Value = std::int64_t;
  static constexpr std::string_view name = "number";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) { return fmt::format("{}", value); }
};

// Loops: "auto" stands for 0.
struct AutoCountType {
  using Value = unsigned;
  static constexpr std::string_view name = "\"auto\" or number";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) {
    return value == 0 ? "\"auto\"" : fmt::format("{}", value);
  }
};

struct PercentType {
  using Value = double;
  static constexpr std::string_view name = "percent";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) { return print_number(value); }
};

// A number, or percents as a text: "1%".
struct ToleranceType {
  using Value = Tolerance;
  static constexpr std::string_view name = "number or percent";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) {
    const auto number = print_number(value.amount);
    return value.is_percent ? quoted(number + "%") : number;
  }
};

struct BooleanType {
  using Value = bool;
  static constexpr std::string_view name = "true or false";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) { return value ? "true" : "false"; }
};

struct UrlType {
  using Value = Url;
  static constexpr std::string_view name = "URL";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) { return quoted(value.text); }
};

// "off", "self" or a URL.
struct ReferenceType {
  using Value = Url;
  static constexpr std::string_view name = "\"off\", \"self\" or URL";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) { return quoted(value.text); }
};

Read<std::string> read_text(const Node& node, Result<void> (*check)(std::string_view));

// A text that `check` accepts.
template <Result<void> (*check)(std::string_view)>
struct TextType {
  using Value = std::string;
  static constexpr std::string_view name = "text";
  static Read<Value> read(const Node& node, const Bounds&) { return read_text(node, check); }
  static std::string print(const Value& value) { return quoted(value); }
};

using TextList = std::vector<std::string>;
Read<TextList> read_list(const Node& node, Result<void> (*check)(std::string_view));
std::string print_list(const TextList& list);

// A list of texts that `check` accepts; from a flag, separated by commas.
template <Result<void> (*check)(std::string_view)>
struct ListType {
  using Value = TextList;
  static constexpr std::string_view name = "list of texts";
  static Read<Value> read(const Node& node, const Bounds&) { return read_list(node, check); }
  static std::string print(const Value& value) { return print_list(value); }
};

// One file or a list of them.
struct FilesType {
  using Value = TextList;
  static constexpr std::string_view name = "file or list of files";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) {
    return value.size() == 1 ? quoted(value.front()) : print_list(value);
  }
};

// Peers: a list of networks, each as PeerSet::add() takes it.
struct PeersType {
  using Value = PeerSet;
  static constexpr std::string_view name = "list of texts";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value) { return print_list(value.texts()); }
};

// Header fields: { "Name" = "value" }.
struct FieldsType {
  using Value = FieldList;
  static constexpr std::string_view name = "table of texts";
  static Read<Value> read(const Node& node, const Bounds& bounds);
  static std::string print(const Value& value);
};

}  // namespace understudy::config
