"""Which endpoint has which noise and which regressions: a pure function of the seed."""

import faults
import noise
from dice import Dice
from fault_shapes import NOISY_FAULTS
from shop import SHOP
from spot import Spot, View

SAMPLES = 6  # answers of an endpoint that are looked at
TRIES = 12  # for a spot of one kind in one endpoint
NOISES = (0, 1, 2, 2, 3, 3, 4)  # of an endpoint
REGRESSIONS = (3, 3, 4)  # of an endpoint that has any
RESPELLED = 5  # endpoints of the shadow that the new serialiser writes


class Plan:
    """`noises` and `labels` by endpoint, `respelled` endpoints."""

    def __init__(self, seed):
        self.seed = seed
        self.dice = Dice(seed, 'plan')
        self.noises = {endpoint.id: [] for endpoint in SHOP.endpoints}
        self.labels = {endpoint.id: [] for endpoint in SHOP.endpoints}
        self.views = {endpoint.id: self.view(endpoint) for endpoint in SHOP.endpoints}
        self.caps = {endpoint.id: self.dice.choice(REGRESSIONS) for endpoint in SHOP.endpoints}
        self.unplaced = []
        self.plan_noise()
        self.plan_regressions()
        plain = [each.id for each in SHOP.endpoints if each.kind == 'json'
                 and not any(faults.is_whole(label.kind) for label in self.labels[each.id])]
        self.respelled = set(self.dice.sample(plain, RESPELLED))

    def view(self, endpoint):
        if endpoint.kind != 'json':
            return View([])
        count = 1 if endpoint.weight < 1 else SAMPLES
        targets = {endpoint.target(self.seed, Dice(self.seed, endpoint.id, rank))
                   for rank in range(count)}
        return View([endpoint.answer(self.seed, target).document for target in sorted(targets)])

    def shuffled(self):
        endpoints = list(SHOP.endpoints)
        self.dice.shuffle(endpoints)
        return endpoints

    # --- Noise -----------------------------------------------------------------------------------

    def plan_noise(self):
        kinds = list(noise.KINDS)
        self.dice.shuffle(kinds)
        for kind in kinds:
            endpoints = sorted(self.shuffled(), key=lambda each: len(self.noises[each.id]))
            if not any(self.add_noise(kind, endpoint) for endpoint in endpoints):
                self.unplaced.append(kind)
        common = [kind for kind in noise.KINDS if kind not in noise.RARE]
        for endpoint in self.shuffled():
            wanted = self.dice.choice(NOISES)
            for _ in range(TRIES):
                if len(self.noises[endpoint.id]) >= wanted:
                    break
                self.add_noise(self.dice.choice(common), endpoint)

    def add_noise(self, kind, endpoint):
        view = self.views[endpoint.id]
        spot = noise.options(kind, endpoint, view, self.dice)
        if spot is None or not self.has_room(spot, self.noises[endpoint.id], view):
            return False
        self.noises[endpoint.id].append(spot)
        return True

    def has_room(self, spot, others, view):
        """Not at a place that is taken, nor in an array that cannot be followed."""
        if any(spot.kind == other.kind for other in others):
            return False
        if not spot.steps:
            return spot.kind not in noise.RARE or len(others) < 2
        for other in others:
            if not other.steps:
                continue
            for outer, inner in ((spot, other), (other, spot)):
                if noise.explains(outer, inner.steps) and not (
                        len(inner.steps) > len(outer.steps) and noise.is_array(outer)
                        and not noise.is_array(inner) and noise.has_ids(view, outer.steps)):
                    return False
        return True

    # --- Regressions -----------------------------------------------------------------------------

    def plan_regressions(self):
        for kind in faults.KINDS:
            place = self.place_noisy if kind in NOISY_FAULTS or kind == 'lost-from-unordered' \
                else self.place_plain
            if not place(kind):
                self.unplaced.append(kind)

    def candidates(self):
        """Endpoints with room for one more regression, those that have one already first."""
        free = [each for each in self.shuffled()
                if len(self.labels[each.id]) < self.caps[each.id]
                and not any(faults.is_whole(label.kind) for label in self.labels[each.id])]
        return sorted(free, key=lambda each: not self.labels[each.id])

    def place_plain(self, kind):
        for endpoint in self.candidates():
            if faults.is_whole(kind) and self.labels[endpoint.id]:
                continue
            for spot in faults.options(kind, endpoint, self.views[endpoint.id], self.dice):
                if faults.fits_noise(spot, self.noises[endpoint.id], self.views[endpoint.id]) \
                        and self.add_label(endpoint, spot):
                    return True
        return False

    def place_noisy(self, kind):
        """At the place of noise; some noise is added if there is none."""
        over = ('shuffled-scalars', 'shuffled-objects') if kind == 'lost-from-unordered' \
            else NOISY_FAULTS[kind][1]
        return any(self.place_over(kind, endpoint, over) for endpoint in self.candidates()) \
            or any(self.add_noise(self.dice.choice(over), endpoint)
                   and self.place_over(kind, endpoint, over) for endpoint in self.candidates())

    def place_over(self, kind, endpoint, over):
        for spot in self.noises[endpoint.id]:
            if spot.kind in over and self.add_label(
                    endpoint, Spot(kind, spot.place, spot.steps, over=spot.kind)):
                return True
        return False

    def add_label(self, endpoint, spot):
        if any(faults.excludes(spot, label.spot) for label in self.labels[endpoint.id]):
            return False
        self.labels[endpoint.id].append(faults.label_of(endpoint, spot))
        return True

    def all_labels(self):
        return [label for labels in self.labels.values() for label in labels]

