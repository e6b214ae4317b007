"""Noise that is one value made anew for each answer: clocks, ids, counters, measurements."""

import datetime
import email.utils

# Each maker takes a turn (its `dice`, `now`, `count`, `role`) and gives a value.

OFFSET = datetime.timezone(datetime.timedelta(hours=2))


def moment(turn):
    """Now, or some moments ago."""
    return turn.now - turn.dice.choice([0, 0, turn.dice.uniform(0, 3)])


def clock(seconds, zone=datetime.timezone.utc):
    return datetime.datetime.fromtimestamp(seconds, zone)


def iso(turn):
    return clock(moment(turn)).strftime('%Y-%m-%dT%H:%M:%SZ')


def iso_fraction(turn):
    return clock(moment(turn)).isoformat(timespec='microseconds').replace('+00:00', 'Z')


def iso_offset(turn):
    return clock(moment(turn), OFFSET).isoformat(timespec='milliseconds')


def http_time(turn):
    return email.utils.formatdate(moment(turn), usegmt=True)


def load(turn):
    return round(turn.dice.uniform(0, 4), 2)


def score(turn):
    """A measurement around a value that stays."""
    return round(0.82 + turn.dice.gauss(0, 0.02), 4)


def latency(turn):
    return round(abs(turn.dice.gauss(12, 4)) + 0.1, 3)


def last_digit(turn):
    """A sum whose terms came in another order."""
    return 1234.5678 + turn.dice.randint(-3, 3) * 2.0 ** -42


def server(turn):
    return f'web-{turn.dice.randint(1, 4)}.{turn.role}'


def uptime(turn):
    return round(8000 + turn.dice.randint(0, 40) + turn.count * 0.01, 1)


def signed_url(turn):
    expiry = int(turn.now) + 300 + turn.dice.randint(0, 3)
    return (f'https://files.shop.example/get?object=manual.pdf&expires={expiry}'
            f'&signature={turn.dice.hex(40)}')


def mostly_steady(turn):
    """Another value once in a while."""
    return 'stand-by' if turn.dice.happens(0.04) else 'active'


# kind -> (maker, names that such a member has)
VALUES = {
    'time-iso': (iso, ('generated_at', 'served_at', 'checked_at')),
    'time-iso-fraction': (iso_fraction, ('updated_at', 'created', 'last_seen')),
    'time-offset': (iso_offset, ('local_time', 'refreshed_at')),
    'time-epoch-s': (lambda turn: int(moment(turn)), ('ts', 'fetched', 'issued')),
    'time-epoch-ms': (lambda turn: int(moment(turn) * 1000), ('timestamp', 'clock_ms')),
    'time-http': (http_time, ('modified', 'as_of')),
    'uuid': (lambda turn: turn.dice.uuid(), ('correlation_id', 'event_id', 'nonce_id')),
    'token-hex': (lambda turn: turn.dice.hex(32), ('digest', 'view_token', 'etag')),
    'token-base64': (lambda turn: turn.dice.base64(30), ('cursor', 'continuation', 'ticket')),
    'request-id': (lambda turn: 'req_' + turn.dice.letters(20), ('request_id', 'request')),
    'counter': (lambda turn: turn.count + turn.dice.randint(0, 5), ('hits', 'served', 'revision')),
    'load': (load, ('load', 'cpu', 'pressure')),
    'score': (score, ('relevance', 'confidence')),
    'latency': (latency, ('took_ms', 'elapsed', 'duration_ms')),
    'last-digit': (last_digit, ('mean', 'weighted')),
    'server-name': (server, ('served_by', 'instance', 'node')),
    'uptime': (uptime, ('uptime', 'up_seconds')),
    'signed-url': (signed_url, ('download', 'manual_url')),
    'padding': (lambda turn: 'x' * turn.dice.randint(0, 40), ('padding', 'filler')),
    'bucket': (lambda turn: turn.dice.choice(['control', 'variant-b', 'variant-c']),
               ('experiment', 'bucket')),
    'rare-value': (mostly_steady, ('backend_mode', 'replica_state')),
    'small-random': (lambda turn: turn.dice.randint(1, 9), ('queue_position', 'seats_near')),
}

TIMES = {name for name in VALUES if name.startswith('time-')}
