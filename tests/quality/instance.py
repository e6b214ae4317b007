"""One instance of the shop: what it answers to a request."""

import pickle
import time

import faults
import noise
from dice import Dice, number_of
from faults import is_late
from plan import Plan
from scenario import SCENARIOS
from shop import SHOP
from spot import Spot

CACHE_SECONDS = 2
COLD_SECONDS = 0.2
COLD_SHARE = 0.05  # of all requests, until the shadow is warm
MAP = Spot('random-map', '/by_visit', ('by_visit',), name='word')


class Turn:
    """One request as one instance sees it."""

    def __init__(self, instance, endpoint, number, target):
        self.seed = instance.plan.seed
        self.endpoint = endpoint
        self.number = number
        self.params = endpoint.params(target)
        self.role = instance.role
        self.now = instance.clock()
        self.count = instance.count
        self.chance = self.seed, instance.chance, number, instance.times_seen(number)
        self.dice = None  # of the noise that is being made
        self.fault_dice = Dice('fault', *self.chance)
        self.pure = Dice(self.seed, 'pure', endpoint.id, target)

    def number_of(self, *what):
        return number_of(self.seed, self.endpoint.id, self.number, *what)


class Instance:
    """`role`: primary, reference or shadow. Only the shadow has regressions."""

    def __init__(self, role, plan, scenario, requests):
        self.role = role
        self.chance = role  # instances of one chance have the same noise
        self.clock = time.time
        self.plan = plan
        self.scenario = SCENARIOS[scenario]
        self.requests = requests
        self.count = 0
        self.seen = {}  # number of a request -> how often it came
        self.documents = {}  # (endpoint, target) -> pickled answer
        self.shared = {}  # (endpoint, target, moment) -> dice
        self.fired = {}  # label id -> [times, example]

    def times_seen(self, number):
        """A server that is asked twice gives two answers."""
        self.seen[number] = self.seen.get(number, 0) + 1
        return self.seen[number]

    def pure(self, endpoint, target):
        key = endpoint.id, target
        if key not in self.documents:
            self.documents[key] = pickle.dumps(endpoint.answer(self.plan.seed, target))
        return pickle.loads(self.documents[key])

    def answer(self, method, target, number):
        """The endpoint and its answer to request `number`; (None, None) for an unknown target."""
        endpoint = SHOP.find(f'{method} {target.partition("?")[0]}')
        if endpoint is None:
            return None, None
        self.count += 1
        turn = Turn(self, endpoint, number, target)
        is_read = method in ('GET', 'HEAD')  # no cache keeps an answer to anything else
        if is_read and self.scenario.shares_cache and self.role != 'shadow':
            self.share(turn, target)
        labels = self.labels_of(endpoint)
        is_other = any(label.kind == 'wrong-entity' for label in labels)
        answer = self.pure(endpoint, self.other(endpoint, target) if is_other else target)
        self.inject([label for label in labels if not is_late(label.spot)], answer, turn)
        self.add_noise(endpoint, answer, turn)
        self.inject([label for label in labels if is_late(label.spot)], answer, turn)
        self.behave(endpoint, answer, turn)
        return endpoint, answer

    def labels_of(self, endpoint):
        has_any = self.role == 'shadow' and not self.scenario.is_clean
        return self.plan.labels[endpoint.id] if has_any else []

    def share(self, turn, target):
        """What two instances with one cache say is the same until the entry is over."""
        entry = int(turn.now / CACHE_SECONDS)
        turn.now = entry * CACHE_SECONDS
        turn.role = 'primary'
        turn.count = 0
        turn.chance = self.plan.seed, 'cache', turn.endpoint.id, target, entry

    def other(self, endpoint, target):
        """Another target of the same endpoint."""
        for rank in range(20):
            found = endpoint.target(self.plan.seed, Dice(self.plan.seed, 'other', target, rank))
            if found.partition('?')[0] != target.partition('?')[0]:
                return found
        return target

    def add_noise(self, endpoint, answer, turn):
        for spot in self.plan.noises[endpoint.id]:
            turn.dice = Dice(spot.kind, *turn.chance)
            noise.apply(answer, spot, turn)
        if self.scenario.has_maps and answer.kind == 'json' and isinstance(answer.document, dict):
            turn.dice = Dice('map', *turn.chance)
            noise.apply(answer, MAP, turn)

    def inject(self, labels, answer, turn):
        for label in labels:
            example = faults.apply(answer, label.spot, turn)
            if example is None:
                continue
            entry = self.fired.setdefault(label.id, [0, [str(value)[:200] for value in example]])
            entry[0] += 1

    def behave(self, endpoint, answer, turn):
        part = turn.number / max(1, self.requests)
        if self.role == 'shadow':
            answer.is_respelled = self.scenario.is_respelled or endpoint.id in self.plan.respelled
            if self.scenario.is_cold and part < COLD_SHARE:
                answer.delay += COLD_SECONDS * (1 - part / COLD_SHARE)
        if self.role == 'reference' and self.scenario.falls:
            if self.scenario.falls[0] <= part < self.scenario.falls[1]:
                answer.status, answer.kind, answer.document = 503, 'json', {'error': 'down'}
                answer.body, answer.headers = None, [['Content-Type', 'application/json']]


def of(role, seed, scenario, requests):
    return Instance(role, Plan(seed), scenario, requests)
