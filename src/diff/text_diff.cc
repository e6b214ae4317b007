#include "diff/text_diff.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "diff/identifier.h"
#include "diff/letters.h"
#include "understudy/base/ascii.h"
#include "understudy/base/hash.h"

namespace understudy::diff {

namespace {

// The lines of a text without their LF (a CR stays), and a hash of each. A text that ends with LF
// has an empty last line, so a lost one is seen.
struct Lines {
  std::vector<std::string_view> list;
  Hashes hashes;

  explicit Lines(std::string_view text) {
    for (;;) {
      const auto line = text.substr(0, text.find('\n'));
      list.push_back(line);
      hashes.push_back(hash64(line));
      if (line.size() == text.size()) return;
      text.remove_prefix(line.size() + 1);
    }
  }
};

std::string_view without_cr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool differ_in_line_ends_only(const Lines& primary, const Lines& shadow) {
  return std::equal(
      primary.list.begin(), primary.list.end(), shadow.list.begin(), shadow.list.end(),
      [](std::string_view a, std::string_view b) { return without_cr(a) == without_cr(b); });
}

std::string line_ends(const Lines& lines) {
  const auto crlf = std::count_if(lines.list.begin(), lines.list.end(),
                                  [](std::string_view line) { return line.ends_with('\r'); });
  return std::to_string(crlf) + " of " + std::to_string(lines.list.size()) + " lines end in CRLF";
}

std::string place(std::size_t index) {
  return "line:" + std::to_string(index + 1);
}

// What stands behind a name: a mark, or white space and one value; more words are prose.
bool begins_value(std::string_view rest) {
  if (rest.empty() || std::string_view(" \t=:{").find(rest[0]) == rest.npos) return false;
  rest = ascii::trim(rest);
  if (rest.empty()) return false;
  const bool is_marked = rest[0] == '=' || rest[0] == ':' || rest[0] == '{';
  const bool is_number = ascii::is_digit(rest[0]) || rest[0] == '-';
  return is_marked || is_number || rest.find(' ') == rest.npos;
}

// What a line of metrics, settings or fields begins with: "shop_busy_seconds 3.5", "retries = 3".
// Empty if it is no name.
std::string_view name_of(std::string_view line) {
  constexpr std::size_t max_name = 64;
  const auto is_part = [](char c) {
    return letters::is_any(c, letters::word) || c == '_' || c == '.' || c == '-';
  };
  if (line.empty() || !(ascii::is_alpha(line[0]) || line[0] == '_')) return {};
  const auto end = std::find_if_not(line.begin(), line.end(), is_part);
  const auto name = line.substr(0, static_cast<std::size_t>(end - line.begin()));
  const bool is_name =
      name.size() <= max_name && begins_value(line.substr(name.size())) && !is_variable_step(name);
  return is_name ? name : std::string_view();
}

// What stands between the columns of two rows of one table; 0 if they are none.
char separator_of(std::string_view primary, std::string_view shadow) {
  constexpr std::ptrdiff_t least_marks = 2;
  for (const char mark : {'\t', ';', ',', '|'}) {
    const auto marks = std::count(primary.begin(), primary.end(), mark);
    const auto others = std::count(shadow.begin(), shadow.end(), mark);
    if (marks >= least_marks && marks == others) return mark;
  }
  return 0;
}

// Calls visit(column, primary's, shadow's) with each column of two rows that have as many, from 1.
template <typename Visit>
void for_each_column(std::string_view primary, std::string_view shadow, char separator,
                     const Visit& visit) {
  for (std::size_t column = 1;; ++column) {
    const auto left = primary.substr(0, primary.find(separator));
    const auto right = shadow.substr(0, shadow.find(separator));
    visit(column, left, right);
    if (left.size() == primary.size()) return;
    primary.remove_prefix(left.size() + 1);
    shadow.remove_prefix(right.size() + 1);
  }
}

// Others are rows of two things.
bool share_a_column(std::string_view primary, std::string_view shadow, char separator) {
  bool is_shared = false;
  for_each_column(primary, shadow, separator, [&](std::size_t, auto left, auto right) {
    is_shared = is_shared || (left == right && !left.empty());
  });
  return is_shared;
}

// The name that both lines begin with, or none.
std::string_view shared_name(std::string_view primary, std::string_view shadow) {
  const auto name = name_of(primary);
  return name == name_of(shadow) ? name : std::string_view();
}

// One comparison of the lines of two texts.
class LineWalk {
 public:
  LineWalk(const TextPair& pair, const Lines& primary, const Lines& shadow, Findings& findings)
      : pair_(pair), primary_(primary.list), shadow_(shadow.list), findings_(findings) {}

