"""What counts as found, as missed and as false."""

import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import faults  # noqa: E402
import places  # noqa: E402
import runner  # noqa: E402
import score  # noqa: E402
from scenario import SCENARIOS  # noqa: E402
from score import Row  # noqa: E402
from shop import SHOP  # noqa: E402
from spot import Spot  # noqa: E402

USER = 'GET /users/{user:int}'
TEAM = 'GET /teams/{team:slug}'
HOME = 'GET /'
NAME = 'GET /users/{id}'
CONFIRMED = ('difference',)
ALL = ('difference', 'unconfirmed')


def spot(kind, place, **more):
    steps = places.steps_of(place) if place.startswith('/') else ()
    return Spot(kind, place, steps, **more)


def label(kind, place, endpoint=USER, **more):
    return faults.label_of(SHOP.by_id[endpoint], spot(kind, place, **more))


def truth(labels=(), noises=None, respelled=(), scenario='plain', fired=None):
    """Of a plan that has just these."""
    by_endpoint = {each.id: [] for each in SHOP.endpoints}
    for each in labels:
        by_endpoint[each.endpoint].append(each)
    plan = types.SimpleNamespace(
        labels=by_endpoint, all_labels=lambda: list(labels), respelled=set(respelled),
        noises={**{each.id: [] for each in SHOP.endpoints}, **(noises or {})})
    took_place = {each.id: [1, ['a', 'b']] for each in labels} if fired is None else fired
    return score.Truth(plan, took_place, SCENARIOS[scenario])


