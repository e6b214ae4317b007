"""What a report found of the planned regressions, and what it found that is none."""

import collections
import dataclasses

import noise
import places
from fault_answers import ANSWER_FAULTS
from noise_shapes import ELEMENTS, LINE_PLACES
from shop import SHOP

FLAPPING = 'flapping-status'
RESPELLED = 'new-serialiser'
MAP = 'random-map'
OVERFLOW = '(other)'  # what a report says where it has more than it can hold
UNEXPLAINED = '(unexplained)'


@dataclasses.dataclass
class Row:
    """One entry of the report: a kind of difference at a place of an endpoint."""

    endpoint: str
    place: str
    kind: str
    count: int
    judgement: str = 'difference'

    @property
    def steps(self):
        return places.steps_of(self.place)

    @property
    def is_named_line(self):
        """A line of text told apart from others by its name or column."""
        return self.place.startswith('line ')

    @property
    def is_in_body(self):
        return not self.place.startswith(('header:', 'trailer:')) and self.place not in (
            'status', 'latency')


def rows_of(report):
    """All rows, and one for each endpoint that a reason of the verdict calls slow."""
    rows = [Row(entry['endpoint'], each['place'], each['kind'], each['count'],
                each.get('judgement', 'difference'))
            for entry in report['endpoints'] for each in entry['places']]
    slow = [reason['text'] for reason in report['verdict']['reasons']
            if reason['code'] == 'latency']
    rows += [Row(entry['endpoint'], 'latency', 'value', 0) for entry in report['endpoints']
             if any(text.startswith(entry['endpoint'] + ': ') for text in slow)]
    return rows


# --- One row and one label ----------------------------------------------------------------------

def has_word(label, row):
    """Whether a place in a structured body speaks of the same element or attribute."""
    return any(word in row.steps for word in label.words)


def is_near(label, row):
    """Whether one of both places is within the other; the whole document is too far away."""
    steps, own = row.steps, label.spot.steps
    if not steps or not own:
        return False
    short, long = sorted((own, steps), key=len)
    return places.is_within(short, long)


def names(label, row, noises):
    """Whether the row says that the label's regression took place."""
    is_kind = not label.wants or row.kind in label.wants
    is_place = row.place == label.spot.place or row.place in label.also
    if label.spot.steps and row.place.startswith('/'):
        is_place = is_place or places.fits(label.spot.steps, row.steps)
    if is_place:
        return is_kind
    if noise_at(row, noises, is_exact=True):
        return False
    if row.is_named_line and label.spot.place == 'line':
        return is_kind
    if '**' in label.also:
        return row.is_in_body
    if label.words and row.place.startswith('/'):
        return has_word(label, row)
    return label.is_loose and (is_kind or not label.spot.over) and is_near(label, row)


def explains(label, row):
    """Whether the row is a consequence of the regression, if not its name."""
    if label.kind == 'latency':
        return False
    if label.kind in ANSWER_FAULTS:
        return row.is_in_body or label.kind.startswith('status') or row.place == label.spot.place
    if label.kind == 'ndjson-record-lost':
        return row.place.startswith('/*')
    if label.spot.over:
        return False
    if label.words and row.place.startswith('/'):
        return row.steps[-1:] == ('#order',)
    is_line = row.is_named_line and label.spot.place == 'line' \
        and row.place not in LINE_PLACES.values()
    return row.place == label.spot.place or is_line or (label.is_loose and is_near(label, row))


# --- One row and the noise ----------------------------------------------------------------------

def noise_at(row, noises, is_exact=False):
    """The kind of noise of an endpoint that makes this place differ, or None."""
    for spot in noises:
        if spot.kind == FLAPPING:
            if not is_exact and (row.place in ('status', 'body') or row.place.startswith('header')):
                return spot.kind
        elif spot.steps:
            if row.place.startswith('/') and is_of(spot, row, is_exact):
                return spot.kind
        elif row.place == spot.place and not (is_exact and spot.slot):
            return spot.kind
        elif row.is_named_line and spot.place == 'line':
            if not is_exact or row.place == LINE_PLACES.get(spot.kind):
                return spot.kind
        elif spot.slot and row.place.startswith('/') \
                and is_of_line(spot, row, is_exact):
            return spot.kind
    return None


def is_of(spot, row, is_exact):
    if noise.explains(spot, row.steps):
        return not is_exact or places.fits(spot.steps, row.steps)
    return not is_exact and bool(row.steps) and places.is_within(row.steps, spot.steps)


