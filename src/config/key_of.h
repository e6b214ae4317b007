#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "config/keys.h"
#include "config/types.h"

// Rows of a table of keys.
namespace understudy::config {

template <typename T>
struct MemberOf;
template <typename Class, typename Value>
struct MemberOf<Value Class::*> {
  using Owner = Class;
  using Type = Value;
};

// A key that is one member of its table.
template <typename Type, auto member>
constexpr Key key(std::string_view section, std::string_view name, std::string_view meaning,
                  Bounds bounds = {}) {
  using Member = MemberOf<decltype(member)>;
  using Table = typename Member::Owner;
  return {
      section,
      name,
      Type::name,
      meaning,
      bounds,
      [](const Target& target, const Node& node, const Bounds& range) {
        auto read = Type::read(node, range);
        if (!read.faults.empty()) return read.faults;
        std::get<Table*>(target)->*member =
            static_cast<typename Member::Type>(std::move(read.value));
        return Faults();
      },
      [](const Target& target) -> std::optional<std::string> {
        return Type::print(static_cast<typename Type::Value>(std::get<Table*>(target)->*member));
      }};
}

// A text that says nothing when it is empty.
template <auto member, Result<void> (*check)(std::string_view)>
constexpr Key optional_text(std::string_view section, std::string_view name,
                            std::string_view meaning) {
  Key made = key<TextType<check>, member>(section, name, meaning);
  made.print = [](const Target& target) -> std::optional<std::string> {
    using Table = typename MemberOf<decltype(member)>::Owner;
    const std::string& text = std::get<Table*>(target)->*member;
    if (text.empty()) return std::nullopt;
    return quoted(text);
  };
  return made;
}

}  // namespace understudy::config