class Found(unittest.TestCase):
    def found(self, planted, *rows, noises=None):
        """Whether the rows name the label, and how many are false."""
        result = truth([planted], noises and {planted.endpoint: noises}).score(rows, CONFIRMED)
        return len(result.found), len(result.false)

    def test_the_labelled_place_is_found(self):
        self.assertEqual(self.found(label('value-changed', '/address/zip'),
                                    Row(NAME, '/address/zip', 'value', 3)), (1, 0))

    def test_another_place_is_false_and_the_label_missed(self):
        planted = label('value-changed', '/address/zip')
        result = truth([planted]).score([Row(NAME, '/age', 'value', 3)], CONFIRMED)
        self.assertEqual(result.missed, [planted])
        self.assertEqual([cause for cause, _ in result.false.values()], [score.UNEXPLAINED])
        self.assertEqual((result.precision, result.recall, result.f1), (0, 0, 0))

    def test_another_endpoint_is_false(self):
        self.assertEqual(self.found(label('value-changed', '/age'),
                                    Row('GET /config', '/age', 'value', 3)), (0, 1))

    def test_a_loss_is_named_by_an_ancestor_or_descendant(self):
        planted = label('field-lost', '/address/zip')
        self.assertEqual(self.found(planted, Row(NAME, '/address', 'missing', 1)), (1, 0))
        self.assertEqual(self.found(planted, Row(NAME, '/', 'type', 1)), (0, 1))
        planted = label('array-truncated', '/roles')
        self.assertEqual(self.found(planted, Row(NAME, '/roles/*', 'missing', 1)), (1, 0))

    def test_a_changed_value_is_not_named_by_an_ancestor(self):
        self.assertEqual(self.found(label('value-changed', '/address/zip'),
                                    Row(NAME, '/address', 'missing', 1)), (0, 1))

    def test_a_renamed_member_is_named_by_either_name_and_the_other_is_not_false(self):
        planted = label('renamed', '/age', name='ageValue')
        self.assertEqual(self.found(planted, Row(NAME, '/ageValue', 'extra', 1)), (1, 0))
        self.assertEqual(self.found(planted, Row(NAME, '/ageValue', 'extra', 1),
                                    Row(NAME, '/age', 'missing', 1)), (1, 0))

    def test_a_place_of_noise_is_found_only_by_the_kind_of_the_regression(self):
        planted = label('time-missing', '/updated_at', over='time-iso')
        noises = [spot('time-iso', '/updated_at')]
        self.assertEqual(self.found(planted, Row(NAME, '/updated_at', 'value', 9), noises=noises),
                         (0, 1))
        self.assertEqual(self.found(planted, Row(NAME, '/updated_at', 'missing', 9),
                                    noises=noises), (1, 0))

    def test_an_element_lost_from_a_shuffled_array_is_not_its_order(self):
        planted = label('lost-from-unordered', '/roles', over='shuffled-scalars')
        noises = [spot('shuffled-scalars', '/roles')]
        self.assertEqual(self.found(planted, Row(NAME, '/roles', 'order', 9), noises=noises),
                         (0, 1))
        self.assertEqual(self.found(planted, Row(NAME, '/roles/*', 'missing', 9), noises=noises),
                         (1, 0))

    def test_what_follows_from_another_status_is_not_false(self):
        planted = label('status-404', 'status')
        self.assertEqual(self.found(planted, Row(NAME, 'status', 'value', 9),
                                    Row(NAME, 'header:Vary', 'missing', 9),
                                    Row(NAME, 'body', 'value', 9)), (1, 0))

    def test_the_data_of_another_id_is_named_by_any_place_but_that_of_noise(self):
        planted = label('wrong-entity', 'body')
        noises = [spot('uuid', '/event_id')]
        self.assertEqual(self.found(planted, Row(NAME, '/address/city', 'value', 9),
                                    noises=noises), (1, 0))
        self.assertEqual(self.found(planted, Row(NAME, '/event_id', 'value', 9),
                                    noises=noises)[0], 0)

    def test_a_line_is_named_by_a_structured_place_that_speaks_of_it(self):
        planted = label('html-element-lost', 'line', HOME)
        self.assertEqual(self.found(planted, Row(HOME, 'line', 'missing', 9)), (1, 0))
        self.assertEqual(self.found(planted, Row(HOME, '/html/body/main/p', 'missing', 9)), (1, 0))
        self.assertEqual(self.found(planted, Row(HOME, '/html/head/title', 'value', 9)), (0, 1))

    def test_a_line_of_text_has_its_name_or_column(self):
        planted = label('text-line', 'line', 'GET /metrics')
        noises = [Spot('text-jitter', 'line', slot='busy')]
        for place, found in (('line shop_orders_total', 1), ('line column 4', 1), ('line', 1),
                             ('line shop_busy_seconds', 0)):
            row = Row('GET /metrics', place, 'value', 9)
            self.assertEqual(self.found(planted, row, noises=noises), (found, 1 - found))

    def test_noise_in_a_structured_body_does_not_name_a_regression_in_it(self):
        planted = label('html-attribute', 'line', 'GET /login')
        noises = [Spot('html-csrf', 'line', slot='csrf')]
        row = Row('GET /login', '/html/body/main/input/@value', 'value', 9)
        self.assertEqual(self.found(planted, row, noises=noises), (0, 1))
        row = Row('GET /login', '/html/body/main/form/input/2/@type', 'missing', 9)
        self.assertEqual(self.found(planted, row, noises=noises), (1, 0))

    def test_a_lost_record_is_not_the_order_of_records(self):
        planted = label('ndjson-record-lost', 'line', 'GET /audit')
        noises = [Spot('ndjson-order', 'line', slot='*')]
        self.assertEqual(self.found(planted, Row('GET /audit', '/', 'order', 9), noises=noises),
                         (0, 1))
        self.assertEqual(self.found(planted, Row('GET /audit', '/*', 'missing', 9),
                                    noises=noises), (1, 0))

    def test_a_slow_endpoint_is_named_by_the_verdict(self):
        report = {'endpoints': [{'endpoint': NAME, 'places': []}], 'verdict': {
            'reasons': [{'code': 'latency', 'text': f'{NAME}: slower'}]}}
        rows = score.rows_of(report)
        self.assertEqual(self.found(label('latency', 'latency'), *rows), (1, 0))


