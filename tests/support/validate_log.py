#!/usr/bin/env python3
"""Validates every record of a log against the published schema.

    validate_log.py SCHEMA LOG...        LOG: a directory of *.ndjson segments, or one file
    validate_log.py --self-test SCHEMA   checks this validator and the schema themselves

Knows the part of JSON Schema (draft 2020-12) that conf/log.schema.json uses and refuses a schema
that uses more. The last line of a segment may be torn. Prints what is wrong with each bad record
and at the end one line `N passed, M failed`.
"""

import copy
import json
import pathlib
import re
import sys

TYPES = {
    'object': lambda value: isinstance(value, dict),
    'array': lambda value: isinstance(value, list),
    'string': lambda value: isinstance(value, str),
    'boolean': lambda value: isinstance(value, bool),
    'integer': lambda value: isinstance(value, int) and not isinstance(value, bool),
    'null': lambda value: value is None,
}
# What says nothing about a value.
NOTES = {'$schema', '$defs', 'title', 'description'}
SHOWN = 10  # complaints for each file


class Schema:
    """A schema and its definitions; `problems` of a value are sentences with a JSON pointer."""

    def __init__(self, document):
        self.document = document
        self.rules = {
            '$ref': self.ref, 'oneOf': self.one_of, 'type': self.type, 'const': self.const,
            'enum': self.enum, 'pattern': self.pattern, 'minLength': self.min_length,
            'minimum': self.minimum, 'maximum': self.maximum, 'minItems': self.min_items,
            'maxItems': self.max_items, 'items': self.items, 'required': self.required,
            'properties': self.properties, 'additionalProperties': self.additional,
        }
        self.refuse_unknown(document)

    def refuse_unknown(self, schema):
        if not isinstance(schema, dict):
            return
        unknown = schema.keys() - self.rules.keys() - NOTES
        if unknown:
            raise SystemExit(f'the validator does not know {sorted(unknown)}')
        inner = [schema.get('items'), schema.get('additionalProperties')]
        inner += schema.get('oneOf', [])
        inner += schema.get('$defs', {}).values()
        inner += schema.get('properties', {}).values()
        for each in inner:
            self.refuse_unknown(each)

    def problems(self, value, schema=None, at=''):
        schema = self.document if schema is None else schema
        found = []
        for keyword, argument in schema.items():
            if keyword not in NOTES:
                found += self.rules[keyword](argument, value, at, schema)
        return found

    def ref(self, name, value, at, _):
        return self.problems(value, self.document['$defs'][name.removeprefix('#/$defs/')], at)

    def one_of(self, schemas, value, at, _):
        found = [self.problems(value, each, at) for each in schemas]
        good = sum(not each for each in found)
        if good == 1:
            return []
        # Those of the alternative that comes nearest.
        return min(found, key=len) if good == 0 else [f'{at}: fits {good} alternatives']

    def type(self, names, value, at, _):
        names = [names] if isinstance(names, str) else names
        return [] if any(TYPES[name](value) for name in names) else [f'{at}: not of type {names}']

    def const(self, wanted, value, at, _):
        same = type(value) is type(wanted) and value == wanted
        return [] if same else [f'{at}: {value!r} instead of {wanted!r}']

    def enum(self, wanted, value, at, _):
        return [] if value in wanted else [f'{at}: {value!r} is none of {wanted}']

    def pattern(self, pattern, value, at, _):
        fits = not isinstance(value, str) or re.search(pattern, value)
        return [] if fits else [f'{at}: {value!r} does not match {pattern}']

    def min_length(self, least, value, at, _):
        return [f'{at}: too short'] if isinstance(value, str) and len(value) < least else []

    def minimum(self, least, value, at, _):
        return [f'{at}: {value} < {least}'] if TYPES['integer'](value) and value < least else []

    def maximum(self, most, value, at, _):
        return [f'{at}: {value} > {most}'] if TYPES['integer'](value) and value > most else []

    def min_items(self, least, value, at, _):
        return [f'{at}: too few'] if isinstance(value, list) and len(value) < least else []

    def max_items(self, most, value, at, _):
        return [f'{at}: too many'] if isinstance(value, list) and len(value) > most else []

    def items(self, schema, value, at, _):
        if not isinstance(value, list):
            return []
        return [p for i, each in enumerate(value) for p in self.problems(each, schema, f'{at}/{i}')]

    def required(self, names, value, at, _):
        if not isinstance(value, dict):
            return []
        return [f'{at}: {name} is missing' for name in names if name not in value]

    def properties(self, schemas, value, at, _):
        if not isinstance(value, dict):
            return []
        return [p for name, schema in schemas.items() if name in value
                for p in self.problems(value[name], schema, f'{at}/{name}')]

    def additional(self, schema, value, at, parent):
        if not isinstance(value, dict):
            return []
        names = [name for name in value if name not in parent.get('properties', {})]
        if schema is False:
            return [f'{at}: {name} is unknown' for name in names]
        return [p for name in names for p in self.problems(value[name], schema, f'{at}/{name}')]


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError('a name occurs twice in one object')
    return dict(pairs)


def problems_of_line(schema, line):
    try:
        record = json.loads(line.decode('utf-8'), object_pairs_hook=no_duplicates)
    except ValueError as error:
        return [f': {error}']
    return schema.problems(record)


def check_file(schema, path):
    """Counts of good and bad records."""
    lines = path.read_bytes().split(b'\n')
    torn = lines.pop()  # empty when the last line was ended
    good = bad = 0
    for number, line in enumerate(lines, 1):
        found = problems_of_line(schema, line)
        good, bad = good + (not found), bad + bool(found)
        if found and bad <= SHOWN:
            print(f'{path}:{number}{found[0]}', file=sys.stderr)
    if torn:
        print(f'{path}: the last line is torn', file=sys.stderr)
    return good, bad


