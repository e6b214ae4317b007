#include "understudy/http/head.h"

#include <cassert>
#include <limits>

#include "understudy/base/ascii.h"

namespace understudy::http {

void Fields::add(std::string_view name, std::string_view value) {
  const std::size_t at = text_.size();
  assert(at + name.size() + value.size() <= std::numeric_limits<std::uint32_t>::max());
  text_.append(name).append(value);
  const auto name_size = static_cast<std::uint32_t>(name.size());
  const auto name_at = static_cast<std::uint32_t>(at);
  spans_.push_back(
      {name_at, name_size, name_at + name_size, static_cast<std::uint32_t>(value.size())});
}

std::size_t Fields::remove(std::string_view name) {
  if (!has(name)) return 0;
  Fields kept;
  kept.reserve(size(), bytes());
  for (std::size_t i = 0; i < size(); ++i) {
    const Field field = (*this)[i];
    if (!ascii::iequals(field.name, name)) kept.add(field.name, field.value);
  }
  const std::size_t removed = size() - kept.size();
  *this = std::move(kept);
  return removed;
}

std::string_view Fields::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const Field field = (*this)[i];
    if (ascii::iequals(field.name, name)) return field.value;
  }
  return {};
}

std::size_t Fields::count(std::string_view name) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < size(); ++i) {
    if (ascii::iequals((*this)[i].name, name)) ++found;
  }
  return found;
}

std::string Fields::joined(std::string_view name) const {
  std::string out;
  bool is_first = true;
  for (std::size_t i = 0; i < size(); ++i) {
    const Field field = (*this)[i];
    if (!ascii::iequals(field.name, name)) continue;
    if (!is_first) out.append(", ");
    out.append(field.value);
    is_first = false;
  }
  return out;
}

bool Fields::list_has(std::string_view name, std::string_view token) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const Field field = (*this)[i];
    if (ascii::iequals(field.name, name) && ascii::list_has(field.value, token)) return true;
  }
  return false;
}

void Fields::reserve(std::size_t fields, std::size_t bytes) {
  spans_.reserve(fields);
  text_.reserve(bytes);
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

bool is_idempotent(std::string_view method) {
  return is_safe(method) || method == "PUT" || method == "DELETE";
}

}  // namespace understudy::http
