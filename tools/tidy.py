#!/usr/bin/env python3
"""Holds the project to its own rules (src/STYLE.md, src/README.md), file by file.

    tools/tidy.py [--root DIR] [--compiler c++] [--cache FILE]

Prints `file:line: what is wrong; how to mend it` for each finding, and at the end one line
`N passed, M failed` that counts the rules. Needs Python only; uses clang-format 14 if it is there.
"""

import argparse
import ast
import concurrent.futures
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys

import cpp_source

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70
MAX_COLUMNS = 100
CLANG_FORMAT_MAJOR = 14  # other releases break lines elsewhere

# Which rooms a room may include, besides itself. The order is the one of the map in src/README.md.
ROOMS = {
    'base': '',
    'json': 'base',
    'config': 'base',
    'net': 'base',
    'http': 'base',
    'upstream': 'base config net http',
    'handoff': 'base http',
    'proxy': 'base config net http upstream handoff',
    'diff': 'base json config http',
    'record': 'base json config diff',
    'mirror': 'base json config net http upstream handoff diff record',
    'report': 'base json config diff record',
    'cli': 'base json config net http upstream handoff proxy diff record mirror report',
}
# The only file that knows both stages.
WIRING = re.compile(r'src/cli/(run|service)\w*\.(cc|h)$')

# Third-party headers: (what an include looks like, where it may stand, files per room or 0).
THIRD_PARTY = (
    (r'simdjson\.h', r'src/json/\w+\.cc', 1),
    (r'toml\+\+/', r'src/config/\w+\.cc', 1),
    (r'CLI/', r'src/cli/\w+\.cc', 1),
    (r're2/', r'src/(diff|config)/\w+\.cc', 1),
    (r'libxml/', r'src/diff/\w+\.cc', 1),
    (r'llhttp\.h', r'src/http/\w+\.cc', 1),
    (r'zlib\.h', r'src/http/\w+\.cc', 1),
    (r'brotli/', r'src/http/\w+\.cc', 1),
    (r'zstd\.h', r'src/(http|record)/\w+\.cc', 1),
    (r'openssl/', r'src/(base/\w+|net/tls\w*)\.cc', 0),
    (r'uv\.h', r'(src|include/understudy)/net/\w+\.(cc|h)', 0),
    (r'(sys/socket|sys/un|netinet/\w+|arpa/inet|netdb)\.h',
     r'(src|include/understudy)/(net|cli)/.*|src/config/checks\.cc|src/base/peer_set\.cc', 0),
    (r'doctest/', r'tests/.*', 0),
    (r'fmt/', r'(src|include|tests)/.*', 0),
)
# Libraries that throw; the files that include them stop it.
THROWING = re.compile(r'#include <(toml\+\+/|CLI/|simdjson\.h)')
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


class File:
    """One file of the project, read once."""

    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding='utf-8')
        self.lines = self.text.splitlines()
        self.is_cpp = path.suffix in ('.cc', '.h')
        self.code = cpp_source.code_only(self.text) if self.is_cpp else self.text

    def line_of(self, index):
        return self.text.count('\n', 0, index) + 1

    def room(self):
        """The room, or None outside of src and include."""
        match = re.match(r'(?:src|include/understudy)/(\w+)/', self.name)
        return match.group(1) if match else None

    def includes(self):
        """(line, True for angle brackets, header) of each include."""
        for match in INCLUDE.finditer(self.text):
            yield self.line_of(match.start(1)), match.group(1) == '<', match.group(2)


