// Finds the verb and goes there.
#include <cstdio>
#include <variant>

#include "understudy/cli/command_line.h"
#include "understudy/cli/verbs.h"

namespace {

using namespace understudy::cli;

struct Dispatch {
  int operator()(const Finished& finished) const { return finished.exit_code; }
  int operator()(const RunOptions& options) const { return run(options); }
  int operator()(const CheckOptions& options) const { return check(options); }
  int operator()(const DemoOptions& options) const { return demo(options); }
  int operator()(const SelftestOptions& options) const { return selftest(options); }
  int operator()(const ReportOptions& options) const { return report(options); }
  int operator()(const ListOptions& options) const { return list(options); }
  int operator()(const ShowOptions& options) const { return show(options); }
  int operator()(const TailOptions& options) const { return tail(options); }
  int operator()(const VerdictOptions& options) const { return verdict(options); }
  int operator()(const AcceptOptions& options) const { return accept(options); }
};

}  // namespace

int main(int argc, char** argv) {
  const int code = std::visit(Dispatch(), parse_command_line(argc, argv));
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fputs("understudy: cannot write to standard output\n", stderr);
  return exit_error;
}