class False_(unittest.TestCase):
    def causes(self, *rows, **more):
        result = truth(**more).score(rows, ALL)
        return sorted(cause for cause, _ in result.false.values())

    def test_noise_is_named_as_what_it_is(self):
        noises = {USER: [spot('uuid', '/event_id'), spot('picked', '/roles'),
                         Spot('header-age', 'header:Age')]}
        self.assertEqual(self.causes(Row(NAME, '/event_id', 'value', 1),
                                     Row(NAME, '/roles/*', 'missing', 1),
                                     Row(NAME, 'header:Age', 'value', 1), noises=noises),
                         ['header-age', 'picked', 'uuid'])

    def test_one_place_counts_once_whatever_the_kinds(self):
        noises = {USER: [spot('optional-field', '/age')]}
        self.assertEqual(self.causes(Row(NAME, '/age', 'missing', 1), Row(NAME, '/age', 'extra', 1),
                                     noises=noises), ['optional-field'])

    def test_each_reported_name_of_an_endpoint_counts(self):
        noises = {TEAM: [spot('uuid', '/event_id')]}
        self.assertEqual(len(self.causes(Row('GET /teams/amber-oak', '/event_id', 'value', 1),
                                         Row('GET /teams/basil-oak', '/event_id', 'value', 1),
                                         noises=noises)), 2)

    def test_another_spelling_is_the_new_serialiser(self):
        self.assertEqual(self.causes(Row(NAME, '/age', 'value', 1), respelled=[USER]),
                         [score.RESPELLED])

    def test_in_a_clean_scenario_there_is_nothing_to_find(self):
        planted = label('value-changed', '/age')
        result = truth([planted], scenario='clean').score([Row(NAME, '/age', 'value', 1)], ALL)
        self.assertEqual((len(result.found), len(result.missed), len(result.false)), (0, 0, 1))


class Judgements(unittest.TestCase):
    def test_noise_counts_as_nothing_and_unconfirmed_in_one_column(self):
        planted = label('value-changed', '/age')
        rows = [Row(NAME, '/age', 'value', 1, 'unconfirmed'),
                Row(NAME, '/rating', 'value', 1, 'noise')]
        strict, loose = (truth([planted]).score(rows, which) for which in (CONFIRMED, ALL))
        self.assertEqual((len(strict.found), len(strict.false)), (0, 0))
        self.assertEqual((len(loose.found), len(loose.false)), (1, 0))

    def test_a_row_without_judgement_is_a_difference(self):
        report = {'verdict': {'reasons': []}, 'endpoints': [{'endpoint': NAME, 'places': [
            {'place': '/a', 'kind': 'value', 'count': 2},
            {'place': '/b', 'kind': 'value', 'count': 2, 'judgement': 'noise'}]}]}
        self.assertEqual([row.judgement for row in score.rows_of(report)], ['difference', 'noise'])

    def test_what_did_not_take_place_is_neither_found_nor_missed(self):
        result = truth([label('value-changed', '/age')], fired={})
        self.assertEqual((result.labels, len(result.idle)), ([], 1))

    def test_figures(self):
        planted = [label('value-changed', '/age'), label('rounded', '/rating')]
        result = truth(planted).score([Row(NAME, '/age', 'value', 1), Row(NAME, '/x', 'value', 1),
                                       Row(NAME, '/y', 'value', 1)], ALL)
        self.assertAlmostEqual(result.precision, 1 / 3)
        self.assertAlmostEqual(result.recall, 1 / 2)
        self.assertAlmostEqual(result.f1, 0.4)


class Places(unittest.TestCase):
    def test_places_are_generalised_as_a_report_does(self):
        for place, general in (('/items/3/price', '/items/*/price'), ('line:12', 'line'),
                               ('line:12 retries', 'line retries'),
                               ('/m/9f9bf477-8483-4b6e-9f3e-00671c0a1b2c/x', '/m/*/x'),
                               ('/m/2024-06-01', '/m/*'), ('/m/s_ab12', '/m/s_ab12'),
                               ('header:ETag', 'header:ETag'), ('/', '/')):
            self.assertEqual(places.generalised(place), general)

    def test_documents_differ_at_places(self):
        a = {'a': 1, 'b': [1, {'c': True}], 'd': None, 'e': 'x'}
        b = {'a': 1.0, 'b': [1, {'c': 1}], 'e': 'x', 'f': 2}
        self.assertEqual(set(places.differences(a, b)), {('b', '*', 'c'), ('d',), ('f',)})


if __name__ == '__main__':
    sys.exit(runner.main())
