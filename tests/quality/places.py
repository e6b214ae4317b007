"""Places in documents: steps as a report writes them, found, generalised and matched."""

import re

HEX = re.compile(r'(?=.*\d)[0-9a-fA-F]{7,}')
MIXED = re.compile(r'(?=.*\d)(?=.*[A-Za-z])[0-9A-Za-z]{16,}')
UUID = re.compile(r'[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
DATE = re.compile(r'\d{4}-\d\d(-\d\d([T_ ].*)?)?')
ADDRESS = re.compile(r'\d+(\.\d+){3}|(?=(.*:){2})[0-9a-fA-F:.]+')
MAIL = re.compile(r'.+(@|%40).*\..*')
MACHINE_IDS = (re.compile(r'\d+'), UUID, HEX, MIXED, DATE, ADDRESS, MAIL)

STEP = '*'


def is_machine_id(name):
    """Whether a report writes `*` for a member of this name."""
    return any(pattern.fullmatch(name) for pattern in MACHINE_IDS)


def general(name):
    return STEP if name.startswith('~0') or is_machine_id(name) else name


def generalised(place):
    """A place out of a record, as reports group by it."""
    if place.startswith('line:'):
        return ' '.join(['line', *place.split(' ')[1:]])
    if not place.startswith('/') or place == '/':
        return place
    return '/' + '/'.join(general(step) for step in place[1:].split('/'))


def text_of(steps):
    """The place that these steps lead to."""
    escaped = (step.replace('~', '~0').replace('/', '~1') for step in steps)
    return '/' + '/'.join(escaped)


def steps_of(place):
    """The steps of a place in a document; () for the document itself."""
    return tuple(place[1:].split('/')) if len(place) > 1 else ()


def walk(value, steps=()):
    """(steps, value) of everything in a document, containers before what they hold."""
    yield steps, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from walk(member, steps + (general(name),))
    elif isinstance(value, list):
        for element in value:
            yield from walk(element, steps + (STEP,))


def slots(value, steps):
    """(container, key) of every spot that the steps lead to and that exists."""
    if not steps:
        return
    step, rest = steps[0], steps[1:]
    if isinstance(value, dict):
        keys = [step] if step in value else [k for k in value if general(k) == step]
    elif isinstance(value, list) and step == STEP:
        keys = range(len(value))
    else:
        return
    for key in list(keys):
        if not rest:
            yield value, key
        else:
            yield from slots(value[key], rest)


def values(document, steps):
    """Every value that the steps lead to."""
    if not steps:
        return [document]
    return [container[key] for container, key in slots(document, steps)]


def same_scalar(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b and (isinstance(a, str) == isinstance(b, str))


def differences(a, b, steps=()):
    """The generalised places where two documents differ, arrays position by position."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in {**a, **b}:
            inner = steps + (general(name),)
            if name not in a or name not in b:
                yield inner
            else:
                yield from differences(a[name], b[name], inner)
    elif isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            yield steps
            return
        for left, right in zip(a, b):
            yield from differences(left, right, steps + (STEP,))
    elif isinstance(a, (dict, list)) or isinstance(b, (dict, list)) or not same_scalar(a, b):
        yield steps


def fits(pattern, steps):
    """Whether steps are what the pattern says, where `*` stands for any one step."""
    return len(pattern) == len(steps) and all(
        p in (STEP, s) for p, s in zip(pattern, steps))


def is_within(pattern, steps):
    """Whether the pattern leads to these steps or to a container of theirs."""
    return fits(pattern, steps[:len(pattern)])


def put(document, steps, make):
    """Gives every object that all but the last step lead to a member of the last one's name."""
    for parent in values(document, steps[:-1]):
        if isinstance(parent, dict):
            parent[steps[-1]] = make()
