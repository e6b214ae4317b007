"""The configuration reference in the README is what the program says itself."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'tests' / 'support'))

import runner  # noqa: E402
import understudy  # noqa: E402

BEGIN = '<!-- configuration reference: begin -->\n'
END = '<!-- configuration reference: end -->'


class ReadmeTest(unittest.TestCase):
    def test_the_reference_is_the_programs_own(self):
        text = (ROOT / 'README.md').read_text(encoding='utf-8')
        shown = text[text.index(BEGIN) + len(BEGIN):text.index(END)]
        run = understudy.call('check', '--reference')

        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(shown.strip(), run.stdout.strip(),
                         'renew it with: understudy check --reference')


if __name__ == '__main__':
    sys.exit(runner.main())
