"""All kinds of regression: where each may go, how it gets into the shadow, how it is named."""

import dataclasses

import noise
import places
from dice import Dice
from fault_answers import ANSWER_FAULTS, BODY_FAULTS, HEADER_FAULTS
from fault_shapes import NOISY_FAULTS, SHAPE_FAULTS
from fault_values import VALUE_FAULTS, ValueFault, apply_value, changed
from spot import Spot

# Kinds that are another one under a condition.
PARTIAL = {'rollout-50': ('rollout', 50), 'rollout-200': ('rollout', 200), 'query-only': None,
           'big-only': None}
VARIES = 'starts-to-vary'
CHOOSY = ('cookie-attribute', 'redirect', 'precision-lost', 'mojibake')  # have few places
KINDS = tuple(sorted([*PARTIAL, *HEADER_FAULTS, *BODY_FAULTS, *NOISY_FAULTS, *SHAPE_FAULTS, VARIES,
                      *VALUE_FAULTS, *ANSWER_FAULTS],
                     key=lambda kind: (kind in ANSWER_FAULTS, kind not in CHOOSY)))
# Weight of an endpoint that is asked often enough to see it.
HEAVY = {'rollout-50': 7, 'rollout-200': 10}
SIZES = ('size', 'rows', 'limit')


@dataclasses.dataclass(frozen=True)
class Label:
    """A regression that a report should name."""

    endpoint: str  # Endpoint.id
    spot: Spot
    wants: tuple = ()  # kinds of difference; any if empty
    also: tuple = ()  # other places that name it; '**' is any place in the body
    words: tuple = ()  # for lines: steps of which a place in a structured body has one
    is_loose: bool = False  # an ancestor or descendant names it as well

    @property
    def kind(self):
        return self.spot.kind

    @property
    def id(self):
        return f'{self.endpoint} {self.spot.place} {self.spot.kind}'


# --- Where ---------------------------------------------------------------------------------------

def options(kind, endpoint, view, dice):
    """Spots for a regression of this kind in that endpoint, in the order of the dice."""
    if kind in ANSWER_FAULTS:
        return answer_options(kind, endpoint)
    if kind in HEADER_FAULTS:
        field = HEADER_FAULTS[kind][0]
        has = field in ('X-Api-Version', 'Cache-Control') or field in endpoint.headers
        return [Spot(kind, 'header:' + field)] if has else []
    if kind in BODY_FAULTS:
        place = 'body' if kind == 'binary-block' else 'line'
        return [Spot(kind, place)] if changes_body(kind, endpoint) else []
    if endpoint.kind != 'json':
        return []
    found = partial_options(kind, endpoint, view) if kind in PARTIAL else \
        document_options(kind, view, dice)
    dice.shuffle(found)
    return found


def changes_body(kind, endpoint):
    """Whether a regression of this kind does anything to the endpoint's answers."""
    kinds, change, _ = BODY_FAULTS[kind]
    if endpoint.kind not in kinds:
        return False
    dice = Dice(kind, endpoint.id)
    return change(endpoint.answer(0, endpoint.target(0, dice)), dice) is not None


def answer_options(kind, endpoint):
    is_plain = endpoint.kind == 'json' and endpoint.weight >= 1
    if kind == 'wrong-entity':
        is_plain = is_plain and ':' in endpoint.template
    when = ('rollout', 7) if kind == 'status-500' else ()
    return [Spot(kind, ANSWER_FAULTS[kind][1], when=when)] if is_plain else []


def document_options(kind, view, dice):
    if kind in VALUE_FAULTS or kind == VARIES:
        fault = VALUE_FAULTS.get(kind, ValueFault(('int', 'text'), changed))
        leaves = [steps for steps in view.leaves(*fault.types)
                  if not fault.suits or fault.suits(view.found[steps])]
        return [spot_at(kind, steps) for steps in leaves]
    if kind == 'renamed':
        leaves = [steps for steps in view.leaves('int', 'text', 'bool', 'float', 'object')]
        return [spot_at(kind, steps, steps[-1] + 'Value') for steps in leaves]
    if kind == 'object-to-array':
        return [spot_at(kind, steps) for steps in view.objects()
                if steps and steps[-1] != places.STEP]
    if kind == 'extra-field':
        return [spot_at(kind, steps + (dice.choice(['debug', 'internal', '_meta']),))
                for steps in view.objects()]
    if kind == 'reordered':
        return [spot_at(kind, steps) for of in ('scalars', 'objects')
                for steps in view.arrays(of, 4)]
    if kind in SHAPE_FAULTS:
        return [spot_at(kind, steps) for steps in view.arrays('elements', 4)]
    return []


def partial_options(kind, endpoint, view):
    if kind.startswith('rollout'):
        whens = [PARTIAL[kind]] if endpoint.weight >= HEAVY[kind] else []
    else:
        is_big = kind == 'big-only'
        whens = [('query', name, str(values[-1 if is_big else 1]))
                 for name, values in endpoint.query.items()
                 if len(values) > 1 and is_big == (name in SIZES)]
    leaves = view.leaves('int', 'float', 'text', 'bool')
    return [spot_at(kind, steps, when=when) for steps in leaves for when in whens]


