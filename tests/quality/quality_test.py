"""The report without any configuration finds what it found when this was written, and no more."""

import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import quality  # noqa: E402
import runner  # noqa: E402

IS_SANITIZED = os.environ.get('UNDERSTUDY_SANITIZED', '') not in ('', 'none')
REQUESTS = 700
RATE = 60 if IS_SANITIZED else 140


class Quality(unittest.TestCase):
    def test_the_report_holds_its_floors(self):
        run = quality.Run(requests=REQUESTS, rate=RATE)
        with tempfile.TemporaryDirectory() as folder:
            result = quality.play(run, folder)
        print(*result.lines(1), sep='\n', flush=True)
        data = result.as_json()

        self.assertEqual((data['failed'], data['compared']), (0, REQUESTS))
        self.assertEqual((data['not_mirrored'], data['shadow_failed']), ({}, {}))
        self.assertGreaterEqual(data['labels'], 48)
        found = data['with_unconfirmed']
        self.assertGreaterEqual(found['recall'], 0.9)
        self.assertGreaterEqual(found['precision'], 0.6)
        self.assertEqual(data['by_noise']['new-serialiser'][0], 0)
        self.assertEqual(data['by_noise'].get('(unexplained)', (0, 0))[0], 0)


if __name__ == '__main__':
    sys.exit(runner.main())
