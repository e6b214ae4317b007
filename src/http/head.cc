#include "understudy/http/head.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <utility>

#include "understudy/base/ascii.h"

namespace understudy::http {
namespace {

char* write(char* to, std::string_view text) {
  return to + text.copy(to, text.size());
}

// The fields of one name, found by its id, and by the name itself only if the id has many.
class Named {
 public:
  explicit Named(std::string_view name) : name_(name), id_(field_id(name)) {}

  bool is(const Fields& fields, std::size_t index) const {
    return fields.id(index) == id_ &&
           (is_one_name(id_) || ascii::iequals(fields[index].name, name_));
  }

 private:
  const std::string_view name_;
  const FieldId id_;
};

}  // namespace

Fields::Fields(const Fields& other) {
  if (other.empty()) return;
  reserve(other.size(), other.bytes());
  text_size_ = other.text_size_;
  size_ = other.size_;
  std::memcpy(block_.get(), other.block_.get(), text_size_);
  std::copy_n(&other.at(size_ - 1), size_, block_.get() + (room_ - size_));
}

void Fields::add(std::string_view name, std::string_view value) {
  char* const line = append(name.size(), value.size(), field_id(name));
  write(write(write(write(line, name), mark), value), line_end);
}

void Fields::add(const Fields& from, std::size_t index) {
  assert(&from != this);
  const Span& span = from.at(index);
  write(append(span.name_size, span.value_size, span.id), from.line(index));
}

char* Fields::append(std::size_t name_size, std::size_t value_size, FieldId id) {
  const std::size_t begin = text_size_;
  const std::size_t end = begin + name_size + value_size + line_overhead;
  assert(end <= std::numeric_limits<std::uint32_t>::max());
  const std::size_t room = spans_for(end) + size_ + 1;
  if (room > room_) move_to_block(std::max<std::size_t>(room, 2 * std::size_t{room_}));
  block_[room_ - ++size_] = {static_cast<std::uint32_t>(begin),
                             static_cast<std::uint32_t>(name_size),
                             static_cast<std::uint32_t>(value_size), id};
  text_size_ = static_cast<std::uint32_t>(end);
  return reinterpret_cast<char*>(block_.get()) + begin;
}

void Fields::move_to_block(std::size_t room) {
  auto block = std::make_unique_for_overwrite<Span[]>(room);
  if (!empty()) {
    std::memcpy(block.get(), block_.get(), text_size_);
    std::copy_n(&at(size_ - 1), size_, block.get() + (room - size_));
  }
  block_ = std::move(block);
  room_ = static_cast<std::uint32_t>(room);
}

void Fields::reserve(std::size_t fields, std::size_t bytes) {
  const std::size_t room = spans_for(bytes + fields * line_overhead) + fields;
  if (room > room_) move_to_block(room);
}

void Fields::swap(Fields& other) noexcept {
  std::swap(block_, other.block_);
  std::swap(room_, other.room_);
  std::swap(size_, other.size_);
  std::swap(text_size_, other.text_size_);
}

std::size_t Fields::remove(std::string_view name) {
  const Named named(name);
  Fields kept;
  kept.reserve(size(), bytes());
  for (std::size_t i = 0; i < size(); ++i) {
    if (!named.is(*this, i)) kept.add(*this, i);
  }
  swap(kept);
  return kept.size() - size();
}

std::string_view Fields::find(std::string_view name) const {
  const Named named(name);
  for (std::size_t i = 0; i < size(); ++i) {
    if (named.is(*this, i)) return (*this)[i].value;
  }
  return {};
}

std::string_view Fields::find(FieldId id) const {
  assert(is_one_name(id));
  for (std::size_t i = 0; i < size(); ++i) {
    if (at(i).id == id) return (*this)[i].value;
  }
  return {};
}

std::size_t Fields::count(std::string_view name) const {
  const Named named(name);
  std::size_t found = 0;
  for (std::size_t i = 0; i < size(); ++i) {
    if (named.is(*this, i)) ++found;
  }
  return found;
}

std::string Fields::joined(std::string_view name) const {
  const Named named(name);
  std::string out;
  bool is_first = true;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!named.is(*this, i)) continue;
    if (!is_first) out.append(", ");
    out.append((*this)[i].value);
    is_first = false;
  }
  return out;
}

bool Fields::list_has(std::string_view name, std::string_view token) const {
  const Named named(name);
  for (std::size_t i = 0; i < size(); ++i) {
    if (named.is(*this, i) && ascii::list_has((*this)[i].value, token)) return true;
  }
  return false;
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

bool is_idempotent(std::string_view method) {
  return is_safe(method) || method == "PUT" || method == "DELETE";
}

}  // namespace understudy::http
