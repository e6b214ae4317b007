"""tools/bench/run measures and says what it should; what the figures are is not asked here."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / 'tests' / 'support'), str(ROOT / 'tools' / 'bench')]

import reading  # noqa: E402
import runner  # noqa: E402
from process import find_program  # noqa: E402

RUN = ROOT / 'tools' / 'bench' / 'run'
READING = RUN.with_name('reading.py')


def command(*words):
    return [sys.executable, str(RUN), '--build', os.environ['BUILD'], '--quick', *words]


def has_wrk():
    try:
        return bool(find_program('wrk'))
    except FileNotFoundError:
        return False


class BenchTest(unittest.TestCase):
    def bench(self, *words):
        """(samples, stdout) of a run that must end well."""
        with tempfile.NamedTemporaryFile(suffix='.json') as file:
            done = subprocess.run(command('--json', file.name, *words), text=True, check=False,
                                  capture_output=True, stdin=subprocess.DEVNULL, timeout=150)
            said = done.stdout + done.stderr
            self.assertEqual(done.returncode, 0, said)
            self.assertNotIn('FAILED', said)
            result = json.loads(pathlib.Path(file.name).read_text(encoding='utf-8'))
        longest = max(done.stdout.splitlines(), key=len)
        self.assertLessEqual(len(longest), 100, longest)
        self.assertTrue(result['machine']['processor'])
        return result['samples'], done.stdout

    def test_costs_of_a_mirror_and_of_the_floor(self):
        samples, shown = self.bench('cost', '--only', 'relay+copy,understudy+shadow')

        loads = {sample['load'] for sample in samples}
        self.assertEqual(len(loads), 2 if has_wrk() else 1)
        self.assertEqual(len(samples), 2 * len(loads))
        for sample in samples:
            for figure in ('cpu_us', 'busy', 'completed', 'rate', 'mirrored'):
                self.assertGreater(sample[figure], 0, (figure, sample))
        for sample in samples:
            if sample['contestant'] == 'understudy+shadow':
                self.assertGreater(sample['compared'], 0, sample)
        for load in loads:
            self.assertIn(load, shown)
        for name in ('relay+copy', 'understudy+shadow'):
            self.assertEqual(shown.count(f'\n{name} '), len(loads), shown)

    def test_live_requests_beside_sick_shadows(self):
        samples, shown = self.bench('isolation', '--only', 'understudy+nice')

        self.assertEqual([(sample['shadow'], sample['has_neighbour']) for sample in samples],
                         [(shadow, is_busy) for is_busy in (False, True)
                          for shadow in ('none', 'healthy', 'blackhole')])
        for sample in samples:
            self.assertEqual(sample['completed'] + sample['failed'], sample['planned'])
            self.assertEqual('mirrored' in sample, sample['shadow'] != 'none')
            for figure in ('completed', 'p50_us', 'p99_us', 'p999_us', 'max_us'):
                self.assertGreater(sample[figure], 0, (figure, sample))
        self.assertIn('\nblackhole ', shown)

    def test_scale_of_the_floor(self):
        samples, shown = self.bench('scale', '--only', 'relay')

        parts = [sample['part'] for sample in samples]
        self.assertEqual(parts, ['scale', 'scale', 'memory'] if has_wrk() else ['memory'])
        self.assertIn('\nrelay ', shown)

    def check_refused(self, words, reason):
        done = subprocess.run(words, text=True, check=False, timeout=60, capture_output=True,
                              stdin=subprocess.DEVNULL)

        self.assertEqual(done.returncode, 2)
        self.assertIn(reason, done.stderr)

    def test_what_cannot_be_measured_is_refused_at_once(self):
        for words, reason in ((('--only', 'apache'), 'no such contestant: apache'),
                              (('latency',), 'no such part: latency'),
                              (('--seconds', '0'), '0 is no whole number above 0'),
                              (('--rounds', '-1'), '-1 is no whole number above 0'),
                              (('--json', '/nowhere/x'), 'cannot write /nowhere/x: No such file'),
                              (('--json', '/tmp'), 'cannot write /tmp: Is a directory')):
            with self.subTest(words):
                self.check_refused(command(*words), reason)

    def test_logs_are_not_read_by_a_program_that_is_not_there(self):
        self.check_refused([sys.executable, str(READING), '--program', '/nowhere'],
                           'no such program: /nowhere')

    def test_how_long_a_report_takes_whatever_its_verdict_is(self):
        report = [os.environ['BUILD'] + '/src/cli/understudy', 'report']
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / 'exchanges.ndjson'
            reading.write_exchanges(log, 0)
            elapsed, _ = reading.seconds([*report, str(log)])
            self.assertGreater(elapsed, 0)

            with self.assertRaises(SystemExit):
                reading.seconds([*report, str(log.with_name('no such log'))])

    def test_sigterm_ends_everything_that_was_started(self):
        run = subprocess.Popen(command('isolation', '--only', 'understudy+nice'), text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, start_new_session=True)
        with run:
            while 'beside' not in (line := run.stderr.readline()):
                self.assertTrue(line, 'the bench ended before it began')
            run.send_signal(signal.SIGTERM)
            run.stderr.read()  # to its end: nobody holds it any more
            run.wait(timeout=60)

        self.assertEqual(run.returncode, 128 + signal.SIGINT)
        with self.assertRaises(ProcessLookupError):
            os.killpg(run.pid, 0)


if __name__ == '__main__':
    sys.exit(runner.main())
