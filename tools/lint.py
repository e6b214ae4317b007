#!/usr/bin/env python3
"""Runs clang-tidy and cppcheck over the sources of the house.

    tools/lint.py --build DIR [--root DIR] [--cache FILE] [--jobs 2] [FILE...]

Configured by .clang-tidy and .cppcheck-suppressions; each finding is an error. DIR has the
compile_commands.json. A source that was clean stays so until it, a header of ours that it reaches,
its command or the configuration changes: the cache remembers. Prints one line
`N passed, M failed` at the end, which counts sources for clang-tidy and cppcheck as one.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

import tidy

FINDING = re.compile(r'^(\S+?):(\d+):(\d+): (?:warning|error): (.*)$', re.MULTILINE)
CPPCHECK = ['cppcheck', '--enable=warning,performance,portability', '--std=c++20', '--quiet',
            '--inline-suppr', '--suppressions-list=.cppcheck-suppressions', '--error-exitcode=1',
            '--template={file}:{line}: {message} [{id}]', '-Iinclude', '-Isrc']


def commands(build):
    """Absolute path -> compiler's command line of each source that is built."""
    entries = json.loads((build / 'compile_commands.json').read_text())
    return {os.path.normpath(os.path.join(entry['directory'], entry['file'])): entry['command']
            for entry in entries}


def shorter(text, build, root):
    """Findings only, each once, with paths from the root; clang-tidy names them from the build."""
    found = {}
    for path, line, _, message in FINDING.findall(text):
        name = os.path.relpath(build / path, root)
        found[f'{name}:{line}: {message.replace(",-warnings-as-errors", "")}'] = None
    return list(found)


def clang_tidy(path, build, root):
    """What clang-tidy says about one source; [] when it is clean."""
    run = subprocess.run(['clang-tidy', '-p', build, '--quiet', '--warnings-as-errors=*', path],
                         cwd=root, stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, check=False)
    if run.returncode == 0:
        return []
    return shorter(run.stdout, build, root) or [f'{path}: clang-tidy failed: {run.stderr[-500:]}']


def cppcheck(root, jobs):
    """What cppcheck says about all sources together."""
    run = subprocess.run([*CPPCHECK, f'-j{jobs}', 'src'], cwd=root, stdin=subprocess.DEVNULL,
                         text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if run.returncode == 0:
        return []
    return run.stdout.splitlines() or ['cppcheck failed']


def version():
    return subprocess.run(['clang-tidy', '--version'], text=True, capture_output=True,
                          check=True).stdout


class Lint:
    """One run over all sources, or those that were named."""

    def __init__(self, options):
        self.tree = tidy.Tree(options.root)
        self.build = pathlib.Path(options.build).resolve()
        self.jobs = options.jobs
        self.cache = tidy.Cache(options.cache)
        self.named = {os.path.abspath(name) for name in options.files}

    def sources(self):
        """(file, cache key) of each source that the build compiles."""
        built = commands(self.build)
        configuration = [version(), (self.tree.root / '.clang-tidy').read_text()]
        for file in self.tree.house:
            command = built.get(str(file.path))
            is_wanted = not self.named or str(file.path) in self.named
            if command and is_wanted and file.path.suffix == '.cc':
                yield file, tidy.closure_key(self.tree, file, [*configuration, command])

    def remember(self, clean):
        """Kept as it grows, so that a run that was ended is not lost."""
        self.cache.save(clean | (self.cache.known if self.named else set()))

    def run(self):
        sources = list(self.sources())
        clean = {key for _, key in sources if key in self.cache.known}
        fresh = [(file, key) for file, key in sources if key not in clean]
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(max_workers=self.jobs) as pool:
            waiting = {pool.submit(clang_tidy, file.path, self.build, self.tree.root): key
                       for file, key in fresh}
            for done in concurrent.futures.as_completed(waiting):
                findings = done.result()
                failed += bool(findings)
                print(*findings, sep='\n', end='\n' if findings else '', flush=True)
                if not findings:
                    clean.add(waiting[done])
                    self.remember(clean)
        self.remember(clean)
        said = cppcheck(self.tree.root, self.jobs)
        print(*said, sep='\n', end='\n' if said else '')
        print(f'{len(fresh)} of {len(sources)} sources read anew')
        failed += bool(said)
        print(f'{len(sources) + 1 - failed} passed, {failed} failed')
        return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--root', default=pathlib.Path(__file__).resolve().parents[1])
    parser.add_argument('--build', required=True, help='where compile_commands.json is')
    parser.add_argument('--cache', help='remembers clean sources in this file')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('files', nargs='*', metavar='FILE')
    return Lint(parser.parse_args()).run()


if __name__ == '__main__':
    sys.exit(main())