class Tree:
    """The files that the rules are about."""

    SUFFIXES = ('.cc', '.h', '.py', '.build', '.toml', '.md')

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        paths = list(self.root.glob('*.*'))
        for top in ('include', 'src', 'tests', 'tools', 'conf', '.ci'):
            paths += (self.root / top).rglob('*')
        self.files = [File(self.root, path) for path in sorted(paths) if self.is_ours(path)]
        self.cpp = [file for file in self.files if file.is_cpp]
        self.house = [file for file in self.cpp if file.room()]
        self.python = [file for file in self.files if file.path.suffix == '.py']

    def is_ours(self, path):
        is_script = path.suffix == '' and path.parent.name in ('tools', 'bench', '.ci')
        is_source = is_script or path.suffix in self.SUFFIXES
        return is_source and path.is_file() and 'golden' not in path.parts


def finding(file, line, text):
    return f'{file.name}:{line}: {text}'


# --- Who may include whom ------------------------------------------------------------------------


def rooms(tree):
    """A room includes only the rooms that the table allows, and no private header of another."""
    for file in tree.house:
        room = file.room()
        if room not in ROOMS:
            yield finding(file, 1, f'"{room}" is no room; add it to the table in tools/tidy.py '
                                   'and to src/README.md')
            continue
        allowed = {room, *ROOMS[room].split()}
        for line, is_angled, header in file.includes():
            parts = header.split('/')
            is_public = parts[0] == 'understudy'
            if is_angled or len(parts) < 2:
                continue
            target = parts[1] if is_public else parts[0]
            if target not in allowed:
                yield finding(file, line, f'{room} must not know {target}; it may include '
                                          + ', '.join(sorted(allowed)))
            elif not is_public and target != room:
                yield finding(file, line, f'{header} is private to {target}; '
                                          f'move it to include/understudy/{target}/')


def stages_apart(tree):
    """Front stage and backstage meet in one file only."""
    for file in tree.house:
        seen = {header.split('/')[1]: line for line, _, header in file.includes()
                if header.startswith(('understudy/proxy/', 'understudy/mirror/'))}
        if len(seen) == 2 and not WIRING.match(file.name):
            yield finding(file, max(seen.values()), 'proxy and mirror meet only in src/cli/run; '
                                                    'move the wiring there')


def third_party_includes(tree):
    """(file, line, header, where it may stand, whether one file of a room may have it)."""
    for file in tree.cpp:
        for line, _, header in file.includes():
            for pattern, place, per_room in THIRD_PARTY:
                if re.match(pattern, header):
                    yield file, line, header, place, per_room == 1


def third_party(tree):
    """Third-party headers stand only in the files that may see them."""
    users = {}
    for file, line, header, place, is_single in third_party_includes(tree):
        # The bench is made of programs of its own, which know nothing of the rooms.
        is_free = file.name.startswith(('tests/', 'tools/bench/'))
        if not is_free and not re.fullmatch(place, file.name):
            yield finding(file, line, f'<{header}> may stand only in {place}; go through that room')
        elif is_single and not is_free:
            users.setdefault((header.split('/')[0], file.room()), {})[file.name] = (file, line)
    for (header, room), places in users.items():
        if len(places) > 1:
            file, line = places[max(places)]
            yield finding(file, line, f'{header} stands in {len(places)} files of {room}; '
                                      f'keep it in one of {", ".join(sorted(places))}')


# --- Lengths and characters ----------------------------------------------------------------------


def lengths(tree):
    """Files, functions and lines stay short."""
    for file in tree.files:
        if file.path.suffix == '.md':
            continue
        if len(file.lines) > MAX_FILE_LINES:
            yield finding(file, len(file.lines), f'the file is longer than {MAX_FILE_LINES} lines; '
                                                 'split it along its ideas')
        for number, text in enumerate(file.lines, 1):
            if len(text) > MAX_COLUMNS:
                yield finding(file, number, f'{len(text)} columns, {MAX_COLUMNS} at most; break it')


