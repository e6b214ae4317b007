"""`verdict` for pipelines: JUnit's XML and Markdown, with names written by strangers."""

import json
import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import runner  # noqa: E402
from program import ROOT, UNDERSTUDY, InDirectory  # noqa: E402

GOLDEN = ROOT / 'tests' / 'golden' / 'report'
EVIL = 'GET /`<b>"&\'|\u001b\u0000\uffff\u00fc/{id}'


class Verdict(InDirectory):
    def judged(self, log, *words):
        """(exit code, the root of the XML, what was printed)."""
        done = self.run_here('verdict', str(log), '--junit', 'junit.xml', *words)
        self.assertEqual(done.stderr, '')
        root = ElementTree.parse(self.directory / 'junit.xml').getroot()
        return done.returncode, root, done.stdout

    def cases(self, root):
        """{(group, name): 'failure', 'skipped' or ''}; the counts of the suites must be right."""
        found = {}
        for suite in root:
            for case in suite:
                said = [each.tag for each in case]
                self.assertLessEqual(len(said), 1, case.attrib)
                found[case.get('classname'), case.get('name')] = ''.join(said)
        for tag in ('failure', 'skipped'):
            plural = {'failure': 'failures'}.get(tag, tag)
            self.assertEqual(int(root.get(plural)), list(found.values()).count(tag))
        self.assertEqual(int(root.get('tests')), len(found))
        return found

    def test_what_fails_is_a_case_that_fails(self):
        code, root, _ = self.judged(GOLDEN / 'differences' / 'log.ndjson')

        cases = self.cases(root)
        self.assertEqual(code, 1)
        self.assertEqual(cases['v2.verdict', 'differences'], 'failure')
        self.assertEqual(cases['v2.verdict', 'errors'], 'skipped')  # 9 against 0: almost certain
        self.assertEqual(cases['v2.verdict', 'latency'], 'failure')
        self.assertEqual(cases['v2.verdict', 'not compared'], '')
        self.assertEqual(cases['v2.endpoints', 'GET /orders/{id}'], 'failure')
        self.assertEqual(cases['v2.endpoints', 'GET /health'], '')
        details = root.find('.//testcase[@name="GET /orders/{id}"]/failure').text
        self.assertIn('/items/*/price type, breaking: 290 times', details)

    def test_what_is_less_grave_than_asked_for_does_not_fail(self):
        window = json.loads((GOLDEN / 'pass' / 'log.ndjson').read_text(encoding='utf-8'))
        endpoint = window['endpoints'][0]
        new = {'place': '/new', 'kind': 'extra'}
        endpoint['same'] -= 5
        endpoint['different'] = 5
        endpoint['places'] = [{**new, 'count': 5}]
        endpoint['signatures'] = [{'id': '0123456789ab', 'places': [new], 'count': 5}]
        log = self.directory / 'new.ndjson'
        log.write_text(json.dumps(window) + '\n', encoding='utf-8')

        for severity, code in (('additive', 1), ('suspicious', 0), ('breaking', 0)):
            done, root, shown = self.judged(log, '--fail-on', severity)
            self.assertEqual(done, code, severity)
            cases = self.cases(root)
            self.assertEqual(cases['v2.verdict', 'differences'], 'failure' if code else '')
            self.assertEqual(cases['v2.endpoints', endpoint['endpoint']], 'failure' if code else '')
            self.assertIn('5 additive', shown)

    def test_what_passes_is_green_and_what_is_in_doubt_is_skipped(self):
        code, root, _ = self.judged(GOLDEN / 'pass' / 'log.ndjson')
        self.assertEqual((code, set(self.cases(root).values())), (0, {''}))

        code, root, shown = self.judged(GOLDEN / 'inconclusive' / 'log.ndjson')
        cases = self.cases(root)
        self.assertEqual(code, 3)
        self.assertEqual(cases['v2.verdict', 'too few requests'], 'skipped')
        self.assertEqual(cases['v2.verdict', 'latency'], 'skipped')
        self.assertNotIn('failure', cases.values())
        self.assertIn('30 requests compared, 100 needed; at this rate in 24 s', shown)

    def test_waiting_ends_as_soon_as_enough_has_come(self):
        log = (GOLDEN / 'pass' / 'log.ndjson').read_text(encoding='utf-8')
        window = log.splitlines()[-1] + '\n'
        compared = sum(each['same'] for each in json.loads(window)['endpoints'])
        self.write(window, 'log.ndjson')
        words = ('verdict', 'log.ndjson', '--min-requests', str(5 * compared))
        self.assertEqual(self.run_here(*words).returncode, 3)

        with subprocess.Popen([UNDERSTUDY, *words, '--wait', '90s'], cwd=self.directory, env={},
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as waiting:
            while not self.has_ended(waiting):
                with open(self.directory / 'log.ndjson', 'a', encoding='utf-8') as growing:
                    growing.write(window)
            self.assertEqual(waiting.returncode, 0)

    @staticmethod
    def has_ended(process, seconds=0.05):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def test_a_log_without_a_shadow_is_seen_as_skipped(self):
        log = (GOLDEN / 'pass' / 'log.ndjson').read_text(encoding='utf-8')
        window = json.loads(log.splitlines()[-1]) | {'shadows': [], 'endpoints': []}
        self.write(json.dumps(window, separators=(',', ':')) + '\n', 'log.ndjson')

        code, root, _ = self.judged('log.ndjson')

        self.assertEqual(code, 3)
        self.assertEqual(set(self.cases(root).values()), {'skipped'})

    def test_differences_that_are_allowed_are_no_failures(self):
        _, root, _ = self.judged(GOLDEN / 'differences' / 'log.ndjson',
                                 '--max-difference-rate', '0.5')

        self.assertEqual(self.cases(root)['v2.endpoints', 'GET /orders/{id}'], '')

    def test_more_latency_may_be_allowed(self):
        log = str(GOLDEN / 'differences' / 'log.ndjson')
        for increase, is_slow in (('0.25', True), ('9', False)):
            done = self.run_here('verdict', log, '--json', '--max-latency-increase', increase)
            reasons = json.loads(done.stdout)['reasons']
            self.assertEqual('latency' in [each['code'] for each in reasons], is_slow, increase)

    def test_markdown_names_what_differs(self):
        _, _, shown = self.judged(GOLDEN / 'differences' / 'log.ndjson', '--markdown')

        lines = shown.splitlines()
        self.assertTrue(lines[0].startswith('### understudy: fail, 3 of 6 endpoints differ: '),
                        shown)
        self.assertIn('| `GET /orders/{id}` | 1,452 | 312 (21.5 %) | '
                      '`/items/*/price` type, breaking<br>`header:ETag` missing, breaking<br>'
                      '`/total` value, suspicious |', lines)
        self.assertNotIn('GET /health', shown)

    def test_names_of_strangers_are_text_and_nothing_else(self):
        log = (GOLDEN / 'differences' / 'log.ndjson').read_text(encoding='utf-8')
        self.write(log.replace('"GET /products"', json.dumps(EVIL)), 'log.ndjson')

        _, root, shown = self.judged('log.ndjson', '--markdown')

        names = [name for group, name in self.cases(root) if group == 'v2.endpoints']
        evil = [name for name in names if '<b>' in name]
        self.assertEqual(len(evil), 1, names)
        self.assertTrue(evil[0].startswith('GET /`<b>"&\'|'), evil)
        row = [line for line in shown.splitlines() if '<b>' in line]
        self.assertEqual(len(row), 1)
        self.assertTrue(row[0].startswith('| `` GET /`<b>"&\'\\|'), row)
        self.assertTrue(all(c.isprintable() for c in row[0]), row)

    def test_a_file_that_cannot_be_written_is_named(self):
        self.refused('verdict', str(GOLDEN / 'pass' / 'log.ndjson'), '--junit', 'none/junit.xml',
                     message='understudy verdict: cannot write none/junit.xml: '
                             'No such file or directory\n')


if __name__ == '__main__':
    sys.exit(runner.main())
