// Verbs whose files are not there yet.
#include <cstdio>

#include "understudy/cli/verbs.h"

namespace understudy::cli {
namespace {

[[maybe_unused]] int to_come(const char* verb) {
  std::fprintf(stderr, "understudy %s: not in this build\n", verb);
  return exit_error;
}

}  // namespace

#ifdef NO_RUN
int run(const RunOptions&) {
  return to_come("run");
}
#endif
#ifdef NO_DEMO
int demo(const DemoOptions&) {
  return to_come("demo");
}
#endif
#ifdef NO_REPORT
int report(const ReportOptions&) {
  return to_come("report");
}
#endif
#ifdef NO_LIST
int list(const ListOptions&) {
  return to_come("list");
}
#endif
#ifdef NO_SHOW
int show(const ShowOptions&) {
  return to_come("show");
}
#endif
#ifdef NO_TAIL
int tail(const TailOptions&) {
  return to_come("tail");
}
#endif
#ifdef NO_VERDICT
int verdict(const VerdictOptions&) {
  return to_come("verdict");
}
#endif

}  // namespace understudy::cli
