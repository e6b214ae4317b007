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
#include "understudy/base/shared_prefix.h"
#include "understudy/json/utf8.h"

namespace understudy::json {

namespace {

// Offsets have 32 bits, and escaped strings stand in the arena twice.
constexpr std::size_t max_text_bytes = (std::size_t{UINT32_MAX} - text_padding) / 2;
// Room for this many nodes is made at first.
constexpr std::size_t min_nodes = 64;

// The next quote, backslash or control character (the padding has some).
#ifdef __SSE2__
const char* end_of_run(const char* at) {
  const auto last_control = _mm_set1_epi8(0x1F);
  for (;; at += text_padding) {
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

// Mostly a few bytes, which cost less than a call. What it writes behind the end may be as much as
// the padding.
char* copy_run(const char* begin, const char* end, char* out) {
  constexpr auto step = text_padding;
  for (; begin < end; begin += step, out += step) std::memcpy(out, begin, step);
  return out - (begin - end);
}

// Mostly there is none.
const char* skip_space(const char* at) {
  if (static_cast<unsigned char>(*at) > ' ') return at;
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') ++at;
  return at;
}

const char* skip_digits(const char* at) {
  while (ascii::is_digit(*at)) ++at;
  return at;
}

// Goes over the number that begins there; false if it is none, and `at` is where that shows.
bool skip_number(const char*& at) {
  const auto skip_some = [&at] {
    const char* const begin = at;
    at = skip_digits(at);
    return at != begin;
  };
  if (*at == '-') ++at;
  if (*at == '0') {
    ++at;
  } else if (!skip_some()) {
    return false;
  }
  if (*at == '.' && (++at, !skip_some())) return false;
  if (*at != 'e' && *at != 'E') return true;
  ++at;
  if (*at == '+' || *at == '-') ++at;
  return skip_some();
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
  if (count_ == room_) make_room(1);
  auto& node = nodes_[count_++];
  node = {type,
          false,
          0,
          static_cast<std::uint32_t>(count_),
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
  const bool is_json = take_layout() || walk();
  document_.count_ = count_;
  document_.escaped_end_ = static_cast<std::size_t>(out_ - begin_);
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
  const auto wanted = text.size() + text_padding + (has_escapes ? text.size() + text_padding : 0);
  if (arena.size() < wanted) arena.resize(wanted);
  std::fill_n(std::copy(text.begin(), text.end(), arena.begin()), text_padding, '\0');
  begin_ = at_ = arena.data();
  end_ = begin_ + text.size();
  out_ = arena.data() + text.size() + text_padding;
  document_.text_bytes_ = text.size();
}

// For so many more.
void Parser::make_room(std::size_t nodes) {
  auto& all = document_.nodes_;
  const auto wanted = count_ + nodes;
  if (all.size() < wanted) all.resize(std::max({wanted, 2 * all.size(), min_nodes}));
  nodes_ = all.data();
  room_ = all.size();
}

// True if the text has the model's values at the same offsets: it is as long, and differs only
// inside of strings without escapes and of numbers, as times and ids do. Then they are taken over,
// all at once.
bool Parser::take_layout() {
  const auto nodes = model_.nodes();
  const std::string_view text(begin_, static_cast<std::size_t>(end_ - begin_));
  // A root that is written elsewhere is the only value.
  if (nodes.empty() || nodes[0].at >= text.size() || model_.text_bytes() != text.size()) {
    return false;
  }
  const auto own = model_.arena().substr(0, model_.text_bytes());
  auto node = nodes.begin();
  for (std::size_t at = 0;;) {
    at += shared_prefix(text.substr(at), own.substr(at));
    if (at == text.size()) break;
    // The last value that begins before the difference; what is written elsewhere tells nothing.
    for (auto next = node; next != nodes.end(); ++next) {
      if (next->at >= text.size()) continue;
      if (next->at > at) break;
      node = next;
    }
    const char* const begin = begin_ + node->at;
    const char* end = begin;
    if (node->type == Type::string) {
      end = end_of_run(begin);
      if (*end != '"') return false;
    } else if (node->type != Type::number || !skip_number(end)) {
      return false;
    }
    const std::size_t behind = node->at + node->size;
    if (at < node->at || at >= behind || end != begin_ + behind) return false;
    at = behind;
  }
  make_room(nodes.size());
  std::copy(nodes.begin(), nodes.end(), nodes_);
  count_ = nodes.size();
  const auto escaped = model_.escaped();
  out_ = std::copy(escaped.begin(), escaped.end(), out_);
  return true;
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
inline const char* Parser::value(const char* at) {
  for (;;) {
    at = skip_space(at);
    switch (*at) {
      case '{': {
        auto* const object = open(Type::object, at);
        if (object == nullptr) return stop(at);
        at = skip_space(at + 1);
        if (*at == '}') return at;
        object->count = 1;
        at = member_name(next_child(at));
        if (at == nullptr) return at;
        continue;
      }
      case '[': {
        auto* const array = open(Type::array, at);
        if (array == nullptr) return stop(at);
        at = skip_space(at + 1);
        if (*at == ']') return at;
        array->count = 1;
        at = next_child(at);
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
inline const char* Parser::after_value(const char* at) {
  while (depth_ > 0) {
    at = skip_space(at);
    auto& container = nodes_[open_[depth_ - 1]];
    const bool is_object = container.type == Type::object;
    if (*at == ',') {
      ++container.count;
      model_.step();
      at = next_child(skip_space(at + 1));
      return is_object ? member_name(at) : at;
    }
    if (*at != (is_object ? '}' : ']')) return stop(at);
    close(++at);
  }
  return at;
}

// Null when there are too many around it.
inline Parser::Node* Parser::open(Type type, const char* at) {
  is_too_deep_ = depth_ == limits::max_json_depth;
  if (is_too_deep_) return nullptr;
  open_[depth_++] = static_cast<std::uint32_t>(count_);
  model_.enter(type);
  return &add(type, at, at);
}

inline void Parser::close(const char* behind) {
  model_.leave();
  auto& node = nodes_[open_[--depth_]];
  node.next = static_cast<std::uint32_t>(count_);
  node.size = static_cast<std::uint32_t>(behind - begin_) - node.at;
}

// What is due at `at` or, where the text repeats the model, a later child of the same container.
inline const char* Parser::next_child(const char* at) {
  if (!model_.is_beside()) return at;
  const auto stretch = model_.take_repeated({at, static_cast<std::size_t>(end_ - at)},
                                            static_cast<std::uint32_t>(at - begin_));
  if (stretch.children == 0) return at;
  repeat(stretch, static_cast<std::uint32_t>(at - begin_));
  return at + stretch.text_bytes;
}

// Offsets are unsigned: one that gets smaller comes round.
void Parser::repeat(const Model::Stretch& stretch, std::uint32_t at) {
  if (room_ - count_ < stretch.nodes.size()) make_room(stretch.nodes.size());
  const auto is_escaped = [this](const Node& node) { return node.at >= model_.text_bytes(); };
  const auto begin = stretch.nodes.begin(), end = stretch.nodes.end();
  // They stand in order, one behind the other.
  const auto first = std::find_if(begin, end, is_escaped);
  const auto escaped_at = first == end ? 0 : first->at;
  const auto shift = at - stretch.begin;
  const auto escaped_shift = static_cast<std::uint32_t>(out_ - begin_) - escaped_at;
  const auto further = static_cast<std::uint32_t>(count_) - stretch.first;
  auto escaped_end = escaped_at;
  auto* out = nodes_ + count_;
  for (const auto& node : stretch.nodes) {
    *out = node;
    escaped_end = is_escaped(node) ? node.at + node.size : escaped_end;
    out->at += is_escaped(node) ? escaped_shift : shift;
    out->next += further;
    ++out;
  }
  count_ += stretch.nodes.size();
  const auto escaped = model_.arena().substr(escaped_at, escaped_end - escaped_at);
  out_ = std::copy(escaped.begin(), escaped.end(), out_);
  nodes_[open_[depth_ - 1]].count += stretch.children;
}

inline const char* Parser::member_name(const char* at) {
  if (*at != '"') return stop(at);
  at = string(at);
  if (at == nullptr) return at;
  at = skip_space(at);
  return *at == ':' ? at + 1 : stop(at);
}

inline const char* Parser::string(const char* at) {
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
    out_ = copy_run(run, at_, out_);
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

inline const char* Parser::number(const char* at) {
  const char* const begin = at;
  if (!skip_number(at)) return stop(at);
  add(Type::number, begin, at);
  return at;
}

const char* Parser::literal(const char* at, std::string_view word, Type type) {
  if (std::memcmp(at, word.data(), word.size()) != 0) return stop(at);
  add(type, at, at).flag = *at == 't';
  return at + word.size();
}

}  // namespace understudy::json
