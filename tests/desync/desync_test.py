"""Whatever a client sends, the primary and the shadow see the same requests: see desync.cc.

UNDERSTUDY_DESYNC="FIRST RUNS" plays other inputs than the usual ones, or more of them.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'tests' / 'support'))

import runner  # noqa: E402
import understudy  # noqa: E402

RUNS = 2_000 if understudy.IS_SANITIZED else 20_000
CORPUS = ROOT / 'tests' / 'fuzz' / 'corpus' / 'request'


class DesyncTest(unittest.TestCase):
    def test_no_input_makes_two_servers_see_different_requests(self):
        first, runs = os.environ.get('UNDERSTUDY_DESYNC', f'1 {RUNS}').split()
        command = [os.environ['DESYNC'], first, runs, str(CORPUS)]
        with tempfile.TemporaryDirectory() as folder, \
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True) as toys:
            urls = [f'http://127.0.0.1:{port}' for port in toys.stdout.readline().split()]
            with understudy.Understudy(pathlib.Path(folder) / 'run', *urls,
                                       'server.workers = 1\n') as proxy:
                output, errors = toys.communicate(f'{proxy.port}\n')
                self.assertEqual(toys.returncode, 0, f'{errors}\n{proxy.messages()}')
                log = proxy.stop_clean(self)
        print(f'{output.strip()} requests {log.requests} {dict(log.failures)}')
        words = output.split()
        seen = dict(zip(words[::2], map(int, words[1::2])))
        self.check_counts(seen, log)

    def check_counts(self, seen, log):
        """What the proxy counted is what the servers saw, and the inputs were no waste."""
        self.assertEqual(log.total('same'), seen['mirrored'])
        self.assertEqual(log.mirrored, seen['mirrored'])
        self.assertEqual(seen['forwarded'], seen['mirrored'] + seen['upgrades'])
        self.assertGreater(seen['forwarded'], log.requests / 2)
        self.assertGreater(log.failures['bad_request'], log.requests / 10)


if __name__ == '__main__':
    sys.exit(runner.main())
