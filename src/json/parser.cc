#include "json/parser.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <fmt/format.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/json/utf8.h"

namespace understudy::json {

namespace {

// Zeros behind the text: this many bytes may be read at any byte of it.
constexpr std::size_t padding = 16;
// Offsets have 32 bits, and escaped strings stand in the arena twice.
constexpr std::size_t max_text_bytes = (std::size_t{UINT32_MAX} - padding) / 2;
// Room for this many nodes is made at first.
constexpr std::size_t min_nodes = 64;

// The next quote, backslash or control character (the padding has some).
#ifdef __SSE2__
const char* end_of_run(const char* at) {
  const auto last_control = _mm_set1_epi8(0x1F);
  for (;; at += padding) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto controls = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
    const auto marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    const int hits = _mm_movemask_epi8(_mm_or_si128(controls, marks));
    if (hits != 0) return at + std::countr_zero(static_cast<unsigned>(hits));
  }
}
#else
const char* end_of_run(const char* at) {
  while (static_cast<unsigned char>(*at) >= 0x20 && *at != '"' && *at != '\\') ++at;
  return at;
}
#endif

const char* skip_space(const char* at) {
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') ++at;
  return at;
}

const char* skip_digits(const char* at) {
  while (ascii::is_digit(*at)) ++at;
  return at;
}

// One code point, at most U+10FFFF, as UTF-8.
void append_utf8(char*& out, std::uint32_t point) {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | (point >> 6));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

}  // namespace

// Valid until the next one is added.
inline Parser::Node& Parser::add(Type type, const char* begin, const char* end) {
  if (count_ == room_) make_room();
  auto& node = nodes_[count_++];
  node = {type,
          false,
          0,
          count_,
          static_cast<std::uint32_t>(begin - begin_),
          static_cast<std::uint32_t>(end - begin)};
  return node;
}

Result<void> Parser::fail(std::string_view fault, std::string_view what) {
  document_.fault_ = fault;
  document_.count_ = 0;
  return Error{Code::bad_input, Leg::self, fmt::format("{} at byte {}", what, at_ - begin_)};
}

Result<void> Parser::run(std::string_view text) {
  document_.fault_ = {};
  document_.count_ = 0;
  if (text.size() > max_text_bytes) return fail("invalid_json", "text too large for one document");
  if (!is_utf8(text)) return fail("invalid_utf8", "not UTF-8: somewhere");
  copy(text);
  const bool is_json = walk();
  document_.count_ = count_;
  if (is_json) return {};
  if (is_too_deep_) {
    return fail("too_deep", fmt::format("nested deeper than {}", limits::max_json_depth));
  }
  return fail("invalid_json",
              at_ >= end_ ? "not JSON: unexpected end" : "not JSON: unexpected text");
}

void Parser::copy(std::string_view text) {
  auto& arena = document_.arena_;
  const bool has_escapes = text.find('\\') != text.npos;
  arena.assign(text);
  arena.resize(text.size() + padding + (has_escapes ? text.size() : 0), '\0');
  begin_ = at_ = arena.data();
  end_ = begin_ + text.size();
  out_ = arena.data() + text.size() + padding;
}

void Parser::make_room() {
  auto& nodes = document_.nodes_;
  if (count_ == nodes.size()) nodes.resize(std::max(2 * nodes.size(), min_nodes));
  nodes_ = nodes.data();
  room_ = nodes.size();
}

bool Parser::walk() {
  const char* at = begin_;
  do {
    at = value(at);
    if (at != nullptr) at = after_value(at);
  } while (at != nullptr && depth_ > 0);
  if (at == nullptr) return false;
  at = skip_space(at);
  return at == end_ || stop(at) != nullptr;
}

const char* Parser::stop(const char* at) {
  at_ = at;
  return nullptr;
}

// Down to the first value that is whole, or to the end of a container that is empty.
const char* Parser::value(const char* at) {
  for (;;) {
    at = skip_space(at);
    switch (*at) {
      case '{': {
        auto* const object = open(Type::object, at);
        if (object == nullptr) return stop(at);
        at = skip_space(at + 1);
        if (*at == '}') return at;
        object->count = 1;
        at = member_name(at);
        if (at == nullptr) return at;
        continue;
      }
      case '[': {
        auto* const array = open(Type::array, at);
        if (array == nullptr) return stop(at);
        at = skip_space(at + 1);
        if (*at == ']') return at;
        array->count = 1;
        continue;
      }
      case '"':
        return string(at);
      case 't':
        return literal(at, "true", Type::boolean);
      case 'f':
        return literal(at, "false", Type::boolean);
      case 'n':
        return literal(at, "null", Type::null);
      default:
        return number(at);
    }
  }
}

