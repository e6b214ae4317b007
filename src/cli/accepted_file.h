#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <dirent.h>

#include "understudy/base/result.h"
#include "understudy/cli/options.h"
#include "understudy/report/accept.h"

// The file of accepted differences, as verbs read and write it.
namespace understudy::cli {

// "2026-12-31", UTC; so many days from now.
std::string day_from_now(unsigned days = 0);

// A file of acceptances as it is, and what it says.
struct AcceptedFile {
  std::string path;
  std::string text;  // empty when there is no file yet
  std::vector<config::Acceptance> entries;
};

// Errors (bad_config): it cannot be read, or what is wrong with it, a line for each problem.
Result<AcceptedFile> read_accepted_file(const std::string& path);

// What report and verdict go by: nothing where no file is named and none is there.
Result<report::Accepting> accepting_of(const AcceptedOptions& options);

// Until it is gone nobody else who asks for it changes files in this one's directory (flock; the
// file itself is replaced). Null where there is no such directory: writing will tell.
struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using ChangeLock = std::unique_ptr<DIR, CloseDirectory>;
ChangeLock lock_changes(const std::string& path);

// Replaces the file whole, or not at all. Errors: io.
Result<void> replace_file(const std::string& path, std::string_view text);

}  // namespace understudy::cli
