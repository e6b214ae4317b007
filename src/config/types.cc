#include "config/types.h"

#include <charconv>
#include <cmath>

namespace understudy::config {
namespace {

std::string between(std::string_view what, const std::string& least, const std::string& most) {
  return fmt::format("{} from {} to {}", what, least, most);
}

bool is_within(std::int64_t value, const Bounds& bounds) {
  return value >= bounds.least && value <= bounds.most;
}

std::string shown_duration(std::int64_t us) {
  return print_duration(Duration(us));
}
std::string shown_size(std::int64_t bytes) {
  return print_size(static_cast<std::size_t>(bytes));
}

bool is_percent(double value) {
  return value >= 0 && value <= 100;
}

void append(Faults& faults, Faults more) {
  for (auto& fault : more) faults.push_back(std::move(fault));
}

// The texts of a list, each with its place.
std::vector<Node> split_text(const Node& node) {
  std::vector<Node> items;
  if (node.string.empty()) return items;
  for (const auto part : ascii::split(node.string, ',')) {
    Node item;
    item.kind = Node::Kind::text;
    item.string = std::string(part);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

std::optional<std::int64_t> whole_number(const Node& node) {
  if (node.kind == Node::Kind::integer) return node.integer;
  if (node.kind != Node::Kind::text) return std::nullopt;
  const auto number = ascii::to_number(node.string);
  if (!number || *number > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<double> any_number(const Node& node) {
  if (node.kind == Node::Kind::integer || node.kind == Node::Kind::number) return node.number;
  if (node.kind != Node::Kind::text) return std::nullopt;
  double number = 0;
  const char* const end = node.string.data() + node.string.size();
  const auto [stop, code] = std::from_chars(node.string.data(), end, number);
  if (code != std::errc() || stop != end) return std::nullopt;
  return number;
}

Read<Duration> DurationType::read(const Node& node, const Bounds& bounds) {
  if (!is_text(node)) return {{}, must_be(node, "a duration such as \"250ms\" or \"10s\"")};
  const auto duration = parse_duration(node.string);
  if (!duration) return {{}, must_be(node, duration.error().detail)};
  if (is_within(duration->count(), bounds)) return {*duration, {}};
  return {{},
          must_be(node, between("a duration", shown_duration(bounds.least),
                                shown_duration(bounds.most)))};
}

Read<std::size_t> SizeType::read(const Node& node, const Bounds& bounds) {
  std::int64_t bytes = 0;
  if (const auto number = whole_number(node)) {
    bytes = *number;
  } else if (is_text(node)) {
    const auto size = parse_size(node.string);
    if (!size) return {{}, must_be(node, size.error().detail)};
    bytes = static_cast<std::int64_t>(*size);
  } else {
    return {{}, must_be(node, "a size such as \"64KiB\" or \"1MiB\"")};
  }
  if (is_within(bytes, bounds)) return {static_cast<std::size_t>(bytes), {}};
  return {{}, must_be(node, between("a size", shown_size(bounds.least), shown_size(bounds.most)))};
}

Read<std::int64_t> CountType::read(const Node& node, const Bounds& bounds) {
  const auto number = whole_number(node);
  if (number && is_within(*number, bounds)) return {*number, {}};
  return {{},
          must_be(node, fmt::format("a whole number from {} to {}", bounds.least, bounds.most))};
}

Read<unsigned> AutoCountType::read(const Node& node, const Bounds& bounds) {
  if (is_text(node) && node.string == "auto") return {0, {}};
  const auto number = whole_number(node);
  if (number && is_within(*number, bounds)) return {static_cast<unsigned>(*number), {}};
  return {{},
          must_be(node, fmt::format("\"auto\" or a whole number from {} to {}", bounds.least,
                                    bounds.most))};
}

Read<double> PercentType::read(const Node& node, const Bounds&) {
  const auto number = any_number(node);
  if (number && is_percent(*number)) return {*number, {}};
  return {{}, must_be(node, "a number from 0 to 100")};
}

Read<Tolerance> ToleranceType::read(const Node& node, const Bounds&) {
  Node amount = node;
  const bool is_percent = is_text(node) && node.string.ends_with('%');
  if (is_percent) {
    amount.kind = Node::Kind::text;
    amount.string.pop_back();
  }
  const auto number = any_number(amount);
  const bool is_good = number && std::isfinite(*number) && *number >= 0;
  if (is_good && (!is_percent || *number <= 100)) return {{*number, is_percent}, {}};
  return {{}, must_be(node, "a number that is not negative, or a percentage such as \"1%\"")};
}

Read<bool> BooleanType::read(const Node& node, const Bounds&) {
  if (node.kind == Node::Kind::boolean) return {node.boolean, {}};
  const bool is_word = node.kind == Node::Kind::text;
  if (is_word && node.string == "true") return {true, {}};
  if (is_word && node.string == "false") return {false, {}};
  return {{}, must_be(node, "true or false")};
}

Read<Url> UrlType::read(const Node& node, const Bounds&) {
  if (!is_text(node)) return {{}, must_be(node, "a URL such as \"http://10.0.0.1:8080\"")};
  auto url = parse_url(node.string);
  if (url) return {*std::move(url), {}};
  const bool may_hold_password = node.string.find('@') != std::string::npos;
  if (may_hold_password) return {{}, {{node.at, "must be " + url.error().detail}}};
  return {{}, must_be(node, url.error().detail)};
}

Read<Url> ReferenceType::read(const Node& node, const Bounds& bounds) {
  Url word;
  word.text = node.string;
  const bool is_known = node.string == "off" || node.string == "self";
  if (is_text(node) && is_known) return {std::move(word), {}};
  const bool is_address = node.string.find(':') != std::string::npos;
  if (is_text(node) && is_address) return UrlType::read(node, bounds);
  return {{}, must_be(node, "\"off\", \"self\" or a URL such as \"http://10.0.0.1:8080\"")};
}

Read<std::string> read_text(const Node& node, Result<void> (*check)(std::string_view)) {
  // What is no text at all has an empty one, which no check accepts.
  const auto checked = check(node.string);
  if (checked) return {node.string, {}};
  return {{}, must_be(node, checked.error().detail)};
}

Read<TextList> read_list(const Node& node, Result<void> (*check)(std::string_view)) {
  const bool is_list = node.kind == Node::Kind::array || node.kind == Node::Kind::text;
  if (!is_list) return {{}, must_be(node, "a list such as [\"a\", \"b\"]")};
  Read<TextList> list;
  for (const auto& item : node.kind == Node::Kind::text ? split_text(node) : node.items) {
    if (const auto checked = check(item.string); !checked) {
      append(list.faults, must_be(item, "a list whose every entry is " + checked.error().detail));
    }
    list.value.push_back(item.string);
  }
  if (list.value.size() <= limits::max_config_entries) return list;
  return {{}, {{node.at, fmt::format("must have at most {} entries", limits::max_config_entries)}}};
}

std::string print_list(const TextList& list) {
  std::string out = "[";
  for (const auto& text : list) out += (out.size() > 1 ? ", " : "") + quoted(text);
  return out + "]";
}

Read<TextList> FilesType::read(const Node& node, const Bounds&) {
  if (node.kind != Node::Kind::string) return read_list(node, check_text);
  auto file = read_text(node, check_text);
  return {{std::move(file.value)}, std::move(file.faults)};
}

Read<PeerSet> PeersType::read(const Node& node, const Bounds&) {
  const auto list = read_list(node, [](std::string_view text) { return PeerSet().add(text); });
  Read<PeerSet> peers{{}, list.faults};
  if (!list.faults.empty()) return peers;
  for (const auto& text : list.value) static_cast<void>(peers.value.add(text));
  return peers;
}

Read<FieldList> FieldsType::read(const Node& node, const Bounds&) {
  if (node.kind != Node::Kind::table) {
    return {{}, must_be(node, "a table such as { \"X-Test\" = \"1\" }")};
  }
  Read<FieldList> list;
  for (const auto& [name, at, value] : node.members) {
    if (!check_field(name)) {
      list.faults.push_back({at, fmt::format("has {}, which is no header's name", quoted(name))});
    }
    if (const auto checked = check_text(value.string); !checked) {
      append(list.faults, must_be(value, "a table whose every value is " + checked.error().detail));
    }
    list.value.emplace_back(name, value.string);
  }
  return list;
}

std::string FieldsType::print(const FieldList& value) {
  if (value.empty()) return "{}";
  std::string out = "{ ";
  for (const auto& [name, text] : value) {
    out += (out.size() > 2 ? ", " : "") + quoted(name) + " = " + quoted(text);
  }
  return out + " }";
}

}  // namespace understudy::config
