#include "understudy/json/document.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>

#include "json/parser.h"
#include "understudy/json/writer.h"

namespace understudy::json {

namespace {

// What to_json() still has to close: a container with this many children to come.
struct OpenContainer {
  std::size_t left;
  bool is_object;
};

// Up to here comparing every name with every other is quicker than sorting.
constexpr std::size_t few_names = 24;

// One of 64 bits; tells most different names apart without reading them.
std::uint64_t bit_of(std::string_view name) {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  if (name.size() >= sizeof first) {
    std::memcpy(&first, name.data(), sizeof first);
    std::memcpy(&last, name.data() + name.size() - sizeof last, sizeof last);
  } else {
    for (const char c : name) first = first << 8 | static_cast<unsigned char>(c);
  }
  const auto hash = (first * 0x9E3779B1u) ^ (last * 0x85EBCA77u);
  return std::uint64_t{1} << ((hash + static_cast<std::uint32_t>(name.size())) >> 26);
}

bool few_names_repeat(const Value& object) {
  std::uint64_t seen = 0;
  for (auto child = object.first(); child; child = child.next()) {
    const auto name = child.name();
    const auto bit = bit_of(name);
    if ((seen & bit) != 0) {
      auto other = object.first();
      while (other.name() != name) other = other.next();
      if (other.value().index() != child.value().index()) return true;
    }
    seen |= bit;
  }
  return false;
}

bool many_names_repeat(const Value& object) {
  std::vector<std::string_view> names;
  names.reserve(object.size());
  for (auto child = object.first(); child; child = child.next()) names.push_back(child.name());
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace

std::string_view name(Type type) {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "boolean";
    case Type::number:
      return "number";
    case Type::string:
      return "string";
    case Type::array:
      return "array";
    case Type::object:
      return "object";
  }
  return "null";
}

bool Document::holds(std::string_view text) const {
  return count_ > 0 && text == std::string_view(arena_).substr(0, text_bytes_);
}

Result<void> Document::parse(std::string_view text) {
  if (holds(text)) return {};
  return Parser(*this).run(text);
}

Result<void> Document::parse(std::string_view text, const Document& model) {
  assert(this != &model);
  if (holds(text)) return {};
  return Parser(*this, model).run(text);
}

Value Document::root() const {
  assert(count_ > 0 && fault_.empty());
  return Value(this, 0);
}

bool Value::boolean() const {
  assert(type() == Type::boolean);
  return document_->nodes_[node_].flag;
}

bool Value::find(std::string_view member, Value& found) const {
  bool is_found = false;
  if (type() != Type::object) return false;
  for (auto child = first(); child; child = child.next()) {
    if (child.name() != member) continue;
    found = child.value();
    is_found = true;
  }
  return is_found;
}

bool Value::has(std::string_view member) const {
  Value ignored = *this;
  return find(member, ignored);
}

Value Value::operator[](std::string_view member) const {
  Value found = *this;
  const bool is_found = find(member, found);
  assert(is_found);
  (void)is_found;
  return found;
}

std::string_view Value::string_or(std::string_view member, std::string_view fallback) const {
  Value found = *this;
  return find(member, found) && found.type() == Type::string ? found.text() : fallback;
}

std::int64_t Value::integer_or(std::string_view member, std::int64_t fallback) const {
  Value found = *this;
  if (!find(member, found) || found.type() != Type::number) return fallback;
  const auto digits = found.text();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() ? value : fallback;
}

bool Value::has_duplicate_names() const {
  assert(type() == Type::object);
  return size() <= few_names ? few_names_repeat(*this) : many_names_repeat(*this);
}

// Nodes stand in the order of the text, so one walk without recursion writes them all.
std::string Value::to_json() const {
  Writer out;
  std::vector<OpenContainer> open;
  const std::size_t end = end_index();
  for (std::size_t at = node_; at < end; ++at) {
    if (!open.empty() && open.back().left > 0) {
      --open.back().left;
      if (open.back().is_object) out.key(Value(document_, static_cast<std::uint32_t>(at++)).text());
    }
    const Value value(document_, static_cast<std::uint32_t>(at));
    switch (value.type()) {
      case Type::null:
        out.null();
        break;
      case Type::boolean:
        out.boolean(value.boolean());
        break;
      case Type::number:
        out.raw(value.text());
        break;
      case Type::string:
        out.string(value.text());
        break;
      case Type::array:
        out.begin_array();
        open.push_back({value.size(), false});
        break;
      case Type::object:
        out.begin_object();
        open.push_back({value.size(), true});
        break;
    }
    while (!open.empty() && open.back().left == 0) {
      open.back().is_object ? out.end_object() : out.end_array();
      open.pop_back();
    }
  }
  return out.take();
}

}  // namespace understudy::json
