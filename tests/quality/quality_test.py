"""The report finds what it found when this was written, and no more, however it is configured."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import quality  # noqa: E402
import runner  # noqa: E402

RATE = 140  # requests a second, which all these servers bear on a small machine


class Quality(unittest.TestCase):
    def play(self, **how):
        run = quality.Run(rate=RATE, **how)
        with tempfile.TemporaryDirectory() as folder:
            result = quality.play(run, folder)
        print(*result.lines(1), sep='\n', flush=True)
        data = result.as_json()
        self.assertEqual((data['failed'], data['compared']), (0, run.requests))
        self.assertEqual((data['not_mirrored'], data['shadow_failed']), ({}, {}))
        self.assertEqual(data['by_noise'].get('(unexplained)', (0, 0))[0], 0)
        return data

    def test_without_configuration_the_report_holds_its_floors(self):
        data = self.play(requests=700)

        self.assertGreaterEqual(data['labels'], 48)
        found = data['with_unconfirmed']
        self.assertGreaterEqual(found['recall'], 0.9)
        self.assertGreaterEqual(found['precision'], 0.6)
        self.assertEqual(data['by_noise']['new-serialiser'][0], 0)

    def test_the_primary_asked_again_tells_noise(self):
        data = self.play(requests=1400, setting='self')

        self.assertGreaterEqual(data['with_unconfirmed']['recall'], 0.9)
        self.assertGreaterEqual(data['confirmed']['recall'], 0.8)
        self.assertGreaterEqual(data['confirmed']['precision'], 0.9)

    def test_a_second_primary_tells_noise(self):
        data = self.play(requests=1400, setting='url')

        self.assertGreaterEqual(data['with_unconfirmed']['recall'], 0.9)
        self.assertGreaterEqual(data['confirmed']['recall'], 0.8)
        self.assertGreaterEqual(data['confirmed']['precision'], 0.95)

    def test_hostile_situations_bring_no_false_alarm(self):
        for scenario in ('clean', 'reference-falls', 'cold-shadow', 'random-maps',
                         'new-serialiser'):
            with self.subTest(scenario):
                data = self.play(requests=700, setting='url', scenario=scenario)
                self.assertLessEqual(data['confirmed']['false'], 1)
                self.assertGreaterEqual(data['with_unconfirmed']['recall'], 0.9)

    def test_a_cache_that_primary_and_reference_share_is_seen_through(self):
        data = self.play(requests=700, setting='url', scenario='shared-cache')

        self.assertGreaterEqual(data['with_unconfirmed']['recall'], 0.85)
        self.assertGreaterEqual(data['confirmed']['precision'], 0.6)

    def test_the_formulas_of_diffy_can_be_had(self):
        data = self.play(requests=700, setting='diffy')

        self.assertGreaterEqual(data['confirmed']['recall'], 0.9)


if __name__ == '__main__':
    sys.exit(runner.main())
