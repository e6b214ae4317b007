"""A score as a table for people and as JSON for programs."""

import collections
import json
import textwrap

import places
from shop import SHOP

WIDTH = 46  # of one value in an example
READINGS = {'confirmed': ('difference',), 'with_unconfirmed': ('difference', 'unconfirmed')}


class Examples:
    """What the log has of single exchanges."""

    def __init__(self, log):
        self.found = {}  # (endpoint, place, kind) -> a difference, its exchange's id and target
        self.kept = collections.Counter()  # endpoint's id -> exchanges
        self.cut = collections.Counter()  # of these, such with more differences than are kept
        for segment in sorted(log.glob('*.ndjson')):
            with open(segment, encoding='utf-8') as lines:
                for record in map(json.loads, lines):
                    if record['kind'] == 'exchange':
                        self.add(record)

    def add(self, record):
        endpoint = SHOP.find(record['endpoint'])
        self.kept[endpoint and endpoint.id] += 1
        self.cut[endpoint and endpoint.id] += record['is_truncated']
        for each in record['differences']:
            key = record['endpoint'], places.generalised(each['place']), each['kind']
            self.found.setdefault(key, {'primary': each['primary'], 'shadow': each['shadow'],
                                        'id': record['id'], 'target': record['target']})


def short(value):
    text = '(nothing)' if value is None else str(value).replace('\n', '\\n')
    return textwrap.shorten(text, WIDTH, placeholder=' ...') if ' ' in text[:WIDTH] \
        else text[:WIDTH - 3] + '...' if len(text) > WIDTH else text


