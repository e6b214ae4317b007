#include "json/parser.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/json/utf8.h"

namespace understudy::json {

namespace {

// Zeros behind the text: one word may be read past any byte of it.
constexpr std::size_t padding = sizeof(std::uint64_t);
// Offsets have 32 bits.
constexpr std::size_t max_text_bytes = std::size_t{UINT32_MAX} - padding;
// Up to here comparing every name with every other is quicker than sorting.
constexpr std::uint32_t few_names = 24;

constexpr std::uint64_t in_every_byte(unsigned char byte) {
  return 0x0101010101010101u * byte;
}

// Has a bit set in the first byte that is zero; bytes behind that one may be marked wrongly.
constexpr std::uint64_t has_zero(std::uint64_t word) {
  return (word - in_every_byte(0x01)) & ~word & in_every_byte(0x80);
}

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

// The next quote, backslash or control character (the padding has some).
char* end_of_run(char* at) {
  for (;;) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    const auto controls = (word - in_every_byte(0x20)) & ~word & in_every_byte(0x80);
    const auto hits =
        controls | has_zero(word ^ in_every_byte('"')) | has_zero(word ^ in_every_byte('\\'));
    if (hits != 0) return at + std::countr_zero(hits) / 8;
    at += sizeof word;
  }
}

// Tells most different names apart without reading them.
std::uint32_t quick_hash(std::string_view name) {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  const auto taken = std::min(name.size(), sizeof first);
  std::memcpy(&first, name.data(), taken);
  std::memcpy(&last, name.data() + name.size() - taken, taken);
  return (first * 0x9E3779B1u) ^ (last * 0x85EBCA77u) ^ static_cast<std::uint32_t>(name.size());
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

Result<void> Parser::fail(std::string_view fault, std::string_view what) {
  document_.fault_ = fault;
  document_.nodes_.clear();
  return Error{Code::bad_input, Leg::self, fmt::format("{} at byte {}", what, at_ - begin_)};
}

Result<void> Parser::run(std::string_view text) {
  document_.fault_ = {};
  document_.nodes_.clear();
  document_.open_.clear();
  if (text.size() > max_text_bytes) return fail("invalid_json", "text too large for one document");
  if (!is_utf8(text)) return fail("invalid_utf8", "not UTF-8: somewhere");
  auto& arena = document_.arena_;
  arena.assign(text);
  arena.append(padding, '\0');
  begin_ = at_ = arena.data();
  end_ = begin_ + text.size();
  if (walk()) return {};
  if (is_too_deep_) {
    return fail("too_deep", fmt::format("nested deeper than {}", limits::max_json_depth));
  }
  return fail("invalid_json",
              at_ >= end_ ? "not JSON: unexpected end" : "not JSON: unexpected text");
}

bool Parser::walk() {
  for (;;) {
    skip_space();
    const Step step = value();
    if (step == Step::failed) return false;
    if (step == Step::opened) continue;
    bool is_done = false;
    if (!after_value(is_done)) return false;
    if (is_done) return true;
  }
}

// Behind a complete value: closes what ends here, and leaves the cursor where the next value is
// due.
bool Parser::after_value(bool& is_done) {
  for (;;) {
    skip_space();
    if (document_.open_.empty()) {
      is_done = at_ == end_;
      return is_done;
    }
    auto& container = document_.nodes_[document_.open_.back()];
    const bool is_object = container.type == Type::object;
    if (*at_ == ',') {
      ++at_;
      ++container.count;
      return !is_object || member_name();
    }
    if (*at_ != (is_object ? '}' : ']') || !close()) return false;
  }
}

Parser::Step Parser::value() {
  const auto complete_if = [](bool ok) { return ok ? Step::complete : Step::failed; };
  switch (*at_) {
    case '{':
      return open(Type::object);
    case '[':
      return open(Type::array);
    case '"':
      return complete_if(string(false));
    case 't':
      return complete_if(literal("true", Type::boolean, true));
    case 'f':
      return complete_if(literal("false", Type::boolean, false));
    case 'n':
      return complete_if(literal("null", Type::null, false));
    default:
      return complete_if(number());
  }
}

Parser::Step Parser::open(Type type) {
  auto& open = document_.open_;
  if (open.size() == limits::max_json_depth) {
    is_too_deep_ = true;
    return Step::failed;
  }
  const auto node = static_cast<std::uint32_t>(document_.nodes_.size());
  document_.nodes_.push_back({type, false, 0, node + 1, 0, 0});
  open.push_back(node);
  ++at_;
  skip_space();
  if (*at_ == (type == Type::object ? '}' : ']')) {
    ++at_;
    open.pop_back();
    return Step::complete;
  }
  document_.nodes_[node].count = 1;
  if (type == Type::object && !member_name()) return Step::failed;
  return Step::opened;
}

bool Parser::close() {
  const auto node = document_.open_.back();
  document_.open_.pop_back();
  document_.nodes_[node].next = static_cast<std::uint32_t>(document_.nodes_.size());
  if (document_.nodes_[node].type == Type::object) flag_duplicates(node);
  ++at_;
  return true;
}

bool Parser::member_name() {
  skip_space();
  if (*at_ != '"' || !string(true)) return false;
  skip_space();
  if (*at_ != ':') return false;
  ++at_;
  return true;
}

bool Parser::string(bool is_name) {
  char* const begin = ++at_;
  char* out = at_ = end_of_run(at_);
  while (*at_ == '\\') {
    if (!unescape(out)) return false;
    char* const run = at_;
    at_ = end_of_run(at_);
    std::memmove(out, run, static_cast<std::size_t>(at_ - run));
    out += at_ - run;
  }
  if (*at_ != '"') return false;
  ++at_;
  add_scalar(Type::string, begin, out);
  auto& node = document_.nodes_.back();
  if (is_name) node.count = quick_hash({begin, node.size});
  return true;
}

bool Parser::unescape(char*& out) {
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
      return unescape_unicode(out);
    default:
      return false;
  }
  ++at_;
  *out++ = meant;
  return true;
}

// A surrogate counts only with its other half: UTF-8 cannot say it alone.
bool Parser::unescape_unicode(char*& out) {
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
  append_utf8(out, point);
  return true;
}

bool Parser::hex4(std::uint32_t& unit) {
  for (char* const end = at_ + 4; at_ < end; ++at_) {
    const char c = *at_;
    if (!ascii::is_hex(c)) return false;
    const int digit = ascii::is_digit(c) ? c - '0' : ascii::lower(c) - 'a' + 10;
    unit = unit * 16 + static_cast<std::uint32_t>(digit);
  }
  return true;
}

bool Parser::number() {
  char* const begin = at_;
  const auto digits = [this] {
    char* const first = at_;
    while (ascii::is_digit(*at_)) ++at_;
    return at_ > first;
  };
  if (*at_ == '-') ++at_;
  if (*at_ == '0') {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (*at_ == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (*at_ == 'e' || *at_ == 'E') {
    ++at_;
    if (*at_ == '+' || *at_ == '-') ++at_;
    if (!digits()) return false;
  }
  add_scalar(Type::number, begin, at_);
  return true;
}

bool Parser::literal(std::string_view word, Type type, bool flag) {
  if (std::strncmp(at_, word.data(), word.size()) != 0) return false;
  add_scalar(type, at_, at_);
  document_.nodes_.back().flag = flag;
  at_ += word.size();
  return true;
}

void Parser::skip_space() {
  while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
}

void Parser::add_scalar(Type type, const char* begin, const char* end) {
  const auto next = static_cast<std::uint32_t>(document_.nodes_.size() + 1);
  document_.nodes_.push_back({type, false, 0, next, static_cast<std::uint32_t>(begin - begin_),
                              static_cast<std::uint32_t>(end - begin)});
}

std::string_view Parser::text_of(std::uint32_t node) const {
  return {begin_ + document_.nodes_[node].at, document_.nodes_[node].size};
}

void Parser::flag_duplicates(std::uint32_t object) {
  auto& node = document_.nodes_[object];
  if (node.count < 2) return;
  node.flag = node.count <= few_names ? few_names_repeat(object) : many_names_repeat(object);
}

bool Parser::few_names_repeat(std::uint32_t object) const {
  const auto& nodes = document_.nodes_;
  std::uint32_t names[few_names];
  std::uint32_t known = 0;
  auto name = object + 1;
  for (auto left = nodes[object].count; left > 0; --left, name = nodes[name + 1].next) {
    for (std::uint32_t i = 0; i < known; ++i) {
      const bool may_be_equal = nodes[names[i]].count == nodes[name].count;
      if (may_be_equal && text_of(names[i]) == text_of(name)) return true;
    }
    names[known++] = name;
  }
  return false;
}

bool Parser::many_names_repeat(std::uint32_t object) {
  const auto& nodes = document_.nodes_;
  auto& names = document_.names_;
  names.clear();
  auto name = object + 1;
  for (auto left = nodes[object].count; left > 0; --left, name = nodes[name + 1].next) {
    names.push_back(name);
  }
  std::sort(names.begin(), names.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (nodes[a].count != nodes[b].count) return nodes[a].count < nodes[b].count;
    return text_of(a) < text_of(b);
  });
  const auto same = [&](std::uint32_t a, std::uint32_t b) {
    return nodes[a].count == nodes[b].count && text_of(a) == text_of(b);
  };
  return std::adjacent_find(names.begin(), names.end(), same) != names.end();
}

}  // namespace understudy::json
