"""`accept`: the file it writes, and what report and verdict make of it."""

import concurrent.futures
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import runner  # noqa: E402
from program import ROOT, InDirectory  # noqa: E402

LOG = str(ROOT / 'tests' / 'golden' / 'report' / 'differences' / 'log.ndjson')
FILE = 'understudy-accepted.toml'
ROUNDS = 5  # of several at a time, each of which would lose one without a lock


class Accept(InDirectory):
    def report(self, *words):
        return json.loads(self.run_here('report', LOG, '--json', *words).stdout)

    def signatures(self):
        return [each['signature'] for each in self.report('--no-accepted')['signatures']]

    def accept(self, *words):
        done = self.run_here('accept', *words)
        self.assertEqual((done.returncode, done.stdout), (0, ''), done.stderr)
        return done.stderr

    def text(self):
        return (self.directory / FILE).read_text(encoding='utf-8')

    def test_what_is_accepted_counts_apart_and_the_sums_stay(self):
        before = self.report()
        chosen = before['signatures'][0]
        said = self.accept(chosen['signature'][:6], LOG, '--reason', 'it is "meant"', '--author',
                           'Ann', '--until', '9d')
        self.assertIn(f'accepted {chosen["signature"]} of {chosen["endpoint"]} until ', said)

        after = self.report()
        verdict = after['verdict']
        self.assertEqual(verdict['accepted'], chosen['count'])
        self.assertEqual(verdict['different'] + chosen['count'], before['verdict']['different'])
        self.assertEqual(verdict['compared'], before['verdict']['compared'])
        accepted = [each for each in after['signatures'] if each['is_accepted']]
        self.assertEqual([each['signature'] for each in accepted], [chosen['signature']])
        self.assertEqual(accepted[0]['acceptances'][0]['reason'], 'it is "meant"')
        self.assertEqual(self.report('--no-accepted')['verdict'], before['verdict'])

        shown = self.run_here('report', LOG).stdout
        self.assertIn('Accepted, not counted as different', shown)
        self.assertIn('    it is "meant" (Ann, until ', shown)
        entry = self.text()
        self.assertIn('[[accept]]\n', entry)
        for place in chosen['places']:
            self.assertIn(f'  "{place["place"]} {place["kind"]}",\n', entry)

    def test_the_verdict_goes_by_the_file_that_is_named(self):
        for signature in self.signatures():
            self.accept(signature, LOG, '--reason', 'meant', '--file', 'ours.toml')

        run = self.run_here('verdict', LOG, '--json', '--accepted', 'ours.toml')
        named = json.loads(run.stdout)
        self.assertEqual(named['different'], 0)
        self.assertNotIn('differences', [each['code'] for each in named['reasons']])
        usual = json.loads(self.run_here('verdict', LOG, '--json').stdout)
        self.assertEqual(usual['different'], named['accepted'])

    def test_several_at_a_time_lose_nothing(self):
        signatures = self.signatures()
        with concurrent.futures.ThreadPoolExecutor(len(signatures)) as pool:
            for _ in range(ROUNDS):
                list(pool.map(lambda each: self.accept(each, LOG, '--reason', 'meant'), signatures))
                for signature in signatures:
                    self.assertIn(f'"{signature}"', self.text())
                (self.directory / FILE).unlink()

    def test_accepting_again_replaces_and_removing_leaves_the_rest(self):
        first, second = self.signatures()[:2]
        self.accept(first, LOG, '--reason', 'one')
        (self.directory / FILE).write_text(self.text() + '\n# ours\n')
        self.accept(second, LOG, '--reason', 'two')
        self.accept(first, LOG, '--reason', 'three')
        listed = json.loads(self.run_here('accept', '--list', '--json').stdout)['acceptances']
        self.assertEqual([(each['signature'], each['reason']) for each in listed],
                         [(second, 'two'), (first, 'three')])
        self.assertIn('\n# ours\n', self.text())
        self.assertIn('\n    two', self.run_here('accept', '--list').stdout)

        self.assertIn('no longer accepted: ' + second, self.accept('--remove', second[:5]))
        self.assertNotIn(second, self.text())
        self.assertIn('\n# ours\n', self.text())
        self.assertEqual([each.name for each in self.directory.iterdir()], [FILE])

    def test_what_cannot_be_accepted_is_told_and_nothing_is_written(self):
        done = self.run_here('accept', 'zz', LOG, '--reason', 'x')
        self.assertEqual(done.returncode, 2)
        self.assertIn('no signature in the log begins with "zz"; it has\n  ' + self.signatures()[0],
                      done.stderr)
        self.refused('accept', self.signatures()[0], LOG,
                     message='understudy accept: --reason must say why it is meant\n')
        self.refused('accept', self.signatures()[0], LOG, '--reason', 'x', '--until', '2020-01-01',
                     message='understudy accept: --until: 2020-01-01 is over already\n')
        self.refused('accept', self.signatures()[0], LOG, '--reason', 'x', '--until', 'soon',
                     message='understudy accept: --until must be a date such as "2027-01-31", or '
                             'so many days from now, such as "30d", not "soon"\n')
        self.refused('accept', '--remove', 'zz', '--file', 'none.toml',
                     message='understudy accept: cannot read none.toml: '
                             'No such file or directory\n')
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_a_mistake_in_the_file_is_told_with_its_place(self):
        self.write('[[accept]]\nsignature = "aa"\nreson = "x"\n', FILE)
        for verb in ('report', 'verdict'):
            self.refused(verb, LOG,
                         message=f'understudy {verb}: {FILE}:3:1: unknown key "reson" in '
                                 '[[accept]]; did you mean "reason"?\n')


if __name__ == '__main__':
    sys.exit(runner.main())
