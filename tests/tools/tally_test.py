"""tools/tally.py adds up what the runners counted, and counts what they could not."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / 'tests' / 'support'), str(ROOT / 'tools')]

import runner  # noqa: E402
import tally  # noqa: E402


def run_of(result, stdout, returncode=0):
    return {'name': 'x', 'result': result, 'returncode': returncode, 'stdout': stdout}


def tell(*runs):
    """(exit code, lines) of tally over these entries."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'testlog.json'
        path.write_text(''.join(json.dumps(run) + '\n' for run in runs))
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = tally.main(path)
        return code, output.getvalue().splitlines()


def sum_up(*runs):
    """(exit code, last line) of tally over these entries."""
    code, lines = tell(*runs)
    return code, lines[-1]


class TallyTest(unittest.TestCase):
    def test_counts_add_up(self):
        runs = run_of('OK', '3 passed, 0 failed\n'), run_of('OK', 'words\n4 passed, 0 failed\n')
        self.assertEqual(sum_up(*runs), (0, '7 passed, 0 failed'))

    def test_failures_add_up(self):
        runs = run_of('OK', '3 passed, 0 failed\n'), run_of('FAIL', '4 passed, 2 failed\n', 1)
        self.assertEqual(sum_up(*runs), (1, '7 passed, 2 failed'))

    def test_a_crash_is_a_failure(self):
        self.assertEqual(sum_up(run_of('FAIL', '', -11)), (1, '0 passed, 1 failed'))

    def test_a_failure_after_the_line_is_a_failure(self):
        late = run_of('FAIL', '4 passed, 0 failed\n', 1)
        self.assertEqual(sum_up(late), (1, '4 passed, 1 failed'))

    def test_a_runner_without_line_is_a_failure(self):
        self.assertEqual(sum_up(run_of('OK', 'fine\n')), (1, '0 passed, 1 failed'))

    def test_a_timeout_and_a_skipped_runner_are_failures(self):
        self.assertEqual(sum_up(run_of('TIMEOUT', ''))[1], '0 passed, 1 failed')
        self.assertEqual(sum_up(run_of('SKIP', '1 passed, 0 failed'))[1], '1 passed, 1 failed')

    def test_what_failed_is_shown_with_its_end(self):
        failed = ''.join(f'line {number}\n' for number in range(1, 100))
        _, lines = tell(run_of('OK', 'fine\n3 passed, 0 failed\n'),
                        run_of('FAIL', failed + '4 passed, 2 failed\n', 1))

        self.assertEqual(lines[0], 'x: 2 failed; its end was:')
        self.assertIn('  line 99', lines)
        self.assertNotIn('  line 50', lines)
        self.assertNotIn('  fine', lines)

    def test_a_run_without_runners_fails(self):
        self.assertEqual(sum_up(), (1, '0 passed, 1 failed'))


if __name__ == '__main__':
    sys.exit(runner.main())
