#include "diff/event_stream.h"

#include <algorithm>
#include <optional>

#include "diff/media.h"
#include "understudy/base/ascii.h"
#include "understudy/json/document.h"
#include "understudy/json/writer.h"

namespace understudy::diff {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Lines end in CR LF, in LF or in CR. One that nothing ends is cut off, and none.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find_first_of("\r\n");
  if (end == rest.npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + (rest.substr(end, 2) == "\r\n" ? 2 : 1));
  return line;
}

// One event while its lines come in.
class Event {
 public:
  void take(std::string_view line) {
    const auto name = line.substr(0, line.find(':'));
    auto value = line.substr(std::min(name.size() + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "data") {
      data_ ? data_->push_back('\n') : void(data_.emplace());
      data_->append(value);
    } else if (name == "event") {
      event_ = value;
    } else if (name == "id") {
      id_ = value;
    } else if (name == "retry" && is_number(value)) {
      retry_ = value;
    }
  }

  // A name alone is no event; an id or a time to wait has its effect without data.
  bool is_any() const { return data_ || id_ || retry_; }

  void write(json::Writer& out, json::Document& scratch) const {
    out.begin_object();
    if (event_) out.key("event").string(*event_);
    if (id_) out.key("id").string(*id_);
    if (retry_) out.key("retry").raw(*retry_);
    if (data_) {
      out.key("data");
      const bool is_json = looks_like_json(*data_) && scratch.parse(*data_).ok();
      is_json ? out.raw(*data_) : out.string(*data_);
    }
    out.end_object();
  }

 private:
  // Digits that are a number in JSON as well.
  static bool is_number(std::string_view text) {
    const bool has_digits = !text.empty() && std::all_of(text.begin(), text.end(), ascii::is_digit);
    return has_digits && (text == "0" || text.front() != '0');
  }

  std::optional<std::string> data_;
  std::optional<std::string_view> event_;
  std::optional<std::string_view> id_;
  std::optional<std::string_view> retry_;
};

}  // namespace

Told read_events(std::string_view body) {
  if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
  json::Document scratch;
  json::Writer out;
  out.begin_array();
  Event event;
  bool has_lines = false;
  bool has_events = false;
  while (const auto line = take_line(body)) {
    if (!line->empty()) {
      has_lines = has_lines || line->front() != ':';
      event.take(*line);
      continue;
    }
    if (event.is_any()) event.write(out, scratch);
    has_events = has_events || event.is_any();
    event = {};
  }
  out.end_array();
  has_lines = has_lines || !body.empty();
  return {out.take(), has_lines && !has_events ? "invalid_events" : ""};
}

}  // namespace understudy::diff
