#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diff/detect.h"
#include "understudy/base/result.h"
#include "understudy/config/config.h"
#include "understudy/diff/finding.h"
#include "understudy/json/document.h"
#include "understudy/json/pointer.h"
#include "understudy/json/writer.h"

namespace understudy::diff {

// Makes values fit for the log: secrets become pseudonyms ("~" and a keyed hash: equal values stay
// equal, nothing can be read back), then what is too long is cut. Always in that order, so that no
// half of a secret is left.
class Redactor {
 public:
  // Errors: bad_config for an unknown detector or a path that is no pointer.
  static Result<Redactor> create(const config::Privacy& privacy, std::string key);

  // Plain text: a line, a target. Not cut.
  std::string redact(std::string_view text) const;
  // The same without a copy where nothing is redacted: a view into `text` or `scratch`.
  std::string_view redact(std::string_view text, std::string& scratch) const;

  ShownValue show_text(std::string_view text) const;
  ShownValue show_field(std::string_view name, std::string_view value) const;
  // Lines of Set-Cookie: where that is secret only the cookies' values are, not their names and
  // attributes.
  ShownValue show_cookies(const std::vector<std::string_view>& lines) const;

  // How far each of the privacy paths has come at one place of a JSON document.
  struct Trail {
    std::vector<json::Pattern::State> states;
    bool is_secret = false;  // the place or one above it is configured as secret
  };
  Trail root() const;
  // Every trail is the root's: no way down needs to be followed.
  bool has_no_paths() const { return paths_.empty(); }
  // One step further down.
  void advance(Trail& trail, std::string_view step) const;

  // A JSON value at a place, as JSON text.
  ShownValue show_json(json::Value value, const Trail& trail) const;
  // Elements of a list, each at its place. The first limits::max_value_bytes are enough.
  struct Listed {
    json::Value value;
    Trail trail;
  };
  ShownValue show_list(const std::vector<Listed>& elements) const;

 private:
  struct Detector {
    std::string_view name;
    std::optional<Span> (*find)(std::string_view text, std::size_t from);
  };
  static const Detector* detector_of(std::string_view name);
  bool is_secret_field(std::string_view name) const;
  Trail step(Trail parent, std::string_view step) const;
  std::string pseudonym(std::string_view text) const;
  std::string replaced(const Detector& detector, std::string text) const;
  void write(json::Writer& out, json::Value value, const Trail& trail) const;
  void write_children(json::Writer& out, json::Value value, const Trail& trail) const;
  void write_text(json::Writer& out, std::string_view text) const;

  std::string key_;
  std::vector<std::string> headers_;
  std::vector<json::Pattern> paths_;
  std::vector<const Detector*> detectors_;
};

// The value, at most limits::max_value_bytes of it.
ShownValue cut(std::string text);

}  // namespace understudy::diff