  void run(const std::vector<Edit>& edits) {
    has_names_ = have_names(edits);
    const auto end = edits.size() - run_at_end(edits);
    for (std::size_t i = 0; i < edits.size(); ++i) {
      if (findings_.is_full()) return;
      const auto& edit = edits[i];
      const auto lines = i == end ? edits.size() - end : 1;
      if (edit.what == Step::missing) {
        add(Kind::missing, edit.primary, lines);
      } else if (edit.what == Step::extra) {
        add(Kind::extra, edit.shadow, lines);
      } else if (primary_[edit.primary] != shadow_[edit.shadow]) {
        changed(edit.primary, primary_[edit.primary], shadow_[edit.shadow]);
      }
      if (i == end) return;
    }
  }

 private:
  // How many lines at the end of one text the other has not; one is nothing special.
  static std::size_t run_at_end(const std::vector<Edit>& edits) {
    const auto goes_on = [&](const Edit& edit) {
      return edit.what != Step::pair && edit.what == edits.back().what;
    };
    const auto begin = std::find_if_not(edits.rbegin(), edits.rend(), goes_on);
    const auto run = static_cast<std::size_t>(begin - edits.rbegin());
    return run < 2 ? 0 : run;
  }

  // Few names are those of settings; where each line has another one they are data.
  bool have_names(const std::vector<Edit>& edits) const {
    constexpr std::size_t max_names = 50;
    std::set<std::string_view> names;
    for (const auto& edit : edits) {
      if (edit.what != Step::pair) continue;
      const auto left = primary_[edit.primary], right = shadow_[edit.shadow];
      if (left != right) names.insert(shared_name(left, right));
      if (names.size() > max_names) return false;
    }
    return true;
  }

  ShownValue show(std::string_view line) const { return pair_.redactor.show_text(line); }

  // So many lines from that one on.
  void add(Kind kind, std::size_t index, std::size_t lines) {
    if (!findings_.wants(hash64("line"), kind)) return;
    const auto& text = is_missing(kind) ? primary_ : shadow_;
    std::string shown_lines(text[index]);
    for (auto i = index + 1; i < index + lines; ++i) {
      if (shown_lines.size() > limits::max_value_bytes) break;
      shown_lines.append("\n").append(text[i]);
    }
    Difference difference{place(index), kind, {}, {}};
    (is_missing(kind) ? difference.primary : difference.shadow) = show(shown_lines);
    difference.elements = lines;
    findings_.keep(std::move(difference));
  }
  void changed(std::size_t index, std::string_view left, std::string_view right) {
    if (pair_.rules.excuses(Rule::Where::line, left, right)) return;
    const auto name = has_names_ ? shared_name(left, right) : std::string_view();
    if (!name.empty()) return tell(index, ' ' + pair_.redactor.redact(name), left, right);
    const char separator = separator_of(left, right);
    if (separator == 0 || !share_a_column(left, right, separator)) {
      return tell(index, {}, left, right);
    }
    for_each_column(left, right, separator, [&](std::size_t column, auto a, auto b) {
      if (a != b && !findings_.is_full()) tell(index, " column " + std::to_string(column), a, b);
    });
  }

  // `part` tells what differs from the other lines of the texts, also where these come and go.
  void tell(std::size_t index, const std::string& part, std::string_view left,
            std::string_view right) {
    const auto likeness = likeness_of_texts(left, right, findings_.now());
    if (!findings_.wants(hash64("line" + part), Kind::value, likeness.value_class)) return;
    findings_.keep({place(index) + part, Kind::value, show(left), show(right), likeness.value_class,
                    likeness.lean});
  }

  const TextPair& pair_;
  const std::vector<std::string_view>& primary_;
  const std::vector<std::string_view>& shadow_;
  Findings& findings_;
  bool has_names_ = false;
};

}  // namespace

void compare_text(const TextPair& pair, Findings& findings) {
  if (pair.rules.ignores(Rule::Where::line)) return;
  const Lines primary(pair.primary);
  const Lines shadow(pair.shadow);
  pair.budget.steps += primary.list.size() + shadow.list.size();
  if (differ_in_line_ends_only(primary, shadow)) {
    findings.add("body", Kind::value, cut(line_ends(primary)), cut(line_ends(shadow)));
    return;
  }
  LineWalk(pair, primary, shadow, findings).run(align(primary.hashes, shadow.hashes, pair.budget));
}

}  // namespace understudy::diff
