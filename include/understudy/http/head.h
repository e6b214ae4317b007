#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::http {

enum class Version { http_1_0, http_1_1 };

// One field line; views into whoever holds it.
struct Field {
  std::string_view name;
  std::string_view value;
};

// The field lines of a head or of a trailer section: flat and ordered, names in their own case,
// duplicates kept, all text in one allocation. Values are without surrounding white space.
//
// Views handed out are valid until the next change.
class Fields {
 public:
  void add(std::string_view name, std::string_view value);
  // Removes every field of that name, in any case. Returns how many there were.
  std::size_t remove(std::string_view name);

  std::size_t size() const { return spans_.size(); }
  bool empty() const { return spans_.empty(); }
  Field operator[](std::size_t index) const {
    assert(index < spans_.size());
    const Span& span = spans_[index];
    const char* const text = text_.data();
    return {{text + span.name_at, span.name_size}, {text + span.value_at, span.value_size}};
  }

  // The first field of that name, in any case; data() is null when there is none.
  std::string_view find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).data() != nullptr; }
  std::size_t count(std::string_view name) const;
  // All values of that name joined by ", " (RFC 9110, 5.3).
  std::string joined(std::string_view name) const;
  // True if a field of that name is a list that holds `token`, in any case.
  bool list_has(std::string_view name, std::string_view token) const;

  // Bytes of names and values, for accounting.
  std::size_t bytes() const { return text_.size(); }
  void reserve(std::size_t fields, std::size_t bytes);

 private:
  struct Span {
    std::uint32_t name_at, name_size, value_at, value_size;
  };
  std::string text_;
  std::vector<Span> spans_;
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
