"""One endpoint of the shop: its targets, its content, its name in a report."""

import dataclasses
import re
import urllib.parse

from answer import TYPES, Answer
from dice import WORDS, Dice

PARAMETER = re.compile(r'\{(\w+):(\w+)\}')
IDS = 10  # different values of one path parameter


def identifier(kind, seed, rank):
    """The value of a path parameter; low ranks are asked for most."""
    dice = Dice(seed, 'parameter', kind, rank)
    return {
        'int': lambda: str(1000 + rank * 7),
        'uuid': dice.uuid,
        'hex': lambda: dice.hex(12),
        'order': lambda: f'ord-{40000 + rank * 13}',
        'slug': lambda: f'{WORDS[rank]}-{dice.word()}',
    }[kind]()


def zipf(dice, count):
    """A rank below count: 0 about twice as often as 1, and so on."""
    return dice.choices(range(count), [1 / (rank + 1) for rank in range(count)])[0]


@dataclasses.dataclass
class Endpoint:
    """`build(dice, params)` gives the document; the dice are of the target."""

    method: str
    template: str  # "/users/{user:int}"
    build: object
    kind: str = 'json'
    query: dict = dataclasses.field(default_factory=dict)  # name -> values, most frequent first
    weight: float = 1.0
    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: str = ''  # of the request

    @property
    def id(self):
        return f'{self.method} {self.template}'

    @property
    def name(self):
        """As a report names it, unless a slug makes several of it."""
        def shown(match):
            return match.group() if match.group(2) == 'slug' else '{id}'
        return f'{self.method} {PARAMETER.sub(shown, self.template)}'

    def pattern(self):
        """Matches every name that a report may give to the endpoint."""
        parts = re.split(r'\{\w+:\w+\}', self.template)
        return re.compile(re.escape(self.method) + ' ' + '[^/]+'.join(map(re.escape, parts)))

    def target(self, seed, dice):
        """A request target, as often asked for as in real traffic."""
        def chosen(match):
            return identifier(match.group(2), seed, zipf(dice, IDS))
        path = PARAMETER.sub(chosen, self.template)
        query = {name: values[zipf(dice, len(values))] for name, values in self.query.items()}
        return path + ('?' + urllib.parse.urlencode(query) if query else '')

    def params(self, target):
        """The values of path and query parameters in a target."""
        path, _, query = target.partition('?')
        names = [match.group(1) for match in PARAMETER.finditer(self.template)]
        found = self.pattern_of_path().fullmatch(path)
        params = dict(zip(names, found.groups())) if found else {}
        return {**params, **dict(urllib.parse.parse_qsl(query))}

    def pattern_of_path(self):
        parts = re.split(r'\{\w+:\w+\}', self.template)
        return re.compile('([^/]+)'.join(map(re.escape, parts)))

    def answer(self, seed, target):
        """The answer without anything injected: a pure function of seed and target."""
        dice = Dice(seed, self.id, target)
        style = Dice(seed, self.id, 'headers')
        answer = Answer(self.kind, self.build(dice, self.params(target)), self.status)
        answer.headers.append(['Content-Type', TYPES[self.kind]])
        answer.headers.append(['Cache-Control', style.choice(
            ['no-cache', 'private, max-age=60', 'public, max-age=300', 'no-store'])])
        answer.headers.append(['X-Api-Version', style.choice(['3', '2024-05', '1.18.2'])])
        if style.happens(0.4):
            answer.headers.append(['Vary', 'Accept, Accept-Language'])
        for name, value in self.headers.items():
            answer.headers.append([name, value])
        return answer


class Shop:
    """All endpoints, found by method and target."""

    def __init__(self, endpoints):
        self.endpoints = endpoints
        self.by_id = {endpoint.id: endpoint for endpoint in endpoints}
        # Those with the most literal path first: /users/search before /users/{user}.
        self.patterns = sorted(
            ((endpoint.pattern(), endpoint) for endpoint in endpoints),
            key=lambda pair: len(PARAMETER.findall(pair[1].template)))
        self.known = {}

    def find(self, name):
        """The endpoint of "GET /users/7", or of a report's name for it; None if there is none."""
        if name not in self.known:
            self.known[name] = next((endpoint for pattern, endpoint in self.patterns
                                     if pattern.fullmatch(name)), None)
        return self.known[name]