def is_of_line(spot, row, is_exact):
    """A structured place of a line or record that is noisy."""
    if spot.kind == 'ndjson-order':
        return not is_exact or row.kind == 'order'
    if spot.kind == 'html-csrf':  # there are inputs without it, which have no values
        return 'input' in row.steps and not {'@type', '@class'} & set(row.steps)
    return ELEMENTS.get(spot.slot, spot.slot) in row.steps


def cause_of(row, noises, is_respelled, has_maps):
    """What the false row should have been told apart as."""
    if row.place == OVERFLOW:
        return OVERFLOW
    if has_maps and row.steps[:1] == ('by_visit',):
        return MAP
    if is_respelled and row.is_in_body and noise_at(row, noises, is_exact=True) is None \
            and row.kind in ('value', 'type', 'order'):
        return noise_at(row, noises) or RESPELLED
    return noise_at(row, noises) or UNEXPLAINED


# --- All rows -----------------------------------------------------------------------------------

@dataclasses.dataclass
class Score:
    """Of one reading of the report: with the unconfirmed or without."""

    found: dict = dataclasses.field(default_factory=dict)  # label id -> Row that names it
    missed: list = dataclasses.field(default_factory=list)  # labels
    false: dict = dataclasses.field(default_factory=dict)  # (endpoint, place) -> (cause, Row)

    @property
    def precision(self):
        return ratio(len(self.found), len(self.found) + len(self.false))

    @property
    def recall(self):
        return ratio(len(self.found), len(self.found) + len(self.missed))

    @property
    def f1(self):
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def ratio(part, whole):
    return part / whole if whole else 1.0


class Truth:
    """What was planned and did take place."""

    def __init__(self, plan, fired, scenario):
        self.plan = plan
        self.scenario = scenario
        labels = [] if scenario.is_clean else plan.all_labels()
        self.labels = [label for label in labels if label.id in fired]
        self.idle = [label for label in labels if label.id not in fired]
        self.fired = fired
        self.by_endpoint = collections.defaultdict(list)
        for label in self.labels:
            self.by_endpoint[label.endpoint].append(label)

    def score(self, rows, judgements):
        """Of the rows with these judgements."""
        score = Score()
        named = set()
        suspects = []
        for row in (row for row in rows if row.judgement in judgements):
            endpoint = SHOP.find(row.endpoint)
            noises = self.plan.noises[endpoint.id] if endpoint else []
            labels = self.by_endpoint[endpoint.id] if endpoint else []
            hits = [label for label in labels if names(label, row, noises)]
            for label in hits:
                score.found.setdefault(label.id, row)
                named.add((row.endpoint, row.place))
            if not hits and not any(explains(label, row) for label in labels):
                suspects.append((self.cause(row, endpoint, noises), row))
        for cause, row in suspects:
            key = row.endpoint, row.place
            if key not in named:
                score.false.setdefault(key, (cause, row))
        score.missed = [label for label in self.labels if label.id not in score.found]
        return score

    def cause(self, row, endpoint, noises):
        if endpoint is None:
            return OVERFLOW if row.endpoint == OVERFLOW else UNEXPLAINED
        is_respelled = self.scenario.is_respelled or endpoint.id in self.plan.respelled
        return cause_of(row, noises, is_respelled, self.scenario.has_maps)

    def rows_near(self, label, rows):
        """What the report says about the place of a label, however it judges it."""
        noises = self.plan.noises[label.endpoint]
        return [row for row in rows if SHOP.find(row.endpoint) is SHOP.by_id[label.endpoint]
                and (names(label, row, noises) or row.place == label.spot.place)]

    def by_kind(self, score):
        """kind of regression -> (found, all)"""
        counts = collections.defaultdict(lambda: [0, 0])
        for label in self.labels:
            counts[label.kind][0] += label.id in score.found
            counts[label.kind][1] += 1
        return {kind: tuple(pair) for kind, pair in sorted(counts.items())}

    def by_noise(self, score):
        """kind of noise -> (false places, places with such noise)"""
        spots = collections.Counter(spot.kind for noises in self.plan.noises.values()
                                    for spot in noises)
        spots[RESPELLED] = len(self.plan.respelled)
        false = collections.Counter(cause for cause, _ in score.false.values())
        return {kind: (false[kind], spots[kind]) for kind in sorted({*spots, *false})}
