#include "second_reader.h"

#include <cassert>

#include "llhttp.h"
#include "understudy/base/ascii.h"

namespace understudy::http {
namespace {

// A value told in several calls; the pieces must lie side by side, as nothing here is ever cut.
struct Run {
  const char* begin = nullptr;
  const char* end = nullptr;

  bool extend(const char* at, std::size_t size) {
    if (begin == nullptr) begin = end = at;
    if (at != end) return false;
    end += size;
    return true;
  }
  std::string_view view() const { return {begin, static_cast<std::size_t>(end - begin)}; }
};

}  // namespace

// What llhttp has told about the part being fed.
struct SecondReader::State {
  explicit State(bool reads_requests) {
    llhttp_init(&parser, reads_requests ? HTTP_REQUEST : HTTP_RESPONSE, &settings());
    parser.data = this;
  }

  static const llhttp_settings_t& settings();
  static State& of(llhttp_t* parser) { return *static_cast<State*>(parser->data); }

  // Feeds one whole part. What llhttp calls an upgrade is a pause to us: framing is ours to decide.
  bool feed(std::string_view bytes) {
    const llhttp_errno_t error = llhttp_execute(&parser, bytes.data(), bytes.size());
    return !disagrees && (error == HPE_OK || error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE);
  }

  bool feed_head(std::string_view raw, const Fields& fields) {
    llhttp_reset(&parser);
    target = {};
    expect(fields);
    has_head = false;
    return feed(raw) && has_head && seen == fields.size();
  }

  void expect(const Fields& fields) {
    expected = &fields;
    seen = 0;
    name = value = {};
    disagrees = false;
  }

  // A field is over when the next name begins or the section ends; of an empty value llhttp may
  // tell nothing, but between two names there is a line's end.
  void begin_name(const char* at) {
    if (value.begin != nullptr || at != name.end) end_field();
  }
  void end_field() {
    if (name.begin == nullptr) return;
    if (expected == nullptr || seen == expected->size()) {
      disagrees = true;
      return;
    }
    const Field field = (*expected)[seen++];
    disagrees |= field.name != name.view() || field.value != ascii::trim(value.view());
    name = value = {};
  }

  llhttp_t parser{};
  Run target, name, value;
  const Fields* expected = nullptr;
  std::size_t seen = 0;
  std::size_t body_bytes = 0;
  std::uint64_t chunk_size = 0;
  bool has_head = false;
  bool has_chunk = false;
  bool is_complete = false;
  bool disagrees = false;
};

const llhttp_settings_t& SecondReader::State::settings() {
  static const llhttp_settings_t made = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_url = [](llhttp_t* p, const char* at, std::size_t size) {
      return of(p).target.extend(at, size) ? 0 : -1;
    };
    s.on_header_field = [](llhttp_t* p, const char* at, std::size_t size) {
      State& state = of(p);
      state.begin_name(at);
      return state.name.extend(at, size) ? 0 : -1;
    };
    s.on_header_value = [](llhttp_t* p, const char* at, std::size_t size) {
      return of(p).value.extend(at, size) ? 0 : -1;
    };
    s.on_headers_complete = [](llhttp_t* p) {
      of(p).end_field();
      of(p).has_head = true;
      return 0;
    };
    s.on_chunk_header = [](llhttp_t* p) {
      of(p).has_chunk = true;
      of(p).chunk_size = p->content_length;
      return 0;
    };
    s.on_body = [](llhttp_t* p, const char*, std::size_t size) {
      of(p).body_bytes += size;
      return 0;
    };
    s.on_message_complete = [](llhttp_t* p) -> int {
      of(p).end_field();
      of(p).is_complete = true;
      return HPE_PAUSED;
    };
    return s;
  }();
  return made;
}

SecondReader::SecondReader(bool reads_requests) : state_(std::make_unique<State>(reads_requests)) {}
SecondReader::~SecondReader() = default;

namespace {

bool same_version(const llhttp_t& parser, Version version) {
  return parser.http_major == 1 && parser.http_minor == (version == Version::http_1_1 ? 1 : 0);
}

}  // namespace

bool SecondReader::agrees(std::string_view raw, const RequestHead& head) {
  if (!state_->feed_head(raw, head.fields)) return false;
  const llhttp_t& parser = state_->parser;
  const auto method = static_cast<llhttp_method_t>(parser.method);
  return head.method == llhttp_method_name(method) && head.target == state_->target.view() &&
         same_version(parser, head.version);
}

bool SecondReader::agrees(std::string_view raw, const ResponseHead& head) {
  return state_->feed_head(raw, head.fields) && state_->parser.status_code == head.status &&
         same_version(state_->parser, head.version);
}

bool SecondReader::agrees_on_framing(const Framing& framing) const {
  const llhttp_t& parser = state_->parser;
  const bool is_chunked = (parser.flags & F_CHUNKED) != 0;
  if (framing.body == BodyKind::chunked) return is_chunked;
  if (framing.body == BodyKind::length)
    return !is_chunked && parser.content_length == framing.length;
  return framing.body == BodyKind::none || !is_chunked;
}

bool SecondReader::agrees_on_chunk(std::string_view digits, std::uint64_t size) {
  state_->has_chunk = false;
  return state_->feed(digits) && state_->feed("\r\n") && state_->has_chunk &&
         state_->chunk_size == size;
}

bool SecondReader::agrees_on_data(std::string_view piece) {
  state_->body_bytes = 0;
  return state_->feed(piece) && state_->body_bytes == piece.size();
}

bool SecondReader::agrees_on_data_end() {
  state_->body_bytes = 0;
  return state_->feed("\r\n") && state_->body_bytes == 0;
}

bool SecondReader::agrees_on_trailers(std::string_view raw, const Fields& trailers) {
  state_->expect(trailers);
  state_->is_complete = false;
  return state_->feed(raw) && state_->is_complete && state_->seen == trailers.size();
}

}  // namespace understudy::http
