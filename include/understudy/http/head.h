#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "understudy/http/field_id.h"

namespace understudy::http {

enum class Version { http_1_0, http_1_1 };

// One field line; views into whoever holds it.
struct Field {
  std::string_view name;
  std::string_view value;
};

// The field lines of a head or of a trailer section: flat and ordered, names in their own case,
// duplicates kept. Values are without surrounding white space. One allocation holds everything, the
// text as it goes onto the wire; a copy is as large as what it holds.
//
// Views handed out are valid until the next change.
class Fields {
 public:
  Fields() = default;
  Fields(const Fields& other);
  Fields(Fields&& other) noexcept { swap(other); }
  Fields& operator=(Fields other) noexcept {
    swap(other);
    return *this;
  }
  ~Fields() = default;

  // Neither may be a view into this list.
  void add(std::string_view name, std::string_view value);
  // Adds a field of another list as it stands there.
  void add(const Fields& from, std::size_t index);
  // Removes every field of that name, in any case. Returns how many there were.
  std::size_t remove(std::string_view name);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Field operator[](std::size_t index) const {
    const Span& span = at(index);
    const char* const name = text() + span.begin;
    return {{name, span.name_size}, {name + span.name_size + mark.size(), span.value_size}};
  }
  FieldId id(std::size_t index) const { return at(index).id; }

  // The first field of that name, in any case; data() is null when there is none.
  std::string_view find(std::string_view name) const;
  std::string_view find(FieldId id) const;  // of one name
  bool has(std::string_view name) const { return find(name).data() != nullptr; }
  bool has(FieldId id) const { return find(id).data() != nullptr; }
  std::size_t count(std::string_view name) const;
  // All values of that name joined by ", " (RFC 9110, 5.3).
  std::string joined(std::string_view name) const;
  // True if a field of that name is a list that holds `token`, in any case.
  bool list_has(std::string_view name, std::string_view token) const;

  // Bytes of names and values, for accounting.
  std::size_t bytes() const { return text_size_ - size_ * line_overhead; }
  // Room for that much, so that adding it does not allocate.
  void reserve(std::size_t fields, std::size_t bytes);

  // All of them as they are written, each line with its end; and one of them.
  std::string_view lines() const { return {text(), text_size_}; }
  std::string_view line(std::size_t index) const {
    const Span& span = at(index);
    return {text() + span.begin, span.name_size + span.value_size + line_overhead};
  }

 private:
  static constexpr std::string_view mark = ": ", line_end = "\r\n";
  static constexpr std::size_t line_overhead = mark.size() + line_end.size();

  // Where a line is in the text.
  struct Span {
    std::uint32_t begin, name_size, value_size;
    FieldId id;
  };

  static constexpr std::size_t spans_for(std::size_t text_size) {
    return (text_size + sizeof(Span) - 1) / sizeof(Span);
  }
  const Span& at(std::size_t index) const {
    assert(index < size_);
    return block_[room_ - 1 - index];
  }
  // A block's first bytes are the text. No type but its own may look at a span, save char.
  const char* text() const { return reinterpret_cast<const char*>(block_.get()); }
  // Notes a line at the end of the text, where it is then to be written.
  char* append(std::size_t name_size, std::size_t value_size, FieldId id);
  void move_to_block(std::size_t room);
  void swap(Fields& other) noexcept;

  std::unique_ptr<Span[]> block_;  // the text from its front on, the spans from its back
  std::uint32_t room_ = 0;         // of the block, in spans
  std::uint32_t size_ = 0;
  std::uint32_t text_size_ = 0;
};

// What stands before a request's body.
struct RequestHead {
  std::string method;
  std::string target;  // the raw bytes of the request line, untouched
  Version version = Version::http_1_1;
  Fields fields;
};

// What stands before an answer's body.
struct ResponseHead {
  int status = 0;
  std::string reason;
  Version version = Version::http_1_1;
  Fields fields;
};

// How the end of a message's body is found (RFC 9112, 6.3).
enum class BodyKind { none, length, chunked, until_close };

// What framing decided about one message. The one place that decides is http/framing.
struct Framing {
  BodyKind body = BodyKind::none;
  std::uint64_t length = 0;       // for BodyKind::length
  bool keep_alive = true;         // the sender wishes, and is able, to go on after this message
  bool expects_continue = false;  // requests: Expect: 100-continue
  bool upgrade = false;           // requests: asks for an upgrade; answers: 101
  bool is_for_us = false;         // requests: TRACE or OPTIONS that nobody may pass on any more
};

bool is_safe(std::string_view method);        // RFC 9110, 9.2.1: GET HEAD OPTIONS TRACE
bool is_idempotent(std::string_view method);  // RFC 9110, 9.2.2: the safe ones, PUT, DELETE

}  // namespace understudy::http
