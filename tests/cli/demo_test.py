"""The demo as a new user meets it: every planted fault in the report, and nothing else."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import runner  # noqa: E402
from program import InDirectory  # noqa: E402

PLANTED = {
    'GET /products/{id}': {('/price', 'value')},
    'GET /users/{id}': {('/address/zip', 'missing')},
    'GET /orders/{id}': {('/total', 'type')},
    'GET /catalog': {('/items', 'order')},
    'GET /images/logo.svg': {('header:Cache-Control', 'missing')},
    'GET /accounts/{id}': {('status', 'value')},
    'GET /recommendations/{id}': {('header:Content-Type', 'value'), ('body', 'type')},
}
REQUESTS = 4000
SLOW_US = 40_000


class Demo(InDirectory):
    def report(self):
        done = self.run_here('report', '--json', 'understudy-demo/log')
        return json.loads(done.stdout)

    def test_every_planted_fault_is_reported_and_nothing_else(self):
        done = self.run_here('demo')

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith('FAIL '), done.stdout)
        self.assertIn('understudy list understudy-demo/log', done.stderr)
        report = self.report()
        found = {}
        for signature in report['signatures']:
            places = {(place['place'], place['kind']) for place in signature['places']}
            found.setdefault(signature['endpoint'], set()).update(places)
        self.assertEqual(found, PLANTED)
        self.check_accounting(report)
        self.check_slow_endpoint(report)

    def check_accounting(self, report):
        (shadow,) = report['shadows']
        self.assertEqual(shadow['received'], REQUESTS)
        self.assertEqual(shadow['received'],
                         shadow['mirrored'] + sum(shadow['not_mirrored'].values()))
        self.assertEqual(shadow['mirrored'], shadow['same'] + shadow['different']
                         + shadow['unconfirmed'] + shadow['noise']
                         + sum(shadow['tainted'].values())
                         + sum(shadow['not_compared'].values())
                         + sum(shadow['shadow_failed'].values()))
        self.assertEqual(shadow['in_flight'], 0)

    def check_slow_endpoint(self, report):
        (search,) = [each for each in report['endpoints'] if each['endpoint'] == 'GET /search']
        self.assertGreater(search['shadow_latency']['p50_us'], SLOW_US)
        self.assertLess(search['primary_latency']['p50_us'], SLOW_US)

    def test_a_second_demo_replaces_the_first(self):
        for _ in range(2):
            done = self.run_here('demo', '--requests', '200')
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.report()['live']['requests'], 200)

    def test_what_it_leaves_is_a_good_configuration(self):
        self.assertEqual(self.run_here('demo', 'here', '--requests', '20').returncode, 0)
        done = self.run_here('check', '-c', 'here/understudy.toml')
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_log_that_is_not_the_demos_is_left_alone(self):
        (self.directory / 'mine' / 'log').mkdir(parents=True)
        segment = self.directory / 'mine' / 'log' / '20260101T000000.000000Z-0-000001.ndjson'
        segment.write_text('', encoding='utf-8')
        self.run_here('demo', 'mine', '--requests', '20')
        self.assertTrue(segment.exists())

    def test_a_directory_that_cannot_be_made_is_named(self):
        self.write('in the way', 'taken')
        done = self.run_here('demo', 'taken/here')
        self.assertEqual(done.returncode, 2)
        self.assertIn('cannot make taken/here: ', done.stderr)


if __name__ == '__main__':
    sys.exit(runner.main())