// Closes what ends here; leaves the cursor where the next value is due.
const char* Parser::after_value(const char* at) {
  while (depth_ > 0) {
    at = skip_space(at);
    auto& container = nodes_[open_[depth_ - 1]];
    const bool is_object = container.type == Type::object;
    if (*at == ',') {
      ++container.count;
      return is_object ? member_name(skip_space(at + 1)) : at + 1;
    }
    if (*at != (is_object ? '}' : ']')) return stop(at);
    close(++at);
  }
  return at;
}

// Null when there are too many around it.
Parser::Node* Parser::open(Type type, const char* at) {
  is_too_deep_ = depth_ == limits::max_json_depth;
  if (is_too_deep_) return nullptr;
  open_[depth_++] = count_;
  return &add(type, at, at);
}

void Parser::close(const char* behind) {
  auto& node = nodes_[open_[--depth_]];
  node.next = count_;
  node.size = static_cast<std::uint32_t>(behind - begin_) - node.at;
}

const char* Parser::member_name(const char* at) {
  if (*at != '"') return stop(at);
  at = string(at);
  if (at == nullptr) return at;
  at = skip_space(at);
  return *at == ':' ? at + 1 : stop(at);
}

const char* Parser::string(const char* at) {
  const char* const begin = at + 1;
  at = end_of_run(begin);
  if (*at == '\\') return escaped_string(begin);
  if (*at != '"') return stop(at);
  add(Type::string, begin, at);
  return at + 1;
}

const char* Parser::escaped_string(const char* at) {
  const char* const begin = out_;
  for (at_ = at;;) {
    const char* const run = at_;
    at_ = end_of_run(at_);
    out_ = std::copy(run, at_, out_);
    if (*at_ != '\\') break;
    if (!unescape()) return nullptr;
  }
  if (*at_ != '"') return nullptr;
  add(Type::string, begin, out_);
  return at_ + 1;
}

bool Parser::unescape() {
  ++at_;
  char meant = 0;
  switch (*at_) {
    case '"':
    case '\\':
    case '/':
      meant = *at_;
      break;
    case 'b':
      meant = '\b';
      break;
    case 'f':
      meant = '\f';
      break;
    case 'n':
      meant = '\n';
      break;
    case 'r':
      meant = '\r';
      break;
    case 't':
      meant = '\t';
      break;
    case 'u':
      ++at_;
      return unescape_unicode();
    default:
      return false;
  }
  ++at_;
  *out_++ = meant;
  return true;
}

// A surrogate counts only with its other half: UTF-8 cannot say it alone.
bool Parser::unescape_unicode() {
  std::uint32_t point = 0;
  if (!hex4(point)) return false;
  const bool is_low = point >= 0xDC00 && point <= 0xDFFF;
  if (is_low) return false;
  if (point >= 0xD800 && point <= 0xDBFF) {
    std::uint32_t low = 0;
    if (at_[0] != '\\' || at_[1] != 'u') return false;
    at_ += 2;
    if (!hex4(low) || low < 0xDC00 || low > 0xDFFF) return false;
    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out_, point);
  return true;
}

bool Parser::hex4(std::uint32_t& unit) {
  for (const char* const end = at_ + 4; at_ < end; ++at_) {
    const char c = *at_;
    if (!ascii::is_hex(c)) return false;
    const int digit = ascii::is_digit(c) ? c - '0' : ascii::lower(c) - 'a' + 10;
    unit = unit * 16 + static_cast<std::uint32_t>(digit);
  }
  return true;
}

const char* Parser::number(const char* at) {
  const char* const begin = at;
  if (*at == '-') ++at;
  const char* part = at;
  at = *at == '0' ? at + 1 : skip_digits(at);
  if (at == part) return stop(at);
  if (*at == '.') {
    part = ++at;
    at = skip_digits(at);
    if (at == part) return stop(at);
  }
  if (*at == 'e' || *at == 'E') {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    part = at;
    at = skip_digits(at);
    if (at == part) return stop(at);
  }
  add(Type::number, begin, at);
  return at;
}

const char* Parser::literal(const char* at, std::string_view word, Type type) {
  if (std::memcmp(at, word.data(), word.size()) != 0) return stop(at);
  add(type, at, at).flag = *at == 't';
  return at + word.size();
}

}  // namespace understudy::json
