"""All kinds of noise: where each may go in an endpoint, and how it gets into an answer."""

import places
from noise_shapes import HEADERS, LINES, SHAPES, STREAMS, add_line
from noise_values import VALUES
from spot import STRONG, Spot

DEEPEST = 4  # steps to an object that gets a noisy member
RARE = {'flapping-status'}  # once or twice in a shop: such an endpoint is of little use else
KINDS = tuple([*VALUES, *SHAPES, *HEADERS, *LINES, *STREAMS])


def options(kind, endpoint, view, dice):
    """A spot for noise of this kind in that endpoint, or None."""
    if kind in HEADERS:
        field = HEADERS[kind][0]
        return Spot(kind, 'header:' + field) if field not in endpoint.headers else None
    if kind in LINES:
        kinds, slot, _ = LINES[kind]
        return Spot(kind, 'line', slot=slot) if endpoint.kind in kinds else None
    if kind in STREAMS:
        wanted, slot, _ = STREAMS[kind]
        return Spot(kind, 'line', slot=slot) if endpoint.kind == wanted else None
    if endpoint.kind != 'json':
        return None
    return value_spot(kind, view, dice) if kind in VALUES else shape_spot(kind, view, dice)


def in_document(kind, steps, name=''):
    return Spot(kind, places.text_of(steps), tuple(steps), name=name)


def value_spot(kind, view, dice):
    objects = [steps for steps in view.objects() if len(steps) <= DEEPEST]
    if not objects:
        return None
    at = dice.choice(objects)
    free = [name for name in VALUES[kind][1] if at + (name,) not in view.found]
    return in_document(kind, at + (dice.choice(free),)) if free else None


def shape_spot(kind, view, dice):
    if kind == 'flapping-status':
        return Spot(kind, 'status')
    if kind == 'random-map':
        at = [steps for steps in view.objects() if places.STEP not in steps and len(steps) < 3]
        name = dice.choice(['watchers', 'by_node', 'open_tabs'])
        return in_document(kind, dice.choice(at) + (name,),
                           dice.choice(['uuid', 'hex', 'word', 'number'])) if at else None
    if kind == 'optional-field':
        leaves = [steps for steps in view.leaves('int', 'float', 'text', 'bool')]
        return in_document(kind, dice.choice(leaves)) if leaves else None
    of, least = {'shuffled-scalars': ('scalars', 3), 'shuffled-objects': ('objects', 3),
                 'picked': ('objects', 5), 'varying-length': ('elements', 4)}[kind]
    arrays = view.arrays(of, least)
    return in_document(kind, dice.choice(arrays)) if arrays else None


def apply(answer, spot, turn):
    """Injects the noise, unless there is no place for it in this answer any more."""
    kind = spot.kind
    if kind in HEADERS:
        field, make = HEADERS[kind]
        answer.headers.append([field, make(turn)])
    elif kind in LINES:
        if isinstance(answer.document, list) and answer.kind in LINES[kind][0]:
            add_line(answer, kind, turn)
    elif kind in STREAMS:
        if answer.kind == STREAMS[kind][0]:
            STREAMS[kind][2](answer, spot, turn)
    elif kind in VALUES:
        if answer.kind == 'json':
            places.put(answer.document, spot.steps, lambda: VALUES[kind][0](turn))
    elif answer.kind == 'json':
        SHAPES[kind](answer, spot, turn)


def explains(spot, steps):
    """Whether noise at the spot may make these steps of a document differ."""
    return places.is_within(spot.steps, steps)


def is_array(spot):
    """Whether the spot is an array whose elements come, go or move."""
    return spot.kind in ('shuffled-scalars', 'shuffled-objects', 'picked', 'varying-length')


def has_ids(view, steps):
    return any(steps + (places.STEP, name) in view.found for name in STRONG)
