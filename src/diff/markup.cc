#include "diff/markup.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "understudy/base/hash.h"
#include "understudy/base/limits.h"
#include "understudy/json/writer.h"

namespace understudy::diff {

namespace {

constexpr std::string_view space = " \t\r\n\f";
constexpr std::string_view spacious[] = {"pre", "script", "style", "textarea"};

bool is_element(std::string_view name) {
  return !name.starts_with('@') && !name.starts_with('#');
}

// Both documents, and what their JSON looks like.
class Teller {
 public:
  Teller(const Markup& primary, const Markup& shadow, bool with_order) : with_order_(with_order) {
    learn(primary);
    learn(shadow);
  }
  std::string tell(const Markup& markup);

 private:
  // Children of one name, as a stretch of those sorted by path.
  struct Group {
    std::size_t begin;
    std::size_t end;
  };

  void learn(const Markup& markup);
  void write(const Markup& markup, std::uint32_t index);
  void write_order(const Markup& markup, const std::vector<std::uint32_t>& children);
  static std::vector<std::uint32_t> children_of(const Markup& markup, std::uint32_t index);
  static void sort_by_path(const Markup& markup, std::vector<std::uint32_t>& children);

  const bool with_order_;
  std::unordered_set<std::uint64_t> repeated_;  // paths that are arrays
  std::unordered_set<std::uint64_t> objects_;   // paths that are objects, not strings
  json::Writer out_;
};

std::vector<std::uint32_t> Teller::children_of(const Markup& markup, std::uint32_t index) {
  const auto& nodes = markup.nodes();
  std::vector<std::uint32_t> children;
  for (auto at = index + 1; at < nodes[index].end; at = nodes[at].end) children.push_back(at);
  return children;
}

void Teller::sort_by_path(const Markup& markup, std::vector<std::uint32_t>& children) {
  const auto& nodes = markup.nodes();
  std::sort(children.begin(), children.end(), [&](std::uint32_t a, std::uint32_t b) {
    return nodes[a].path != nodes[b].path ? nodes[a].path < nodes[b].path : a < b;
  });
}

void Teller::learn(const Markup& markup) {
  const auto& nodes = markup.nodes();
  for (std::uint32_t index = 0; index < nodes.size(); ++index) {
    if (!is_element(markup.name(nodes[index]))) continue;
    auto children = children_of(markup, index);
    const bool has_more = std::any_of(children.begin(), children.end(), [&](std::uint32_t child) {
      return markup.name(nodes[child]) != "#text";
    });
    if (has_more || index == 0) objects_.insert(nodes[index].path);
    sort_by_path(markup, children);
    for (std::size_t i = 1; i < children.size(); ++i) {
      const auto path = nodes[children[i]].path;
      if (path == nodes[children[i - 1]].path) repeated_.insert(path);
    }
  }
}

std::string Teller::tell(const Markup& markup) {
  write(markup, 0);
  return out_.take();
}

// Members stand in the order in which their names first occur. Depth is limits::max_markup_depth.
void Teller::write(const Markup& markup, std::uint32_t index) {
  const auto& nodes = markup.nodes();
  const auto& node = nodes[index];
  if (!is_element(markup.name(node))) return void(out_.string(markup.text(node)));
  auto children = children_of(markup, index);
  if (objects_.count(node.path) == 0) {
    return void(out_.string(children.empty() ? "" : markup.text(nodes[children.front()])));
  }
  out_.begin_object();
  if (with_order_) write_order(markup, children);
  sort_by_path(markup, children);
  std::vector<Group> groups;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const bool is_new = i == 0 || nodes[children[i]].path != nodes[children[i - 1]].path;
    if (is_new) groups.push_back({i, i});
    groups.back().end = i + 1;
  }
  std::sort(groups.begin(), groups.end(),
            [&](const Group& a, const Group& b) { return children[a.begin] < children[b.begin]; });
  for (const auto& group : groups) {
    const auto& first = nodes[children[group.begin]];
    const bool is_array = repeated_.count(first.path) != 0;
    out_.key(markup.name(first));
    if (is_array) out_.begin_array();
    for (auto i = group.begin; i < group.end; ++i) write(markup, children[i]);
    if (is_array) out_.end_array();
  }
  out_.end_object();
}

void Teller::write_order(const Markup& markup, const std::vector<std::uint32_t>& children) {
  out_.key("#order").begin_array();
  for (const auto child : children) {
    const auto name = markup.name(markup.nodes()[child]);
    if (!name.starts_with('@')) out_.string(name);
  }
  out_.end_array();
}

}  // namespace

Markup::Markup(bool is_html) : is_html_(is_html) {
  add({}, {});
  open_.push_back({0, !is_html, false});
}

void Markup::add(std::string_view name, std::string_view text) {
  const auto parent = open_.empty() ? 0 : nodes_[open_.back().node].path;
  Node node{};
  node.path = hash64(name, parent);
  node.end = static_cast<std::uint32_t>(nodes_.size() + 1);
  node.name_at = static_cast<std::uint32_t>(arena_.size());
  node.name_size = static_cast<std::uint32_t>(name.size());
  arena_ += name;
  node.text_at = static_cast<std::uint32_t>(arena_.size());
  node.text_size = static_cast<std::uint32_t>(text.size());
  arena_ += text;
  nodes_.push_back(node);
}

bool Markup::open(std::string_view name) {
  end_text(false);
  if (open_.size() > limits::max_markup_depth) return false;
  open_.back().has_content = true;
  const bool is_spacious =
      std::find(std::begin(spacious), std::end(spacious), name) != std::end(spacious);
  const bool keeps_space = open_.back().keeps_space || is_spacious;
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  add(name, {});
  open_.push_back({index, keeps_space, false});
  return true;
}

void Markup::attribute(std::string_view name, std::string_view value) {
  add("@" + std::string(name), value);
}

void Markup::text(std::string_view part) {
  pending_ += part;
}

void Markup::close() {
  if (open_.size() < 2) return;
  end_text(true);
  nodes_[open_.back().node].end = static_cast<std::uint32_t>(nodes_.size());
  open_.pop_back();
}

void Markup::finish() {
  while (open_.size() > 1) close();
  end_text(false);
  nodes_.front().end = static_cast<std::uint32_t>(nodes_.size());
}

void Markup::end_text(bool is_closing) {
  if (pending_.empty()) return;
  const bool is_blank = pending_.find_first_not_of(space) == pending_.npos;
  const auto& parent = open_.back();
  const bool counts = !is_blank || (is_closing && parent.keeps_space && !parent.has_content);
  if (counts) {
    open_.back().has_content = true;
    add("#text", parent.keeps_space ? pending_ : without_space());
  }
  pending_.clear();
}

std::string Markup::without_space() const {
  std::string out;
  for (std::size_t at = pending_.find_first_not_of(space); at < pending_.size();) {
    const auto end = std::min(pending_.find_first_of(space, at), pending_.size());
    if (!out.empty()) out += ' ';
    out.append(pending_, at, end - at);
    at = pending_.find_first_not_of(space, end);
  }
  return out;
}

MarkupTexts tell_markup(const Markup& primary, const Markup& shadow, bool with_order) {
  Teller teller(primary, shadow, with_order);
  return {teller.tell(primary), teller.tell(shadow)};
}

}  // namespace understudy::diff
