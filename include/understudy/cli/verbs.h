#pragma once

#include "understudy/cli/options.h"

// The verbs: data on stdout, messages on stderr, the result is the process's exit code.
namespace understudy::cli {

// The exit codes; a signal that ends us adds 128 + its number.
enum ExitCode : int {
  exit_pass = 0,          // done; nothing differs
  exit_fail = 1,          // differences, or the verdict is "fail"
  exit_error = 2,         // usage, configuration or I/O
  exit_inconclusive = 3,  // too little was seen
};

int run(const RunOptions& options);            // run.cc
int check(const CheckOptions& options);        // check.cc
int demo(const DemoOptions& options);          // demo.cc
int selftest(const SelftestOptions& options);  // selftest.cc
int report(const ReportOptions& options);      // report.cc
int list(const ListOptions& options);          // list.cc
int show(const ShowOptions& options);          // show.cc
int tail(const TailOptions& options);          // tail.cc
int verdict(const VerdictOptions& options);    // verdict.cc
int accept(const AcceptOptions& options);      // accept.cc

}  // namespace understudy::cli
