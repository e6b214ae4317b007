#!/usr/bin/env python3
"""How fast logs are read: `understudy report` over exchanges alone, and over a day of windows.

    tools/bench/reading.py [--gib N] [--program build/src/cli/understudy] [--directory DIR]

Each log is written once to DIR and read three times, by one core and by all; the best counts.
Prints seconds by the clock and of CPU (user and system), and GB for each second of both.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

WINDOWS = 8640  # a day of them
ENDPOINTS = 100
BUCKETS = 20  # of one histogram
CHUNK_LINES = 20_000  # exchanges that the log repeats
VERDICTS = (0, 1, 3)  # exit codes of a report that was made, whatever it says


def line(record):
    return json.dumps(record, separators=(',', ':')) + '\n'


def start(kind):
    return {'schema_version': 1, 'kind': kind}


def leg(rng):
    return {'status': 200, 'duration_us': rng.randrange(1000, 90000), 'body_bytes': 1024,
            'error': ''}


def exchange(rng, number):
    differences = [{'place': f'/items/{n}/price', 'kind': 'type', 'primary': str(n),
                    'shadow': f'"{n}"', 'severity': 'breaking'} for n in range(rng.randrange(1, 6))]
    return line(start('exchange') | {
        'id': f'{number:016x}', 'time': f'2026-01-01T10:{number % 60:02}:00.{number % 10**6:06}Z',
        'outcome': 'different', 'reason': '', 'signature': f'{rng.randrange(1000):012x}',
        'shadow': 'v2', 'endpoint': f'GET /orders/{{id}}/part{rng.randrange(100)}', 'method': 'GET',
        'target': f'/orders/{number}/part?page={rng.randrange(1000)}', 'note': '',
        'legs': {'primary': leg(rng), 'shadow': leg(rng)}, 'differences': differences,
        'is_truncated': False})


def histogram(rng, buckets):
    return [[lowest, rng.randrange(1, 9)] for lowest in
            sorted({rng.randrange(32, 64) << rng.randrange(5, 9) for _ in range(buckets)})]


def latencies(rng, buckets):
    return {'primary_latency_us': histogram(rng, buckets),
            'shadow_latency_us': histogram(rng, buckets),
            'slower_by_us': histogram(rng, buckets), 'faster_by_us': histogram(rng, buckets)}


def endpoint(rng, number):
    place = {'place': '/items/*/price', 'kind': 'type'}
    counted = place | {'class': '', 'count': 1, 'reference': [0] * 6, 'sides': [0, 0],
                       'repeats': [0, 0], 'trend': [0] * 4, 'severity': [0, 1, 0]}
    return {'endpoint': f'GET /api/v1/resource{number}/{{id}}', 'shadow': 'v2', 'same': 100,
            'different': 1, 'noise': 0, 'tainted': {}, 'referenced': 0, 'shadow_failed': {},
            'not_compared': {}, 'primary_errors': 0, 'shadow_errors': 0, 'both_errors': 0,
            'places': [counted],
            'signatures': [{'id': f'{number:012x}', 'places': [place], 'count': 1,
                            'severity': [0, 1, 0]}],
            **latencies(rng, BUCKETS), 'cold': latencies(rng, 1)}


def window(number):
    received = 101 * ENDPOINTS
    begin, end = (time.strftime('2026-01-%dT%H:%M:%S.000000Z', time.gmtime(10 * n))
                  for n in (number, number + 1))
    return line(start('window') | {
        'instance': '0123456789abcdef', 'stage': 0, 'from': begin, 'to': end,
        'is_final': number + 1 == WINDOWS, 'live': {'requests': received, 'failures': {}},
        'shadows': [{'shadow': 'v2', 'received': received, 'mirrored': received, 'not_mirrored': {},
                     'in_flight': 0, 'backstage_delay_us': histogram(random.Random(3), BUCKETS)}],
        'endpoints': [], 'records_dropped': 0, 'segments_removed': 0})


def write_exchanges(path, size):
    rng = random.Random(1)
    text = ''.join(exchange(rng, number) for number in range(CHUNK_LINES))
    with open(path, 'w', encoding='ascii') as out:
        for _ in range(max(1, size // len(text))):
            out.write(text)
        out.write(window(0))


def write_windows(path):
    rng = random.Random(2)
    pool = [json.dumps([endpoint(rng, n) for n in range(ENDPOINTS)], separators=(',', ':'))
            for _ in range(20)]
    with open(path, 'w', encoding='ascii') as out:
        for number in range(WINDOWS):
            out.write(window(number).replace('"endpoints":[]', f'"endpoints":{pool[number % 20]}'))


def seconds(command):
    """(by the clock, of CPU) of the quickest of three runs."""
    runs = []
    for _ in range(3):
        before, begin = os.times(), time.monotonic()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if done.returncode not in VERDICTS:
            sys.exit(f'{" ".join(command)} ended with {done.returncode}')
        elapsed, after = time.monotonic() - begin, os.times()
        runs.append((elapsed, after.children_user + after.children_system -
                     before.children_user - before.children_system))
    return tuple(map(min, zip(*runs)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--gib', type=float, default=1)
    parser.add_argument('--program', default='build/src/cli/understudy')
    parser.add_argument('--directory', default='build/bench-reading', type=Path)
    options = parser.parse_args()
    if options.gib <= 0:
        parser.error(f'--gib {options.gib:g} is no size')
    if not shutil.which(options.program):
        parser.error(f'no such program: {options.program}; tools/build makes it')
    options.directory.mkdir(parents=True, exist_ok=True)
    exchanges, windows = (options.directory / f'{name}.ndjson' for name in ('exchanges', 'windows'))
    if not exchanges.exists():
        write_exchanges(exchanges, int(options.gib * (1 << 30)))
    if not windows.exists():
        write_windows(windows)
    cores = sorted(os.sched_getaffinity(0))
    for log in (exchanges, windows):
        size = log.stat().st_size / 1e9
        for used in (cores[:1], cores):
            cpus = ','.join(map(str, used))
            elapsed, cpu = seconds(['taskset', '-c', cpus, options.program, 'report', str(log)])
            print(f'{log.stem:9} {size:.2f} GB, {len(used)} cores: {elapsed:.2f} s, '
                  f'{size / elapsed:.2f} GB/s; {cpu:.2f} s of CPU, {size / cpu:.2f} GB/s of each')


if __name__ == '__main__':
    main()
