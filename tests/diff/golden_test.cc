// Runs every case in tests/golden/diff. A case is one file:
//
//   # what it shows
//   ignore /path            rules: ignore, set, multiset, key:<member>, tolerance <n>[%], match
//   <regex>, set /tags for GET /x*   then the path, then the endpoint if it is not "*" endpoint GET
//   /x         the pair's endpoint; "GET /" when left out secret /path            a privacy path
//   more
//   === primary             then status, fields, an empty line, the body (its last line end is
//   dropped)
//   === shadow hex          "hex": the body's bytes in hexadecimal; "escaped": with \r, \n, \t,
//   \xNN
//   === expect              one finding a line: place kind | primary | shadow [~class]
//                           [xelements] [in generalized place]
//
// With UNDERSTUDY_GOLDEN_UPDATE set the expectations are written instead of checked; read them
// then.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

#include "understudy/base/ascii.h"
#include "understudy/diff/compare.h"

using namespace understudy;

namespace {

// When each case's request came.
const WallTime now = *from_rfc3339("2026-01-01T12:00:00Z");

using Action = config::DiffRule::Action;

// One answer as a case spells it.
struct Spelled {
  int status = 0;
  http::Fields fields;
  std::string body;

  diff::Answer answer() const {
    diff::Answer answer;
    answer.status = status;
    answer.fields = &fields;
    answer.body = body;
    answer.total_bytes = body.size();
    return answer;
  }
};

struct Case {
  std::string endpoint = "GET /";
  config::Diff diff;
  config::Privacy privacy;
  Spelled primary;
  Spelled shadow;
  std::string before_expect;  // the file up to there
  std::string expect;
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string take_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return std::string(line);
}

std::string take_word(std::string_view& rest) {
  const auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  return std::string(word);
}

char from_hex(std::string_view two) {
  return static_cast<char>(std::stoi(std::string(two), nullptr, 16));
}

std::string from_hex_text(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), ascii::is_hex);
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) bytes += from_hex({&digits[i], 2});
  return bytes;
}

std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      if (text[i] != '\n') bytes += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'x') bytes += from_hex(text.substr(i + 1, 2));
    if (c == 'x') i += 2;
    if (c == 'r') bytes += '\r';
    if (c == 'n') bytes += '\n';
    if (c == 't') bytes += '\t';
    if (c == '\\') bytes += '\\';
  }
  return bytes;
}

Spelled parse_answer(std::string_view text, std::string_view form) {
  Spelled spelled;
  spelled.status = std::stoi(take_line(text));
  for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
    const auto colon = line.find(':');
    const std::string_view view = line;
    spelled.fields.add(view.substr(0, colon), ascii::trim(view.substr(colon + 1)));
  }
  if (text.ends_with('\n')) text.remove_suffix(1);
  spelled.body = text;
  if (form == "hex") spelled.body = from_hex_text(text);
  if (form == "escaped") spelled.body = unescaped(text);
  return spelled;
}

void parse_rule(Case& made, const std::string& word, std::string_view rest) {
  static const std::map<std::string, Action> actions = {{"ignore", Action::ignore},
                                                        {"set", Action::array_set},
                                                        {"multiset", Action::array_multiset},
                                                        {"tolerance", Action::tolerance},
                                                        {"match", Action::match}};
  config::DiffRule rule;
  if (word.starts_with("key:")) {
    rule.action = Action::array_key;
    rule.key = word.substr(4);
  } else {
    REQUIRE(actions.count(word) == 1);
    rule.action = actions.at(word);
  }
  if (word == "tolerance") {
    const auto amount = take_word(rest);
    rule.tolerance = {std::stod(amount), amount.ends_with('%')};
  }
  if (word == "match") rule.pattern = take_word(rest);
  rule.path = take_word(rest);
  if (rest.starts_with("for ")) rule.endpoint = rest.substr(4);
  made.diff.rules.push_back(rule);
}

void parse_setting(Case& made, std::string_view line) {
  if (line.empty() || line.front() == '#') return;
  const auto word = take_word(line);
  if (word == "endpoint") {
    made.endpoint = line;
  } else if (word == "secret") {
    made.privacy.paths.emplace_back(line);
  } else {
    parse_rule(made, word, line);
  }
}

Case parse_case(const std::string& text) {
  Case made;
  std::string_view rest = text;
  std::string section = "settings";
  std::map<std::string, std::string> parts;
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (line.starts_with("=== ")) {
      section = line.substr(4);
    } else if (section == "settings") {
      parse_setting(made, line);
    } else {
      parts[section] += line + "\n";
    }
  }
  for (const auto& [name, part] : parts) {
    std::string_view form = name;
    const auto who = take_word(form);
    if (who == "primary") made.primary = parse_answer(part, form);
    if (who == "shadow") made.shadow = parse_answer(part, form);
    if (who == "expect") made.expect = part;
  }
  made.before_expect = text.substr(0, text.find("=== expect"));
  return made;
}

std::string shown(const diff::ShownValue& value) {
  if (value.text.empty()) return "(nothing)";
  return value.text + (value.is_cut ? " [cut]" : "");
}

std::string of_class(const diff::Difference& difference) {
  const auto name = diff::name(difference.value_class);
  return name.empty() ? "" : " ~" + std::string(name);
}

std::string of_elements(const diff::Difference& difference) {
  return difference.elements == 1 ? "" : " x" + std::to_string(difference.elements);
}

std::string of_general(const diff::Difference& difference) {
  return difference.general.empty() ? "" : " in " + difference.general;
}

std::string told(const diff::Comparison& comparison) {
  std::string out;
  for (const auto& difference : comparison.differences) {
    out += difference.place + " " + std::string(diff::name(difference.kind)) + " | " +
           shown(difference.primary) + " | " + shown(difference.shadow) + of_class(difference) +
           of_elements(difference) + of_general(difference) + "\n";
  }
  if (!comparison.is_comparable) out += "not comparable: " + comparison.reason + "\n";
  if (!comparison.note.empty()) out += "note: " + comparison.note + "\n";
  if (comparison.is_truncated) out += "truncated\n";
  return out.empty() ? "same\n" : out;
}

std::string run(const Case& made) {
  auto comparer = diff::Comparer::create(made.diff, made.privacy, "golden");
  if (!comparer) return "error: " + comparer.error().detail + "\n";
  return told(
      (*comparer)->compare(made.endpoint, made.primary.answer(), made.shadow.answer(), now));
}

}  // namespace

TEST_CASE("golden: every case tells what it expects") {
  const bool is_update = std::getenv("UNDERSTUDY_GOLDEN_UPDATE") != nullptr;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN_DIR)) {
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 40);

  for (const auto& file : files) {
    const auto made = parse_case(read_file(file));
    const auto actual = run(made);
    CAPTURE(file.filename().string());
    CHECK(actual == (is_update ? actual : made.expect));
    if (is_update) std::ofstream(file) << made.before_expect << "=== expect\n" << actual;
  }
}
