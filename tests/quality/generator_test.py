"""What is planted is what the labels say, and the same for the same seed."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import faults  # noqa: E402
import noise  # noqa: E402
import places  # noqa: E402
import runner  # noqa: E402
import score  # noqa: E402
from client import requests_of  # noqa: E402
from fault_answers import ANSWER_FAULTS  # noqa: E402
from instance import Instance  # noqa: E402
from plan import Plan  # noqa: E402
from shop import SHOP  # noqa: E402

SEEDS = (1, 2)
REQUESTS = 2000
NOW = 1_800_000_000.25
PLANS = {seed: Plan(seed) for seed in SEEDS}


def instance(role, seed, chance, scenario='plain'):
    """One whose noise is that of all of this chance."""
    made = Instance(role, PLANS[seed], scenario, REQUESTS)
    made.chance = chance
    made.clock = lambda: NOW
    return made


def body_places(a, b):
    if a.status // 100 != b.status // 100:
        return {'body'}
    if a.kind == b.kind == 'json' and a.body is None and b.body is None:
        return {places.text_of(steps) if steps else '/'
                for steps in places.differences(a.document, b.document)}
    if a.encoded() == b.encoded():
        return set()
    is_lines = a.kind == b.kind and a.kind not in ('json', 'bytes', 'image')
    return {'line' if is_lines and b.body is None else 'body'}


def differing(a, b):
    """The places where two answers differ."""
    found = {'status'} if a.status != b.status else set()
    fields = {name for name, _ in a.headers + b.headers}
    found |= {'header:' + name for name in fields if a.header(name) != b.header(name)}
    return found | body_places(a, b) | ({'latency'} if a.delay != b.delay else set())


def pairs(seed, one, other):
    """(endpoint, answer, answer) of each request."""
    for number, (method, target, _) in enumerate(requests_of(seed, REQUESTS), 1):
        endpoint, a = one.answer(method, target, number)
        yield endpoint, a, other.answer(method, target, number)[1]


def row(endpoint, place):
    return score.Row(endpoint.name, place, '', 1)


def belongs(label, place, endpoint):
    """Whether the label explains that this place differs."""
    if place == label.spot.place or place in label.also or label.kind in ANSWER_FAULTS:
        return True
    steps = places.steps_of(place)
    return bool(label.spot.steps) and place.startswith('/') and (
        places.fits(label.spot.steps, steps)
        or label.is_loose and score.is_near(label, row(endpoint, place)))


class Generator(unittest.TestCase):
    def test_a_plan_is_the_same_for_the_same_seed_and_another_for_another(self):
        again = Plan(1)

        self.assertEqual(again.noises, PLANS[1].noises)
        self.assertEqual(again.labels, PLANS[1].labels)
        self.assertNotEqual(again.labels, PLANS[2].labels)

    def test_requests_are_the_same_for_the_same_seed(self):
        self.assertEqual(requests_of(1, 500), requests_of(1, 500))
        self.assertNotEqual(requests_of(1, 500), requests_of(2, 500))

    def test_answers_of_one_chance_are_the_same(self):
        for endpoint, a, b in pairs(1, instance('primary', 1, 'x'), instance('reference', 1, 'x')):
            with self.subTest(endpoint.id):
                own = [spot for spot in PLANS[1].noises[endpoint.id] if 'server' in spot.kind]
                self.assertTrue(own or differing(a, b) == set(), differing(a, b))

    def test_there_are_many_endpoints_of_many_kinds_and_sizes(self):
        self.assertGreaterEqual(len(SHOP.endpoints), 60)
        self.assertEqual(len({endpoint.kind for endpoint in SHOP.endpoints}), 9)
        sizes = sorted(len(endpoint.answer(1, target).encoded())
                       for endpoint, target in targets(1))
        self.assertLessEqual(sizes[0], 200)
        self.assertGreaterEqual(sizes[-1], 1 << 20)

    def test_every_target_is_of_its_own_endpoint(self):
        for endpoint, target in targets(1):
            self.assertIs(SHOP.find(f'{endpoint.method} {target.partition("?")[0]}'), endpoint)
            self.assertIs(SHOP.find(endpoint.name), endpoint)

    def test_every_kind_occurs_and_there_are_many(self):
        self.assertGreaterEqual(len(noise.KINDS), 25)
        self.assertGreaterEqual(len(faults.KINDS), 25)
        for seed, plan in PLANS.items():
            with self.subTest(seed=seed):
                self.assertEqual(plan.unplaced, [])
                planted = {spot.kind for spots in plan.noises.values() for spot in spots}
                self.assertEqual(planted, set(noise.KINDS))
                self.assertEqual({label.kind for label in plan.all_labels()}, set(faults.KINDS))

    def test_most_endpoints_are_noisy_and_about_a_third_has_regressions(self):
        for seed, plan in PLANS.items():
            with self.subTest(seed=seed):
                noisy = sum(bool(spots) for spots in plan.noises.values())
                broken = sum(bool(labels) for labels in plan.labels.values())
                self.assertGreater(noisy / len(SHOP.endpoints), 0.6)
                self.assertTrue(0.25 < broken / len(SHOP.endpoints) < 0.46, broken)

    def test_with_the_same_noise_the_shadow_differs_exactly_where_the_labels_say(self):
        for seed, plan in PLANS.items():
            seen = set()
            shadow = instance('shadow', seed, 'x')
            for endpoint, a, b in pairs(seed, instance('primary', seed, 'x'), shadow):
                labels = plan.labels[endpoint.id]
                for place in differing(a, b):
                    found = {label.id for label in labels if belongs(label, place, endpoint)}
                    own = score.noise_at(row(endpoint, place), plan.noises[endpoint.id])
                    self.assertTrue(found or own in ('server-name', 'header-server'),
                                    (seed, endpoint.id, place, [label.id for label in labels]))
                    seen |= found
            wanted = {label.id for label in plan.all_labels() if label.spot.when[:1] != ('rollout',)
                      or label.spot.when[1] < 50}
            self.assertEqual(wanted - seen, set(), f'seed {seed}')
            self.assertEqual(wanted - set(shadow.fired), set(), f'seed {seed}')

    def test_two_good_instances_differ_only_where_there_is_noise(self):
        for seed, plan in PLANS.items():
            seen = set()
            for endpoint, a, b in pairs(seed, instance('primary', seed, 'x'),
                                        instance('reference', seed, 'y')):
                for place in differing(a, b):
                    kind = score.noise_at(row(endpoint, place), plan.noises[endpoint.id])
                    self.assertIsNotNone(kind, (seed, endpoint.id, place))
                    seen.add(kind)
            # Lines are one place for all noise in them; Expires is the clock's, which stands here.
            hidden = {'header-expires', *noise.RARE, *noise.LINES, *noise.STREAMS}
            self.assertEqual(set(noise.KINDS) - seen - hidden, set(), f'seed {seed}')

    def test_the_new_serialiser_says_the_same(self):
        plain, new = instance('primary', 1, 'x', 'clean'), instance('shadow', 1, 'x',
                                                                    'new-serialiser')
        new.labels_of = lambda endpoint: []
        changed = 0
        for endpoint, a, b in list(pairs(1, plain, new))[:300]:
            if endpoint.kind == 'json' and a.status < 500 and 'server' not in str(
                    PLANS[1].noises[endpoint.id]):
                self.assertEqual(json.loads(a.encoded()), json.loads(b.encoded()))
                changed += a.encoded() != b.encoded()
        self.assertGreater(changed, 100)


def targets(seed):
    return [(SHOP.find(f'{method} {target.partition("?")[0]}'), target)
            for method, target, _ in requests_of(seed, 300)]


if __name__ == '__main__':
    sys.exit(runner.main())
