#include "diff/text_diff.h"

#include <algorithm>
#include <string>
#include <vector>

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
  const auto show = [&](std::string_view line) { return pair.redactor.show_text(line); };
  for (const auto& edit : align(primary.hashes, shadow.hashes, pair.budget)) {
    if (findings.is_truncated()) return;
    if (edit.what == Edit::What::missing) {
      findings.add(place(edit.primary), Kind::missing, show(primary.list[edit.primary]), {});
    } else if (edit.what == Edit::What::extra) {
      findings.add(place(edit.shadow), Kind::extra, {}, show(shadow.list[edit.shadow]));
    } else {
      const auto left = primary.list[edit.primary];
      const auto right = shadow.list[edit.shadow];
      if (left == right || pair.rules.excuses(Rule::Where::line, left, right)) continue;
      findings.add(place(edit.primary), show(left), show(right),
                   likeness_of_texts(left, right, findings.now()));
    }
  }
}

}  // namespace understudy::diff
