"""Where something may be injected into an endpoint's answers, and what was."""

import dataclasses

import places

STRONG = {'id', 'uuid', 'guid', '_id', 'key', 'sku', 'ID', 'Id'}  # members that identify elements
ELEMENTS = 12  # of each array that are looked at


@dataclasses.dataclass(frozen=True)
class Spot:
    """One injection: a kind at a place of an endpoint."""

    kind: str  # of noise, or of regression
    place: str  # as a report writes it
    steps: tuple = ()  # the same inside of a JSON document
    slot: str = ''  # or in a document of lines
    name: str = ''  # of what was added, if that is not the place's last step
    over: str = ''  # of a regression: the kind of noise at its place
    when: tuple = ()  # ('rollout', 50), ('query', name, value), ('big', name, least)


@dataclasses.dataclass
class Found:
    """What sample documents have at one place."""

    types: set = dataclasses.field(default_factory=set)
    seen: int = 0  # in how many samples
    least: int = 1 << 30  # elements, characters
    texts: set = dataclasses.field(default_factory=set)


def type_of(value):
    names = {bool: 'bool', int: 'int', float: 'float', str: 'text', dict: 'object', list: 'array'}
    return names.get(type(value), 'null')


def beginning(value, steps=()):
    """As places.walk, of the first elements of each array."""
    yield steps, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from beginning(member, steps + (places.general(name),))
    elif isinstance(value, list):
        for element in value[:ELEMENTS]:
            yield from beginning(element, steps + (places.STEP,))


class View:
    """What all answers of an endpoint have in common, as seen in a few of them."""

    def __init__(self, documents):
        self.samples = len(documents)
        self.found = {}
        self.documents = documents
        for document in documents:
            self.look_at(document)

    def look_at(self, document):
        here = set()
        for steps, value in beginning(document):
            found = self.found.setdefault(steps, Found())
            found.types.add(type_of(value))
            found.seen += steps not in here
            here.add(steps)
            if isinstance(value, (list, str)):
                found.least = min(found.least, len(value))
            if not isinstance(value, (list, dict)) and len(found.texts) < 20:
                found.texts.add(str(value))

    def always(self, *types):
        """Places that every sample has, with values of these types only; in a fixed order."""
        return sorted(steps for steps, found in self.found.items()
                      if found.seen == self.samples and found.types <= set(types))

    def is_map(self, steps):
        """Whether the object there has ids for names."""
        return any(steps + (places.STEP,) == other for other in self.found)

    def objects(self):
        return [steps for steps in self.always('object') if not self.is_map(steps)]

    def leaves(self, *types):
        """Values whose change leaves arrays comparable: nothing that identifies an element."""
        return [steps for steps in self.always(*types) if steps and not self.identifies(steps)
                and places.STEP != steps[-1]]

    def identifies(self, steps):
        return steps[-1] in STRONG and places.STEP in steps

    def arrays(self, of, least):
        """Arrays of 'objects' with ids, of any 'elements' or of 'scalars', not nested in others."""
        found = [steps for steps in self.always('array') if self.found[steps].least >= least
                 and steps and places.STEP not in steps]
        return [steps for steps in found if self.holds(steps, of)]

    def holds(self, steps, of):
        inner = steps + (places.STEP,)
        types = self.found[inner].types if inner in self.found else set()
        if of == 'scalars':
            return not types & {'object', 'array'} and self.are_distinct(steps)
        if of == 'objects':
            return types == {'object'} and any(inner + (name,) in self.found for name in STRONG)
        return types == {'object'}

    def are_distinct(self, steps):
        arrays = [value for document in self.documents for value in places.values(document, steps)]
        return all(len(set(map(str, array))) == len(array) for array in arrays)
