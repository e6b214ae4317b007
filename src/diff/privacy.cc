#include "diff/privacy.h"

#include <algorithm>

#include <fmt/format.h>

#include "understudy/base/ascii.h"
#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/json/utf8.h"

namespace understudy::diff {

namespace {

// Digits of a detected secret's pseudonym: enough to tell values apart, short beside other text.
constexpr std::size_t short_digits = 8;

// Once this much is written the rest would be cut anyway.
bool is_enough(const json::Writer& out) {
  return out.text().size() > limits::max_value_bytes;
}

}  // namespace

ShownValue cut(std::string text) {
  if (text.size() <= limits::max_value_bytes) return {std::move(text), false};
  const auto hash = hash64(text);
  text.resize(json::utf8_prefix(text, limits::max_value_bytes).size());
  return {std::move(text), true, hash};
}

const Redactor::Detector* Redactor::detector_of(std::string_view name) {
  // In the order in which they run: a token may hold what looks like an address.
  static constexpr Detector all[] = {{"jwt", find_jwt}, {"email", find_email}, {"card", find_card}};
  for (const auto& detector : all) {
    if (detector.name == name) return &detector;
  }
  return nullptr;
}

Result<Redactor> Redactor::create(const config::Privacy& privacy, std::string key) {
  Redactor redactor;
  redactor.key_ = std::move(key);
  redactor.headers_ = privacy.headers;
  for (const auto& path : privacy.paths) {
    auto pattern = json::Pattern::parse(path == "/" ? "" : std::string_view(path));
    if (!pattern)
      return Error{Code::bad_config, Leg::self, "privacy.paths: " + pattern.error().detail};
    redactor.paths_.push_back(std::move(*pattern));
  }
  for (const auto& name : privacy.detect) {
    if (detector_of(name) == nullptr) {
      return Error{
          Code::bad_config, Leg::self,
          fmt::format("privacy.detect: \"{}\" is unknown; there are email, card and jwt", name)};
    }
  }
  for (const auto* name : {"jwt", "email", "card"}) {
    const bool is_on =
        std::find(privacy.detect.begin(), privacy.detect.end(), name) != privacy.detect.end();
    if (is_on) redactor.detectors_.push_back(detector_of(name));
  }
  return redactor;
}

std::string Redactor::pseudonym(std::string_view text) const {
  return "~" + to_hex(keyed_hash64(key_, text));
}

std::string Redactor::replaced(const Detector& detector, std::string text) const {
  auto found = detector.find(text, 0);
  if (!found) return text;
  std::string out;
  std::size_t done = 0;
  for (; found; found = detector.find(text, done)) {
    const auto secret = std::string_view(text).substr(found->begin, found->end - found->begin);
    out.append(text, done, found->begin - done);
    out.append("~").append(detector.name).append(":");
    out.append(to_hex(keyed_hash64(key_, secret)), 0, short_digits);
    done = found->end;
  }
  return out.append(text, done);
}

std::string_view Redactor::redact(std::string_view text, std::string& scratch) const {
  if (!may_hold_secret(text)) return text;
  scratch = text;
  for (const auto* detector : detectors_) scratch = replaced(*detector, std::move(scratch));
  return scratch;
}

std::string Redactor::redact(std::string_view text) const {
  std::string scratch;
  return std::string(redact(text, scratch));
}

ShownValue Redactor::show_text(std::string_view text) const {
  return cut(redact(text));
}

bool Redactor::is_secret_field(std::string_view name) const {
  return std::any_of(headers_.begin(), headers_.end(),
                     [&](const auto& header) { return ascii::iequals(header, name); });
}

ShownValue Redactor::show_field(std::string_view name, std::string_view value) const {
  return is_secret_field(name) ? ShownValue{pseudonym(value), false} : show_text(value);
}

ShownValue Redactor::show_cookies(const std::vector<std::string_view>& lines) const {
  const bool is_secret = is_secret_field("set-cookie");
  std::string text;
  for (const auto line : lines) {
    if (text.size() > limits::max_value_bytes) break;
    const auto pair = line.substr(0, line.find(';'));
    const auto begin = std::min(pair.find('=') + 1, pair.size());  // 0 where there is no "="
    const auto value = pair.substr(begin);
    text.append(text.empty() ? "" : ", ").append(redact(pair.substr(0, begin)));
    text += is_secret && !value.empty() ? pseudonym(value) : redact(value);
    text += redact(line.substr(pair.size()));
  }
  return cut(std::move(text));
}

Redactor::Trail Redactor::root() const {
  Trail trail;
  trail.states.reserve(paths_.size());
  for (const auto& path : paths_) {
    trail.states.push_back(path.start());
    trail.is_secret = trail.is_secret || path.accepts(trail.states.back());
  }
  return trail;
}

void Redactor::advance(Trail& trail, std::string_view step) const {
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    auto& state = trail.states[i];
    state = paths_[i].advance(state, step);
    trail.is_secret = trail.is_secret || paths_[i].accepts(state);
  }
}

Redactor::Trail Redactor::step(Trail parent, std::string_view step) const {
  advance(parent, step);
  return parent;
}

ShownValue Redactor::show_json(json::Value value, const Trail& trail) const {
  json::Writer out;
  write(out, value, trail);
  return cut(out.take());
}

ShownValue Redactor::show_list(const std::vector<Listed>& elements) const {
  json::Writer out;
  out.begin_array();
  for (const auto& [value, trail] : elements) {
    if (is_enough(out)) break;
    write(out, value, trail);
  }
  out.end_array();
  return cut(out.take());
}

void Redactor::write(json::Writer& out, json::Value value, const Trail& trail) const {
  if (trail.is_secret) {
    out.string(pseudonym(value.to_json()));
    return;
  }
  switch (value.type()) {
    case json::Type::null:
      out.null();
      return;
    case json::Type::boolean:
      out.boolean(value.boolean());
      return;
    case json::Type::string:
      write_text(out, value.text());
      return;
    case json::Type::number: {
      std::string scratch;
      const auto text = redact(value.text(), scratch);
      text == value.text() ? out.raw(text) : out.string(text);
      return;
    }
    case json::Type::array:
    case json::Type::object:
      write_children(out, value, trail);
      return;
  }
}

// Each level writes at least one byte, so the bound on the text bounds the depth, too.
void Redactor::write_children(json::Writer& out, json::Value value, const Trail& trail) const {
  const bool is_object = value.type() == json::Type::object;
  is_object ? out.begin_object() : out.begin_array();
  std::size_t index = 0;
  std::string scratch;
  for (auto child = value.first(); child && !is_enough(out); child = child.next(), ++index) {
    if (is_object) {
      out.key(redact(child.name(), scratch).substr(0, limits::max_value_bytes + 4));
    }
    const auto step_name = is_object ? std::string(child.name()) : std::to_string(index);
    write(out, child.value(), step(trail, step_name));
  }
  is_object ? out.end_object() : out.end_array();
}

// More than is shown need not be escaped; four bytes more keep a cut character from ending the text
// within the limit.
void Redactor::write_text(json::Writer& out, std::string_view text) const {
  std::string scratch;
  out.string(json::utf8_prefix(redact(text, scratch), limits::max_value_bytes + 4));
}

}  // namespace understudy::diff
