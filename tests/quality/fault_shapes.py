"""Regressions in the shape of JSON documents, and at places of noise."""

import datetime
import re

import places


def renamed(document, spot, _):
    example = None
    for container, key in places.slots(document, spot.steps):
        items = [(spot.name if name == key else name, value) for name, value in container.items()]
        container.clear()
        container.update(items)
        example = (key, spot.name)
    return example


def object_to_array(document, spot, _):
    example = None
    for container, key in places.slots(document, spot.steps):
        if isinstance(container[key], dict):
            example = (container[key], list(container[key].values()))
            container[key] = example[1]
    return example


def extra(document, spot, _):
    example = None
    for parent in places.values(document, spot.steps[:-1]):
        if isinstance(parent, dict):
            parent[spot.steps[-1]] = {'by': 'next', 'depth': 2}
            example = ('(nothing)', parent[spot.steps[-1]])
    return example


def array_at(document, spot):
    return next((value for value in places.values(document, spot.steps)
                 if isinstance(value, list) and len(value) > 2), None)


def truncated(document, spot, _):
    array = array_at(document, spot)
    if array is None:
        return None
    before = len(array)
    del array[max(1, before * 2 // 3):]
    return f'{before} elements', f'{len(array)} elements'


def duplicated(document, spot, dice):
    array = array_at(document, spot)
    if array is None:
        return None
    at = dice.randrange(len(array))
    array.insert(at, array[at])
    return 'once', array[at]


def reordered(document, spot, _):
    array = array_at(document, spot)
    if array is None:
        return None
    before = list(array)
    array.reverse()
    return None if before == array else (before[:3], array[:3])


def one_lost(document, spot, dice):
    array = array_at(document, spot)
    return (array.pop(dice.randrange(len(array))), '(nothing)') if array else None


# kind -> (change, kinds of difference that name it)
SHAPE_FAULTS = {
    'renamed': (renamed, ('missing', 'extra')),
    'object-to-array': (object_to_array, ('type',)),
    'extra-field': (extra, ('extra',)),
    'array-truncated': (truncated, ('missing', 'length')),
    'element-duplicated': (duplicated, ('duplicate', 'extra', 'length')),
    'reordered': (reordered, ('order', 'value', 'missing', 'extra')),
    'lost-from-unordered': (one_lost, ('missing', 'length')),
}


# --- At a place of noise, when the noise is in ---------------------------------------------------

def each(document, spot, change):
    example = None
    for container, key in places.slots(document, spot.steps):
        before = container[key]
        container[key] = change(before)
        example = example or (before, container[key])
    return example


def gone(document, spot, _):
    example = None
    for container, key in places.slots(document, spot.steps):
        example = example or (container[key], '(nothing)')
        del container[key]
    return example


SHAPE_OF_TIME = re.compile(r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)')


def moved(value, seconds, is_zone_kept=True):
    """A time of any noisy form, so much later, in its own form."""
    if isinstance(value, (int, float)):
        return value + seconds * (1000 if value > 10 ** 11 else 1)
    if not SHAPE_OF_TIME.fullmatch(value):
        clock = datetime.datetime.strptime(value, '%a, %d %b %Y %H:%M:%S GMT')
        return (clock + datetime.timedelta(seconds=seconds)).strftime('%a, %d %b %Y %H:%M:%S GMT')
    date, fraction, zone = SHAPE_OF_TIME.fullmatch(value).groups()
    clock = datetime.datetime.fromisoformat(date) + datetime.timedelta(seconds=seconds)
    return clock.isoformat() + (fraction or '') + (zone if is_zone_kept else 'Z')


def other_form(value):
    """The same time in another format, or less exact."""
    if isinstance(value, int):
        return value // 1000 if value > 10 ** 11 else value * 1000
    if not SHAPE_OF_TIME.fullmatch(value):
        clock = datetime.datetime.strptime(value, '%a, %d %b %Y %H:%M:%S GMT')
        return clock.strftime('%Y-%m-%dT%H:%M:%SZ')
    date, fraction, zone = SHAPE_OF_TIME.fullmatch(value).groups()
    return date + zone if fraction else date.replace('T', ' ')


def shifted(document, spot, _):
    return each(document, spot, lambda value: moved(value, 3600))


def reformed(document, spot, _):
    return each(document, spot, other_form)


def nulled(document, spot, _):
    return each(document, spot, lambda value: None)


def stale(document, spot, dice):
    return each(document, spot, lambda value: moved(value, -86400 - dice.randint(0, 5000)))


def far_oftener(document, spot, dice):
    """The rare value most of the time."""
    if not dice.happens(0.5):
        return None
    return each(document, spot, lambda value: 'stand-by')


def short_token(document, spot, _):
    return each(document, spot, lambda value: value[:len(value) // 2])


TIMES = ('time-iso', 'time-iso-fraction', 'time-offset', 'time-epoch-s', 'time-epoch-ms',
         'time-http')

# kind -> (change, kinds of noise at whose place it may happen, kinds of difference that name it)
NOISY_FAULTS = {
    'time-shifted': (shifted, TIMES, ('value',)),
    'time-reformed': (reformed, TIMES, ('value', 'type')),
    'time-null': (nulled, TIMES, ('type', 'value')),
    'time-missing': (gone, TIMES, ('missing',)),
    'time-stale': (stale, TIMES, ('value',)),
    'counter-missing': (gone, ('counter', 'uptime'), ('missing',)),
    'value-far-oftener': (far_oftener, ('rare-value',), ('value',)),
    'token-shortened': (short_token, ('token-hex', 'token-base64'), ('value',)),
}
