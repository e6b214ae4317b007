"""Sums up a run of `meson test`: prints what failed, and `N passed, M failed`; exits 1 on failures.

Every runner ends with such a line of its own. One that failed without counting a failure (a crash,
a time-out, no line at all) counts as one failure; so does a run without any runner.
"""

import json
import re
import sys

LINE = re.compile(r'^(\d+) passed, (\d+) failed$', re.MULTILINE)
# Of a runner that failed: enough for its failed assertions, few enough for several runners.
SHOWN_LINES = 25


def runner_counts(runner):
    """(passed, failed, what went wrong beyond failed tests) of one entry of testlog.json."""
    lines = LINE.findall(runner.get('stdout') or '')
    passed, failed = (int(n) for n in lines[-1]) if lines else (0, 0)
    if runner['result'] not in ('OK', 'FAIL'):
        return passed, failed + 1, f'ended with {runner["result"]}'
    if not lines:
        return 0, 1, 'printed no line `N passed, M failed`'
    if runner['result'] == 'FAIL' and failed == 0:
        return passed, 1, f'failed with exit code {runner["returncode"]}'
    return passed, failed, ''


def read_runners(path):
    try:
        with open(path, encoding='utf-8', errors='replace') as log:
            return [json.loads(line) for line in log]
    except FileNotFoundError:
        return []


def main(path):
    runners = read_runners(path)
    passed = failed = 0
    for runner in runners:
        more_passed, more_failed, trouble = runner_counts(runner)
        passed += more_passed
        failed += more_failed
        if more_failed:
            print(f'{runner["name"]}: {trouble or f"{more_failed} failed"}; its end was:')
            said = (runner.get('stdout') or '') + (runner.get('stderr') or '')
            print(*(f'  {line}' for line in said.splitlines()[-SHOWN_LINES:]), sep='\n')
    if not runners:
        print('no test ran')
        failed = 1
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
