// `understudy accept`: says that a difference is meant, in a file that report and verdict go by.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "accepted_file.h"
#include "reading.h"
#include "understudy/base/ascii.h"
#include "understudy/base/limits.h"
#include "understudy/cli/verbs.h"
#include "understudy/json/writer.h"
#include "understudy/record/record.h"
#include "understudy/report/report.h"

namespace understudy::cli {
namespace {

Error refused(std::string detail) {
  return {Code::bad_input, Leg::self, std::move(detail)};
}

struct ClosePipe {
  void operator()(std::FILE* pipe) const { pclose(pipe); }
};

// The first line that a command says; empty when it fails.
std::string said_by(const char* command) {
  const std::unique_ptr<std::FILE, ClosePipe> pipe(popen(command, "r"));
  std::string line(limits::max_suggestion_bytes, '\0');
  if (!pipe || std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) == nullptr) {
    return {};
  }
  return line.substr(0, line.find_first_of(std::string_view("\n\0", 2)));
}

std::string author_of(const AcceptOptions& options) {
  if (!options.author.empty()) return options.author;
  const auto by_git = said_by("git config user.name 2>/dev/null");
  if (!by_git.empty()) return by_git;
  const char* const user = std::getenv("USER");
  return user == nullptr ? std::string() : user;
}

// "2027-01-31" or "30d".
Result<std::string> last_day(const std::string& until) {
  if (until.empty()) return std::string();
  if (until.back() == 'd') {
    const auto days = ascii::to_number(until.substr(0, until.size() - 1));
    if (days && *days <= limits::max_accepted_days) {
      return day_from_now(static_cast<unsigned>(*days));
    }
  }
  if (!config::check_day(until)) {
    return refused(
        fmt::format("--until must be a date such as \"2027-01-31\", or so many days from "
                    "now, such as \"30d\", not \"{}\"",
                    until));
  }
  if (until < day_from_now()) return refused(fmt::format("--until: {} is over already", until));
  return until;
}

bool begins_so(const std::string& id, const std::string& beginning) {
  return id != record::other && id.starts_with(beginning);
}

// It, or one of those that are shown as it.
bool names(const std::string& beginning, const report::Signature& signature) {
  return begins_so(signature.id, beginning) ||
         std::any_of(signature.variants.begin(), signature.variants.end(),
                     [&](const auto& each) { return begins_so(each.id, beginning); });
}

// The weightiest signatures of the log, a line each.
std::string listed(const std::vector<const report::Signature*>& signatures) {
  std::string text;
  for (std::size_t i = 0; i < std::min(limits::report_rows, signatures.size()); ++i) {
    text += "\n  " + report::choice_line(*signatures[i]);
  }
  if (signatures.size() > limits::report_rows) text += "\n  ...; see understudy report --all";
  return text;
}

// The one signature that begins so; of several shadows it is the same.
Result<report::Signature> find_signature(const AcceptOptions& options) {
  report::Range range;
  range.examples = 0;
  const auto loaded = report::load(options.logs, range);
  if (!loaded) return loaded.error();
  std::vector<const report::Signature*> all, found;
  for (const auto& each : loaded->summary.signatures) {
    if (!options.shadow.empty() && each.shadow != options.shadow) continue;
    if (each.id != record::other) all.push_back(&each);
    if (names(options.signature, each)) found.push_back(&each);
  }
  if (found.empty()) {
    return refused(fmt::format("no signature in the log begins with \"{}\"{}{}", options.signature,
                               all.empty() ? ", it has none" : "; it has", listed(all)));
  }
  const bool is_one = std::all_of(found.begin(), found.end(),
                                  [&](const auto* each) { return each->id == found.front()->id; });
  if (is_one) return *found.front();
  return refused(fmt::format("several signatures begin with \"{}\": name more of one{}",
                             options.signature, listed(found)));
}

// An empty file where there is none.
Result<AcceptedFile> file_of(const AcceptOptions& options) {
  if (access(options.file.c_str(), F_OK) != 0) return AcceptedFile{options.file, {}, {}};
  return read_accepted_file(options.file);
}

// The text without what is said of this signature and shadow already.
Result<std::string> text_without(const AcceptedFile& file, const std::string& signature,
                                 const std::string& shadow) {
  for (const auto& entry : file.entries) {
    if (entry.signature != signature || entry.shadow != shadow) continue;
    return config::without_acceptance(file.text, entry);
  }
  return file.text;
}

config::Acceptance entry_for(const report::Signature& signature, const AcceptOptions& options) {
  config::Acceptance entry;
  entry.signature = signature.id;
  entry.endpoint = signature.endpoint;
  for (const auto& [place, kind] : signature.places) {
    entry.places.push_back(config::print_place(place, diff::name(kind)));
  }
  entry.shadow = options.shadow;
  entry.reason = options.reason;
  entry.author = author_of(options);
  entry.accepted = day_from_now();
  return entry;
}

// The file with the entry, in place of what it said of the same before.
Result<std::string> text_with(const AcceptedFile& file, const config::Acceptance& entry) {
  const auto before = text_without(file, entry.signature, entry.shadow);
  if (!before) return before;
  const auto text = config::with_acceptance(*before, entry);
  const auto again = config::read_accepted(file.path, text);
  if (again.problems.empty()) return text;
  return refused("not written, as it would not read back: " +
                 config::to_string(again.problems.front()));
}

Result<std::string> add(const AcceptOptions& options) {
  if (options.signature.empty()) {
    return refused("name a signature, as the report shows it, or its beginning");
  }
  if (options.reason.empty()) return refused("--reason must say why it is meant");
  const auto until = last_day(options.until);
  if (!until) return until;
  const auto signature = find_signature(options);
  if (!signature) return signature.error();
  const auto lock = lock_changes(options.file);  // from here on: a log takes long to read
  const auto file = file_of(options);
  if (!file) return file.error();

  const auto before = std::find_if(file->entries.begin(), file->entries.end(), [&](auto& each) {
    return each.signature == signature->id && each.shadow == options.shadow;
  });
  auto entry = entry_for(*signature, options);
  entry.until = *until;
  const auto text = text_with(*file, entry);
  if (!text) return text;
  if (const auto written = replace_file(file->path, *text); !written) return written.error();
  const auto ends = [](const std::string& day) { return day.empty() ? "" : " until " + day; };
  const auto again = before == file->entries.end() ? std::string()
                                                   : ", in place of: " + report::reason_of(*before);
  return fmt::format("accepted {}{}, in {}{}", report::label(entry), ends(*until), file->path,
                     again);
}

Result<std::string> remove(const AcceptOptions& options) {
  const auto lock = lock_changes(options.file);
  const auto file = read_accepted_file(options.file);
  if (!file) return file.error();
  std::vector<const config::Acceptance*> found;
  for (const auto& entry : file->entries) {
    const bool is_its = begins_so(entry.signature, options.signature) &&
                        (options.shadow.empty() || entry.shadow == options.shadow);
    if (is_its) found.push_back(&entry);
  }
  if (options.signature.empty() || found.size() != 1) {
    return refused(fmt::format("{} in {} begin with \"{}\"; see understudy accept --list",
                               found.empty() ? "no entry" : "several entries", file->path,
                               options.signature));
  }
  const auto text = config::without_acceptance(file->text, *found.front());
  if (!text) return text.error();
  if (const auto written = replace_file(file->path, *text); !written) return written.error();
  return fmt::format("no longer accepted: {}, in {}", report::label(*found.front()), file->path);
}

}  // namespace

int accept(const AcceptOptions& options) {
  if (options.lists) {
    const auto file = file_of(options);
    if (!file) return complain("accept", file.error());
    const report::Accepting accepting{file->entries, day_from_now()};
    return finish(options.output.json ? report::acceptances_json(accepting)
                                      : report::render_acceptances(accepting),
                  exit_pass);
  }
  const auto done = options.removes ? remove(options) : add(options);
  if (!done) return complain("accept", done.error());
  fmt::print(stderr, "{}\n", *done);
  return exit_pass;
}

}  // namespace understudy::cli
