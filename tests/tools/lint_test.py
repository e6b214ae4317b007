"""tools/lint.py finds what clang-tidy and cppcheck find, and reads again only what changed."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'tests' / 'support'))

import runner  # noqa: E402

HEADER = '#pragma once\nint f(int a);\n'
SOURCE = '#include "a.h"\nint f(int a) { return a; }\n'
UNUSED = '#include "a.h"\nint f(int) { return 1; }\nint g(int* p) { delete p; return *p; }\n'
# Only cppcheck says that this comes to nothing.
SHIFTED = '#include "a.h"\nint f(int a) { int b[2] = {a, 1}; return b[a > 5 ? 2 : 0] + b[2]; }\n'


class LintTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / 'src' / 'base').mkdir(parents=True)
        for name in ('.clang-tidy', '.cppcheck-suppressions'):
            shutil.copy(ROOT / name, self.root / name)
        source = self.root / 'src' / 'base' / 'a.cc'
        commands = [{'directory': str(self.root), 'file': str(source),
                     'command': f'c++ -std=c++20 -c {source}'}]
        (self.root / 'compile_commands.json').write_text(json.dumps(commands))
        self.write('a.h', HEADER)
        self.write('a.cc', SOURCE)

    def write(self, name, text):
        (self.root / 'src' / 'base' / name).write_text(text)

    def lint(self):
        command = [sys.executable, str(ROOT / 'tools' / 'lint.py'), '--root', str(self.root),
                   '--build', str(self.root), '--cache', str(self.root / 'lint.json')]
        return subprocess.run(command, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)

    def check_read(self, expected):
        run = self.lint()
        self.assertIn(f'{expected} of 1 sources read anew\n2 passed, 0 failed', run.stdout,
                      run.stderr)
        self.assertEqual(run.returncode, 0)

    def test_what_was_clean_is_read_again_only_when_it_changes(self):
        self.check_read(1)
        self.check_read(0)
        self.write('a.h', HEADER + 'int g();\n')
        self.check_read(1)
        with (self.root / '.clang-tidy').open('a') as configuration:
            configuration.write('# changed\n')
        self.check_read(1)

    def test_what_clang_tidy_finds_fails_until_it_is_mended(self):
        self.write('a.cc', UNUSED)
        for _ in range(2):
            run = self.lint()
            self.assertRegex(run.stdout, r'(?m)^src/base/a\.cc:3: .*NewDelete')
            self.assertEqual(run.returncode, 1)
        self.write('a.cc', SOURCE)
        self.check_read(1)

    def test_what_cppcheck_finds_fails(self):
        self.write('a.cc', SHIFTED)
        run = self.lint()
        self.assertRegex(run.stdout, r'(?m)^src/base/a\.cc:2: .*\[arrayIndexOutOfBounds')
        self.assertEqual(run.returncode, 1)


if __name__ == '__main__':
    sys.exit(runner.main())
