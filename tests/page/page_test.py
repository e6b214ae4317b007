"""The page of `understudy report --html` in Chromium: alone, by keys, on a phone, in the dark."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import npm  # noqa: E402
import runner  # noqa: E402
from process import find_program  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
GOLDEN = FOLDER.parent / 'golden' / 'report'
SECONDS = 240
# What text from a log must not do: end an element or an attribute, run, load, turn or hide text.
HOSTILE = ('</script></style></title><script>alert(1)</script>"\'><img src=http://127.0.0.1:9/x '
           'onerror=alert(2)><svg onload=alert(3)>&lt;&#60;\x1b[31m\x00\x7f\u202e\u2066\u2028')
# Members whose text has a meaning for the reader of a log.
KEPT = {'kind', 'outcome', 'time', 'from', 'to', 'class', 'noise_mode', 'severity', 'lean'}


def read(case):
    text = (GOLDEN / case / 'log.ndjson').read_text(encoding='utf-8')
    return [json.loads(line) for line in text.splitlines()]


def with_every_text(value, change, name=''):
    """The same record with every text of strangers changed, counts' names included."""
    if isinstance(value, dict):
        is_counts = name in ('shadow_failed', 'not_compared', 'not_mirrored', 'failures')
        return {change(key) if is_counts else key: with_every_text(each, change, key)
                for key, each in value.items()}
    if isinstance(value, list):
        return [with_every_text(each, change, name) for each in value]
    return change(value) if isinstance(value, str) and name not in KEPT else value


def many_endpoints(number):
    """A window with so many endpoints, most of which differ."""
    window = next(record for record in read('many') if record['kind'] == 'window')
    pattern = window['endpoints'][0]
    window['endpoints'] = [
        {**pattern, 'endpoint': f'GET /tenants/{{id}}/resources/of/kind/{i}'}
        for i in range(number)]
    return [window]


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        npm.install(FOLDER)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='understudy-page-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write_page(self, records):
        log, page = self.folder / 'log.ndjson', self.folder / 'page.html'
        log.write_text(''.join(json.dumps(record, separators=(',', ':')) + '\n'
                               for record in records), encoding='utf-8')
        run = subprocess.run([os.environ['UNDERSTUDY'], 'report', str(log), '--html', str(page)],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                             timeout=SECONDS)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        self.assertEqual(run.stdout, '')
        self.assertIn(str(page), run.stderr)
        return page

    def see(self, page):
        """What browser.mjs saw; UNDERSTUDY_PICTURES names a folder for screenshots."""
        command = [find_program('node'), str(FOLDER / 'browser.mjs'), find_program('chromium'),
                   str(page)]
        if 'UNDERSTUDY_PICTURES' in os.environ:
            command.append(os.environ['UNDERSTUDY_PICTURES'] + '/' + self.id().rsplit('.', 1)[-1])
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             check=False, timeout=SECONDS)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return json.loads(run.stdout)

    def check_looks(self, seen):
        """No message, no request but the file itself, nothing for axe, no sideways scrolling."""
        for name, look in {**seen['looks'], 'without script': seen['without_script']}.items():
            with self.subTest(name):
                self.assertEqual(look['messages'], [])
                self.assertEqual(look['requests'], [seen['url']])
                self.assertEqual(look['dialogs'], [])
                self.assertEqual(look.get('violations', []), [])
                self.assertLessEqual(look.get('overflow', 0), 0)
        grounds = {name: look['ground'] for name, look in seen['looks'].items()}
        self.assertNotEqual(grounds['light-desktop'], grounds['dark-desktop'])
        self.assertEqual(sum('violations' in look for look in seen['looks'].values()), 2)

    def test_a_page_needs_nothing_and_can_be_read_by_everybody(self):
        seen = self.see(self.write_page(read('differences')))

        self.check_looks(seen)
        text = seen['without_script']['text']
        for part in ('FAIL', '3 of 6 endpoints differ', 'GET /orders/{id}', '/items/0/price',
                     'max inflight', 'understudy show 5f3c9a0b-00000017'):
            self.assertIn(part, text)
        self.assertEqual(seen['without_script']['buttons'], 0)

    def test_everything_works_by_keys_alone(self):
        seen = self.see(self.write_page(read('differences')))['keyboard']

        self.assertEqual(seen['first_stop']['text'], 'Skip to the endpoints')
        self.assertEqual(seen['ascending'], sorted(seen['before']))
        self.assertEqual(seen['descending'], sorted(seen['before'], reverse=True))
        self.assertEqual(seen['sort'], ['ascending'])
        self.assertEqual(seen['by_requests'], sorted(seen['by_requests'], reverse=True))
        self.assertEqual(seen['unfolded'], [True, False, True])
        self.assertEqual(seen['without_ring'], [])

    def test_text_of_strangers_stays_text(self):
        records = [with_every_text(record, lambda text: text + HOSTILE)
                   for record in read('differences') + read('two-shadows')]
        page = self.write_page(records)
        seen = self.see(page)

        self.check_looks(seen)
        document = page.read_text(encoding='utf-8')
        self.assertEqual(document.count('<script'), 1)
        self.assertNotIn('<img', document)
        self.assertIsNone(re.search('[\x00-\x09\x0b-\x1f\x7f\u202e\u2066\u2028]', document))
        self.assertIn('<img src=http://127.0.0.1:9/x onerror=alert(2)>',
                      seen['without_script']['text'])

    def test_a_large_log_makes_a_bounded_page_that_says_what_it_leaves_out(self):
        page = self.write_page(many_endpoints(900))
        seen = self.see(page)

        self.check_looks(seen)
        self.assertEqual(len(seen['keyboard']['before']), 500)
        self.assertIn('and 400 more, not shown here', seen['without_script']['text'])
        self.assertEqual(seen['filter'], {'shown': 0, 'said': '0 of 500'})
        self.assertLess(page.stat().st_size, 4 * 1024 * 1024)

    def test_a_file_that_cannot_be_written_is_said(self):
        log = GOLDEN / 'pass' / 'log.ndjson'
        page = self.folder / 'missing' / 'page.html'
        run = subprocess.run([os.environ['UNDERSTUDY'], 'report', str(log), '--html', str(page)],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                             timeout=SECONDS)

        self.assertEqual(run.returncode, 2)
        self.assertIn(f'cannot write {page}', run.stderr)


if __name__ == '__main__':
    sys.exit(runner.main())