def python_functions(file):
    for node in ast.walk(ast.parse(file.text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno, node.name


def function_lengths(tree):
    """No function is longer than one screen."""
    for file in tree.cpp + tree.python:
        found = cpp_source.functions(file.code) if file.is_cpp else python_functions(file)
        for first, last, name in found:
            if last - first + 1 > MAX_FUNCTION_LINES:
                yield finding(file, first, f'{name} has {last - first + 1} lines, '
                                           f'{MAX_FUNCTION_LINES} at most; name its parts')


def characters(tree):
    """No tabs, no blanks at the end of a line, a newline at the end of a file."""
    for file in tree.files:
        for number, text in enumerate(file.lines, 1):
            if '\t' in text:
                yield finding(file, number, 'a tab; indent with spaces')
            if text != text.rstrip():
                yield finding(file, number, 'blanks at the end of the line; remove them')
        if file.text and not file.text.endswith('\n'):
            yield finding(file, len(file.lines), 'no newline at the end of the file; add one')


def todos(tree):
    """A TODO names its issue."""
    for file in tree.files:
        if file.path.suffix == '.md' or 'tidy' in file.path.name:
            continue
        for match in re.finditer(r'\bTODO\b(?!\(#\d+\))', file.text):
            line = file.line_of(match.start())
            yield finding(file, line, 'a TODO without issue; write TODO(#12), or do it')


# --- C++ -----------------------------------------------------------------------------------------


def exceptions(tree):
    """Our code neither throws nor catches; a library's exceptions stop in its one file."""
    for file in tree.house:
        if THROWING.search(file.text):
            continue
        for match in re.finditer(r'\b(throw|catch)\b', cpp_source.without_directives(file.code)):
            line = file.line_of(match.start())
            yield finding(file, line, f'`{match.group()}`; return a Result<T> instead')


def allocation(tree):
    """new and delete stay in net; a unique_ptr takes a private constructor's object at once."""
    permitted = re.compile(r'(unique_ptr<[^;]*>\s*\w*\s*[({]\s*|\breset\(|operator\s+|=\s*)$')
    for file in tree.house:
        if file.room() == 'net':
            continue
        code = cpp_source.without_directives(file.code)
        for match in re.finditer(r'\b(new|delete)\b', code):
            before = code[max(0, match.start() - 120):match.start()]
            is_plain_new = match.group() == 'new' and re.search(r'=\s*$', before)
            if is_plain_new or not permitted.search(before):
                line = file.line_of(match.start())
                yield finding(file, line, f'`{match.group()}` outside net; '
                                          'use a value or std::make_unique')


def introductions(tree):
    """Each class and struct in a public header is introduced by what it is."""
    for file in tree.house:
        if not file.name.startswith('include/'):
            continue
        for line, name in cpp_source.types_at_namespace_scope(file.code):
            if not file.lines[line - 2].lstrip().startswith('//'):
                yield finding(file, line, f'{name} has no comment above; say what it is')


def guards(tree):
    """Each header begins with #pragma once."""
    for file in tree.house:
        if file.path.suffix == '.h' and not file.text.startswith('#pragma once\n'):
            yield finding(file, 1, 'a header without `#pragma once` in its first line; add it')


class Cache:
    """Remembers which files were found right, by the text of all they include of ours."""

    def __init__(self, path):
        self.path = pathlib.Path(path) if path else None
        self.known = set()
        if self.path and self.path.exists():
            self.known = set(json.loads(self.path.read_text()))

    def save(self, keys):
        if self.path:
            self.path.write_text(json.dumps(sorted(keys)))


def closure_key(tree, file, compiler):
    """A hash of the file, all headers of ours that it reaches, and the command."""
    by_name = {re.sub(r'^(include|src)/', '', other.name): other for other in tree.house}
    seen, waiting = {}, [file]
    while waiting:
        current = waiting.pop()
        if current.name in seen:
            continue
        seen[current.name] = current.text
        folder = re.sub(r'^(include|src)/|[^/]*$', '', current.name)
        names = [name for _, _, header in current.includes() for name in (folder + header, header)]
        waiting += [by_name[name] for name in names if name in by_name]
    text = json.dumps([compiler, file.name, sorted(seen.items())])
    return hashlib.sha256(text.encode()).hexdigest()


def compile_header(tree, file, compiler):
    """The compiler's first complaint about a file that includes only this header, or ''."""
    command = [*compiler, '-std=c++20', '-fsyntax-only', '-x', 'c++', '-Iinclude', '-Isrc', '-']
    name = re.sub(r'^(include|src)/', '', file.name)
    run = subprocess.run(command, input=f'#include "{name}"\n', cwd=tree.root, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if run.returncode == 0:
        return ''
    errors = [line for line in run.stdout.splitlines() if 'error' in line]
    return (errors or ['the compiler failed'])[0]


def headers_of_sources(tree):
    """Names of headers that their own source includes before all else: the build compiles those."""
    for file in tree.house:
        first = next((header for _, _, header in file.includes()), '')
        room_and_stem = re.sub(r'^src/|\.cc$', '', file.name)
        if file.path.suffix == '.cc' and first in (f'understudy/{room_and_stem}.h',
                                                   f'{room_and_stem}.h',
                                                   f'{file.path.stem}.h'):
            yield from (f'include/{first}', f'src/{first}', f'src/{file.room()}/{first}')


def headers_alone(tree, compiler, cache_path):
    """Each header compiles without another before it."""
    built = set(headers_of_sources(tree))
    headers = [file for file in tree.house
               if file.path.suffix == '.h' and file.name not in built]
    cache = Cache(cache_path)
    keys = {file: closure_key(tree, file, compiler) for file in headers}
    fresh = [file for file in headers if keys[file] not in cache.known]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        complaints = list(pool.map(lambda file: compile_header(tree, file, compiler), fresh))
    failed = {file for file, complaint in zip(fresh, complaints) if complaint}
    cache.save(keys[file] for file in headers if file not in failed)
    for file, complaint in zip(fresh, complaints):
        if complaint:
            yield finding(file, 1, f'does not compile alone; include what it uses: {complaint}')


def formatting(tree):
    """clang-format has nothing to change."""
    program = shutil.which(f'clang-format-{CLANG_FORMAT_MAJOR}') or shutil.which('clang-format')
    if not program or not tree.cpp or not (tree.root / '.clang-format').exists():
        return
    version = subprocess.run([program, '--version'], capture_output=True, text=True, check=True)
    if f'version {CLANG_FORMAT_MAJOR}.' not in version.stdout:
        print(f'clang-format {CLANG_FORMAT_MAJOR} is not here: the layout is not checked')
        return
    half = len(tree.cpp) // 2
    batches = [batch for batch in (tree.cpp[:half], tree.cpp[half:]) if batch]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for output in pool.map(lambda batch: complaints_of(program, tree.root, batch), batches):
            first_lines = {}
            for name, line in re.findall(r'^(\S+?):(\d+):\d+: ', output, re.MULTILINE):
                first_lines.setdefault(name, line)
            for name, line in first_lines.items():
                yield f'{name}:{line}: not in the layout; run clang-format -i {name}'


def complaints_of(program, root, files):
    command = [program, '--dry-run', *(file.name for file in files)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stderr


# --- Running -------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description='Holds the project to its own rules.')
    parser.add_argument('--root', default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument('--cache', help='file that remembers which headers compiled')
    parser.add_argument('--compiler', nargs=argparse.REMAINDER, default=['c++'],
                        help='last: the compiler with its own arguments')
    arguments = parser.parse_args()
    tree = Tree(arguments.root)
    rules = [rooms, stages_apart, third_party, lengths, function_lengths, characters, todos,
             exceptions, allocation, introductions, guards, formatting]
    results = [list(rule(tree)) for rule in rules]
    results.append(list(headers_alone(tree, arguments.compiler, arguments.cache)))
    for findings in results:
        for text in findings:
            print(text)
    failed = sum(1 for findings in results if findings)
    print(f'{len(results) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
