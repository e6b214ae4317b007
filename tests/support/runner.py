"""The main of every Python test program: unittest's own, then our runners' last line."""

import sys
import unittest


def main():
    """Runs the calling module's tests; returns the exit code."""
    program = unittest.main(module='__main__', verbosity=2, exit=False, argv=sys.argv)
    result = program.result
    # Several failed subtests are one failed test.
    broken = (getattr(test, 'test_case', test) for test, _ in result.failures + result.errors)
    failed = len({test.id() for test in broken})
    failed += len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    for test, reason in result.skipped:
        print(f'skipped: {test.id()}: {reason}')
    sys.stderr.flush()
    print(f'{result.testsRun - failed - skipped} passed, {failed} failed', flush=True)
    return 0 if result.wasSuccessful() and result.testsRun > skipped else 1