def spot_at(kind, steps, name='', when=()):
    return Spot(kind, places.text_of(steps), tuple(steps), name=name, when=when)


# --- What ----------------------------------------------------------------------------------------

def happens(spot, turn):
    if not spot.when:
        return True
    if spot.when[0] == 'rollout':
        return turn.number_of('rollout', spot.place) % spot.when[1] == 0
    return turn.params.get(spot.when[1]) == spot.when[2]


def is_late(spot):
    """Whether it goes in after the noise."""
    return spot.kind in NOISY_FAULTS or spot.kind in HEADER_FAULTS \
        or spot.kind in ('empty-body', 'content-type', 'status-500', 'status-404')


def apply(answer, spot, turn):
    """(before, after) if the answer is not what it was, else None."""
    kind = spot.kind
    if not happens(spot, turn):
        return None
    if kind in ANSWER_FAULTS:
        change = ANSWER_FAULTS[kind][0]
        return change(answer, turn) if change else ('its own', "another's")
    if kind in HEADER_FAULTS:
        return HEADER_FAULTS[kind][1](answer, turn)
    if kind in BODY_FAULTS:
        is_there = answer.kind in BODY_FAULTS[kind][0]
        return BODY_FAULTS[kind][1](answer, turn.pure) if is_there else None
    if answer.kind != 'json' or answer.status >= 500:
        return None
    return apply_to_document(answer.document, spot, turn)


def apply_to_document(document, spot, turn):
    kind = spot.kind
    if kind in NOISY_FAULTS:
        return NOISY_FAULTS[kind][0](document, spot, turn.fault_dice)
    if kind in SHAPE_FAULTS:
        return SHAPE_FAULTS[kind][0](document, spot, turn.pure)
    if kind == VARIES:
        def varied(value, _):
            return turn.fault_dice.randint(0, 10 ** 6) if isinstance(value, int) \
                else turn.fault_dice.letters(8)
        return apply_value(ValueFault(('int', 'text'), varied, ('value',), True), document, spot,
                           turn.pure)
    fault = VALUE_FAULTS.get(kind, ValueFault((), changed, ('value',), True))
    return apply_value(fault, document, spot, turn.pure)


# --- How it is named -----------------------------------------------------------------------------

def label_of(endpoint, spot):
    """What a report must say to have found it."""
    kind = spot.kind
    if kind in ANSWER_FAULTS:
        return Label(endpoint.id, spot, also=ANSWER_FAULTS[kind][2])
    if kind in HEADER_FAULTS:
        return Label(endpoint.id, spot)
    if kind in BODY_FAULTS:
        if kind == 'ndjson-record-lost':
            return Label(endpoint.id, spot, wants=('missing', 'length'), also=('/*', '/'))
        return Label(endpoint.id, spot, words=BODY_FAULTS[kind][2], also=('body',))
    if kind in NOISY_FAULTS:
        return Label(endpoint.id, spot, wants=NOISY_FAULTS[kind][2])
    if kind in SHAPE_FAULTS:
        also = (places.text_of(spot.steps[:-1] + (spot.name,)),) if kind == 'renamed' else ()
        wants = SHAPE_FAULTS[kind][1] if kind == 'lost-from-unordered' else ()
        return Label(endpoint.id, spot, wants=wants, also=also, is_loose=True)
    wants = ('value', 'type') if kind == VARIES or kind in PARTIAL else VALUE_FAULTS[kind].wants
    return Label(endpoint.id, spot, wants=wants, is_loose='missing' in wants)


def is_whole(kind):
    """Whether it leaves no room for another regression in its endpoint."""
    return kind in ANSWER_FAULTS


def fits_noise(spot, noises, view):
    """Whether the noise in its endpoint leaves the regression a place of its own."""
    if spot.kind in NOISY_FAULTS or spot.kind == 'lost-from-unordered':
        return False  # these look for their noise themselves
    if not spot.steps:
        return True
    for other in noises:
        if not other.steps:
            continue
        if noise.explains(other, spot.steps):
            is_inside = len(spot.steps) > len(other.steps)
            if not (is_inside and noise.is_array(other) and noise.has_ids(view, other.steps)):
                return False
        if is_array_fault(spot) and places.is_within(spot.steps, other.steps) \
                and not noise.has_ids(view, spot.steps):
            return False
        if spot.kind in ('object-to-array', 'renamed') \
                and places.is_within(spot.steps, other.steps):
            return False
    return True


def is_array_fault(spot):
    return spot.kind in SHAPE_FAULTS and ('array' in spot.kind or 'element' in spot.kind
                                          or spot.kind == 'reordered')


def excludes(spot, other):
    """Whether two regressions of one endpoint cannot be told apart."""
    if is_whole(spot.kind) or is_whole(other.kind):
        return True
    if spot.place == other.place:
        return True
    if not spot.steps or not other.steps:
        return False
    return places.is_within(spot.steps, other.steps) or places.is_within(other.steps, spot.steps) \
        or (spot.kind == 'renamed' and spot.steps[:-1] == other.steps[:-1])
