"""tools/tidy.py sees each kind of violation, in the right line, and nothing in a clean tree."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / 'tests' / 'support'), str(ROOT / 'tools')]

import cpp_source  # noqa: E402
import runner  # noqa: E402

CLEAN_HEADER = '''#pragma once

#include <string>

namespace understudy::base {

// A thing.
class Thing {
 public:
  std::string name() const { return "it's // no comment { "; }
};

}  // namespace understudy::base
'''


def tidy(files):
    """The output of tidy over a tree that holds `files` (path -> text)."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, str(ROOT / 'tools' / 'tidy.py'), '--root', root]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def in_base(body):
    return f'namespace understudy::base {{\n{body}\n}}\n'


class TidyTest(unittest.TestCase):
    def check_found(self, name, text, line, words, others=()):
        run = tidy({name: text, **dict(others)})
        lines = [found for found in run.stdout.splitlines() if found.startswith(f'{name}:{line}: ')]
        self.assertTrue(any(words in found for found in lines), run.stdout + run.stderr)
        self.assertEqual(run.returncode, 1)

    def test_a_clean_tree_passes(self):
        run = tidy({'include/understudy/base/thing.h': CLEAN_HEADER})

        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertRegex(run.stdout, r'^\d+ passed, 0 failed\n$')

    def test_a_room_that_knows_a_room_below_it(self):
        self.check_found('src/http/a.cc', '\n#include "understudy/net/loop.h"\n', 2,
                         'http must not know net')

    def test_a_private_header_of_another_room(self):
        self.check_found('src/http/a.cc', '#include "base/inner.h"\n', 1, 'private to base')

    def test_an_unknown_room(self):
        self.check_found('src/attic/a.cc', '\n', 1, '"attic" is no room')

    def test_both_stages_in_one_file(self):
        text = '#include "understudy/proxy/server.h"\n#include "understudy/mirror/stage.h"\n'
        self.check_found('src/cli/demo.cc', text, 2, 'move the wiring')

    def test_the_wiring_knows_both_stages(self):
        text = '#include "understudy/proxy/server.h"\n#include "understudy/mirror/stage.h"\n'

        self.assertEqual(tidy({'src/cli/run.cc': text}).returncode, 0)

    def test_a_third_party_header_in_the_wrong_room(self):
        self.check_found('src/http/a.cc', '#include <uv.h>\n', 1, 'may stand only in')

    def test_the_bench_has_sockets_and_loops_of_its_own(self):
        text = '#include <uv.h>\n#include <sys/socket.h>\n'

        self.assertEqual(tidy({'tools/bench/a.cc': text}).returncode, 0)

    def test_a_third_party_header_in_two_files(self):
        other = {'src/json/a.cc': '#include <simdjson.h>\n'}
        self.check_found('src/json/b.cc', '#include <simdjson.h>\n', 1, 'keep it in one of', other)

    def test_a_long_line(self):
        self.check_found('src/base/a.cc', '\n// ' + 'x' * 98 + '\n', 2, '101 columns')

    def test_a_long_file(self):
        self.check_found('src/base/a.cc', '\n' * 501, 501, 'longer than 500 lines')

    def test_a_long_function(self):
        body = 'int f(int a) {\n' + '  a += 1;\n' * 69 + '  return a;\n}'
        self.check_found('src/base/a.cc', in_base(body), 2, 'f has 72 lines')

    def test_a_long_member_function(self):
        body = 'struct S {\n  void g() const noexcept {\n' + '    run();\n' * 69 + '  }\n};'
        self.check_found('src/base/a.cc', in_base(body), 3, 'g has 71 lines')

    def test_a_long_constructor_with_initializers(self):
        body = 'S::S(int a) : a_(a), b_{a} {\n' + '  run();\n' * 69 + '}'
        self.check_found('src/base/a.cc', in_base(body), 2, 'has 71 lines')

    def test_a_long_python_function(self):
        self.check_found('tools/a.py', 'def f():\n' + '    pass\n' * 70, 1, 'f has 71 lines')

    def test_tabs_and_blanks_at_the_end(self):
        self.check_found('src/base/a.cc', '\n\tint a;\n', 2, 'a tab')
        self.check_found('src/base/a.cc', '\nint a; \n', 2, 'blanks at the end')
        self.check_found('src/base/a.cc', '\nint a;', 2, 'no newline')

    def test_a_todo_without_issue(self):
        self.check_found('src/base/a.cc', '\n// TODO: later\n', 2, 'a TODO without issue')

    def test_throw_and_catch(self):
        self.check_found('src/base/a.cc', 'void f() {\n  throw 1;\n}\n', 2, '`throw`')
        caught = 'void f() {\n  try { g(); } catch (...) {}\n}\n'
        self.check_found('src/base/a.cc', caught, 2, '`catch`')

    def test_a_library_that_throws_is_stopped_in_its_file(self):
        text = '#include <CLI/CLI.hpp>\n\nvoid f() {\n  try { g(); } catch (...) {}\n}\n'

        self.assertNotIn('`catch`', tidy({'src/cli/options.cc': text}).stdout)

    def test_new_and_delete_outside_net(self):
        self.check_found('src/base/a.cc', '\nint* a = new int;\n', 2, '`new` outside')
        self.check_found('src/base/a.cc', '\nvoid f(S* a) { delete a; }\n', 2, '`delete` outside')

    def test_deleted_functions_and_private_constructors_are_no_allocation(self):
        text = ('struct S {\n  S(const S&) = delete;\n};\n\n'
                'std::unique_ptr<S> f() { return std::unique_ptr<S>(new S()); }\n'
                'std::unique_ptr<S> s(new S());\n')

        self.assertNotIn('outside net', tidy({'src/base/a.cc': text}).stdout)

    def test_a_type_that_nobody_introduces(self):
        name = 'include/understudy/base/a.h'
        for body in 'struct S {\n};', 'template <typename T>\nclass S {\n};':
            self.check_found(name, '#pragma once\n' + in_base(body), 3, 'S has no comment')

    def test_a_header_without_guard(self):
        self.check_found('src/base/a.h', 'int a();\n', 1, '#pragma once')

    def test_a_header_that_needs_another_before_it(self):
        text = '#pragma once\nstd::string a();\n'
        self.check_found('src/base/a.h', text, 1, 'does not compile alone')

    def test_a_header_first_in_its_source_is_left_to_the_build(self):
        header = '#pragma once\n#include "understudy/base/no_such.h"\n'
        first, second = '#include "base/a.h"\n', '#include <string>\n#include "base/a.h"\n'
        told = tidy({'src/base/a.h': header, 'src/base/a.cc': first}).stdout
        self.assertNotIn('does not compile alone', told)
        self.check_found('src/base/a.h', header, 1, 'does not compile alone',
                         [('src/base/a.cc', second)])


class CppSourceTest(unittest.TestCase):
    def test_literals_and_comments_are_blanked_out(self):
        code = cpp_source.code_only('f("{", \'}\', R"x({)x");  // {\nint a = 1\'000;')

        self.assertNotIn('{', code)
        self.assertNotIn('}', code)
        self.assertIn("1'000;", code)

    def test_lambdas_and_initializers_are_no_functions(self):
        code = "int t[] = {1, 2};\nauto f = [](int a) {\n  return a;\n};\nint g() { return 1; }\n"

        self.assertEqual([name for _, _, name in cpp_source.functions(code)], ['g'])


if __name__ == '__main__':
    sys.exit(runner.main())
