"""Half a million requests of mixed kinds: each is accounted for, by everybody who saw it."""

import os
import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import books
import runner
from understudy import IS_SANITIZED, Understudy

SEED = int(os.environ.get('UNDERSTUDY_LEDGER_SEED', '1'))
REQUESTS = int(os.environ.get('UNDERSTUDY_LEDGER_REQUESTS', 30_000 if IS_SANITIZED else 500_000))
SECONDS = 280
# Nothing may be late only because the machine is busy.
CONFIGURATION = '''
server.workers = 2
server.header_timeout = "50s"
server.body_timeout = "50s"
primary.timeout = "50s"
shadow.timeout = "50s"
shadow.max_inflight = 1000
server.backstage_nice = 0
diff.ignore_headers = ["X-Ledger-Side", "Connection", "Transfer-Encoding"]
'''


class Ledger(unittest.TestCase):
    def test_every_request_is_accounted_for(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            began = time.monotonic()
            with (books.Server(folder, 'primary', SEED) as primary,
                  books.Server(folder, 'shadow', SEED) as shadow):
                proxy = Understudy(folder / 'proxy', primary.url, shadow.url, CONFIGURATION)
                with proxy:
                    books.load(proxy.port, SEED, 1, REQUESTS, folder / 'client.book', SECONDS)
                    log = proxy.stop_clean(self)
                others = primary.stop()
                shadow.stop()
            is_right, said = books.check(folder, SEED, REQUESTS, log.path)
            print(f'seed {SEED}, {time.monotonic() - began:.0f} s\n{said}')
            self.assertTrue(is_right, said)
            self.assertEqual(others, 0)
            self.assertGreater(log.mirrored, REQUESTS // 20)


if __name__ == '__main__':
    sys.exit(runner.main())