class Result:
    """Everything that is known about one run."""

    def __init__(self, run, played, truth, rows):
        self.run = run
        self.played = played
        self.truth = truth
        self.rows = rows
        self.examples = Examples(played['log'])
        self.scores = {name: truth.score(rows, judgements)
                       for name, judgements in READINGS.items()}

    # --- For programs -----------------------------------------------------------------------------

    def figures(self, score):
        requests = self.played['answered']
        return {'precision': round(score.precision, 4), 'recall': round(score.recall, 4),
                'f1': round(score.f1, 4), 'found': len(score.found),
                'missed': len(score.missed), 'false': len(score.false),
                'false_per_1000_requests': round(1000 * len(score.false) / max(1, requests), 3)}

    def as_json(self):
        shadow = self.played['report']['shadows'][0]
        loose = self.scores['with_unconfirmed']
        strict = self.scores['confirmed']
        return {
            'seed': self.run.seed, 'setting': self.run.setting, 'scenario': self.run.scenario,
            'requests': self.played['answered'], 'failed': self.played['failed'],
            'seconds': round(self.played['seconds'], 1), 'compared': shadow['compared'],
            'not_mirrored': shadow['not_mirrored'], 'shadow_failed': shadow['shadow_failed'],
            'labels': len(self.truth.labels),
            'did_not_occur': [label.id for label in self.truth.idle],
            **{name: self.figures(score) for name, score in self.scores.items()},
            'by_regression': self.truth.by_kind(loose), 'by_noise': self.truth.by_noise(loose),
            'missed': [self.missed(label) for label in strict.missed],
            'false': [self.false(cause, row) for cause, row in self.sorted_false(loose)],
        }

    def missed(self, label):
        times, example = self.truth.fired[label.id]
        near = self.truth.rows_near(label, self.rows)
        return {'regression': label.kind, 'endpoint': label.endpoint, 'place': label.spot.place,
                'over': label.spot.over, 'when': list(label.spot.when), 'times': times,
                'primary': example[0], 'shadow': example[1],
                'examples': self.examples.kept[label.endpoint],
                'examples_cut': self.examples.cut[label.endpoint],
                'said': [f'{row.place} {row.kind} x{row.count} {row.judgement}' for row in near]}

    def false(self, cause, row):
        found = self.examples.found.get((row.endpoint, row.place, row.kind), {})
        return {'cause': cause, 'endpoint': row.endpoint, 'place': row.place, 'kind': row.kind,
                'count': row.count, 'judgement': row.judgement, **found}

    def sorted_false(self, score):
        return sorted(score.false.values(), key=lambda pair: (pair[0], -pair[1].count))

    # --- For people -----------------------------------------------------------------------------

    def lines(self, limit):
        yield from self.head()
        yield from self.kinds()
        yield from self.missed_lines()
        yield from self.false_lines(limit)

    def head(self):
        data = self.as_json()
        yield (f'setting {data["setting"]}, scenario {data["scenario"]}, seed {data["seed"]}: '
               f'{data["requests"]:,} requests in {data["seconds"]} s, {data["compared"]:,} '
               f'compared, {data["labels"]} regressions took place')
        for name in ('failed', 'not_mirrored', 'shadow_failed', 'did_not_occur'):
            if data[name]:
                yield f'  {name.replace("_", " ")}: {data[name]}'
        yield ''
        yield f'{"":28}{"confirmed":>12}{"with unconfirmed":>20}'
        for name in data['confirmed']:
            pair = data['confirmed'][name], data['with_unconfirmed'][name]
            yield f'{name.replace("_", " "):28}{pair[0]:>12}{pair[1]:>20}'

    def kinds(self):
        loose = self.scores['with_unconfirmed']
        strict = self.truth.by_kind(self.scores['confirmed'])
        yield from ('', 'Regressions: found (with unconfirmed) of those that took place')
        cells = []
        for kind, (found, total) in self.truth.by_kind(loose).items():
            more = f' ({found})' if found != strict[kind][0] else ''
            mark = ' ' if found == total else '!'
            cells.append(f'{mark} {kind:22}{strict[kind][0]}{more}/{total}')
        yield from columns(cells)
        yield from ('', 'Noise: false places, and how often it was planted')
        cells = [f'{"!" if false else " "} {kind:22}{false} of {spots}'
                 for kind, (false, spots) in self.truth.by_noise(loose).items()]
        yield from columns(cells)

    def missed_lines(self):
        strict = self.scores['confirmed']
        yield from ('', f'Missed: {len(strict.missed)}')
        for label in strict.missed:
            data = self.missed(label)
            over = f' over {data["over"]}' if data['over'] else ''
            when = f' when {" ".join(map(str, data["when"]))}' if data['when'] else ''
            yield f'  {data["regression"]}{over}{when}, {data["times"]} times'
            yield f'    {data["endpoint"]}  {data["place"]}'
            yield f'    {short(data["primary"])}  ->  {short(data["shadow"])}'
            said = '; '.join(data['said'][:4]) or 'nothing'
            yield f'    the report there: {said}'
            if data['examples_cut']:
                yield (f'    {data["examples_cut"]} of {data["examples"]} examples of the endpoint '
                       'have more differences than the program keeps')

    def false_lines(self, limit):
        loose = self.scores['with_unconfirmed']
        yield from ('', f'False: {len(loose.false)}')
        shown = {}
        for cause, row in self.sorted_false(loose):
            shown[cause] = shown.get(cause, 0) + 1
            if limit and shown[cause] == limit + 1:
                yield f'    ... and more of {cause}; --all shows them'
            if limit and shown[cause] > limit:
                continue
            yield from self.false_line(cause, row)

    def false_line(self, cause, row):
        data = self.false(cause, row)
        endpoint = SHOP.find(row.endpoint)
        mark = '' if row.judgement == 'difference' else f' ({row.judgement})'
        template = f'  [{endpoint.template}]' if endpoint and '{' in endpoint.template else ''
        yield f'  {cause}: {row.endpoint}  {row.place}  {row.kind} x{row.count}{mark}{template}'
        if 'primary' in data:
            yield f'    {short(data["primary"])}  |  {short(data["shadow"])}    {data["id"]}'


def columns(cells, count=3, width=36):
    rows = -(-len(cells) // count)
    for row in range(rows):
        yield ''.join(f'{cell:{width}}' for cell in cells[row::rows]).rstrip()