def files_of(names):
    for name in map(pathlib.Path, names):
        yield from sorted(name.glob('*.ndjson')) if name.is_dir() else [name]


def sample_records():
    count = {'place': '/a', 'kind': 'value', 'class': 'uuid', 'count': 1,
             'reference': [1, 0, 0, 0, 0, 0, 0, 0], 'sides': [0, 1], 'repeats': [0, 0],
             'trend': [0, 0, 0, 0], 'severity': [0, 1, 0]}
    leg = {'status': 200, 'duration_us': 1, 'body_bytes': 0, 'error': ''}
    time = '2026-01-01T00:00:00.000000Z'
    exchange = {
        'schema_version': 1, 'kind': 'exchange', 'id': 'x', 'time': time, 'outcome': 'different',
        'reason': '', 'signature': '0123456789ab', 'shadow': 'v2', 'endpoint': 'GET /',
        'method': 'GET', 'target': '/', 'note': '', 'legs': {'primary': leg, 'shadow': leg},
        'differences': [{'place': '/a', 'kind': 'extra', 'primary': None, 'shadow': '1',
                         'severity': 'additive', 'noise': 'token'}],
        'is_truncated': False}
    latencies = {'primary_latency_us': [[5, 1]], 'shadow_latency_us': [[7, 1]],
                 'slower_by_us': [[2, 1]], 'faster_by_us': []}
    endpoint = {
        'endpoint': 'GET /', 'shadow': 'v2', 'same': 1, 'different': 1, 'noise': 0,
        'tainted': {'method': 1}, 'referenced': 2, 'shadow_failed': {'reset': 1},
        'not_compared': {}, 'primary_errors': 0, 'shadow_errors': 0, 'both_errors': 0,
        'places': [count],
        'signatures': [{'id': '(other)', 'places': [{'place': '/a', 'kind': 'value'}], 'count': 1,
                        'severity': [1, 0, 0], 'rechecks': [1, 0, 0]}],
        **latencies, 'cold': dict(latencies)}
    window = {
        'schema_version': 1, 'kind': 'window', 'instance': 'i', 'stage': 0, 'from': time,
        'to': time, 'is_final': True, 'live': {'requests': 1, 'failures': {}},
        'shadows': [{'shadow': 'v2', 'received': 1, 'mirrored': 1, 'not_mirrored': {},
                     'in_flight': 0, 'backstage_delay_us': [[40, 1]]}],
        'endpoints': [endpoint], 'records_dropped': 0, 'segments_removed': 0,
        'noise_mode': 'evidence', 'renamed': [{'from': 'GET /a/b', 'to': 'GET /a/{name}'}]}
    return exchange, window


# (which record, where in it, what is put there): none of these may pass.
SPOILED = (
    (0, ('schema_version',), 2), (0, ('schema_version',), True), (0, ('kind',), 'windows'),
    (0, ('extra',), 1), (0, ('time',), '2026-01-01T00:00:00Z'), (0, ('outcome',), 'odd'),
    (0, ('legs', 'primary', 'status'), 1000), (0, ('legs', 'primary', 'duration_us'), -1),
    (0, ('legs', 'primary', 'duration_us'), 1.5), (0, ('legs', 'reference'), {}),
    (0, ('differences', 0, 'kind'), 'other'), (0, ('differences', 0, 'shadow'), 1),
    (0, ('differences', 0, 'shadow_is_cut'), False), (0, ('signature',), 'xyz'),
    (1, ('endpoints', 0, 'places', 0, 'class'), 'odd'), (0, ('differences', 0, 'noise'), ''),
    (1, ('endpoints', 0, 'places', 0, 'reference'), [1, 2]), (1, ('noise_mode',), 'odd'),
    (1, ('renamed', 0, 'from'), ''),
    (0, ('id',), ''), (0, ('differences',), {}), (1, ('endpoints', 0, 'same'), -1),
    (1, ('endpoints', 0, 'shadow_failed', 'reset'), '1'), (1, ('is_final',), 1),
    (1, ('endpoints', 0, 'primary_latency_us', 0), [1]), (1, ('shadows', 0, 'lost'), 1),
    (1, ('endpoints', 0, 'primary_latency_us', 0), [1, 2, 3]), (1, ('live',), None),
    (1, ('endpoints', 0, 'cold', 'slower_by_us'), {}), (1, ('endpoints', 0, 'cold'), []),
)


def self_test(schema):
    good = bad = 0
    for record in sample_records():
        found = schema.problems(record)
        good, bad = good + (not found), bad + bool(found)
        print(*found, sep='\n', end='\n' if found else '')
    for which, path, value in SPOILED:
        record = copy.deepcopy(sample_records()[which])
        place = record
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        found = schema.problems(record)
        good, bad = good + bool(found), bad + (not found)
        if not found:
            print(f'{path} = {value!r} should not pass')
    return good, bad


def main(arguments):
    is_self_test = arguments[:1] == ['--self-test']
    arguments = arguments[is_self_test:]
    if len(arguments) < 2 - is_self_test:
        raise SystemExit(__doc__)
    schema = Schema(json.loads(pathlib.Path(arguments[0]).read_text(encoding='utf-8')))
    counts = [self_test(schema)] if is_self_test else []
    for path in files_of(arguments[1:]):
        counts.append(check_file(schema, path))
    good, bad = (sum(column) for column in zip(*counts)) if counts else (0, 0)
    if good == 0 and bad == 0:
        print('there is no record to validate', file=sys.stderr)
        bad = 1
    print(f'{good} passed, {bad} failed')
    return bad != 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
