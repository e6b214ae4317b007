"""Noise in the shape of documents, in lines of text, and in header fields."""

import email.utils

import noise_values
import places


def array_at(document, steps):
    return next((value for value in places.values(document, steps) if isinstance(value, list)), [])


def shuffle(answer, spot, turn):
    turn.dice.shuffle(array_at(answer.document, spot.steps))


def pick(answer, spot, turn):
    """Most of the elements, in their order."""
    array = array_at(answer.document, spot.steps)
    kept = sorted(turn.dice.sample(range(len(array)), max(1, len(array) - turn.dice.randint(1, 3))))
    array[:] = [array[index] for index in kept]


def vary(answer, spot, turn):
    """An array whose last elements come and go."""
    array = array_at(answer.document, spot.steps)
    del array[len(array) - turn.dice.randint(0, min(3, len(array) - 1)):]


def optional(answer, spot, turn):
    """A member that is there three times of four."""
    for container, key in places.slots(answer.document, spot.steps):
        if turn.dice.happens(0.25):
            del container[key]


def random_map(answer, spot, turn):
    """A map from new names to small values."""
    make = {'uuid': turn.dice.uuid, 'hex': lambda: turn.dice.hex(16),
            'word': lambda: f's_{turn.dice.letters(9)}',
            'number': lambda: str(turn.dice.randint(10 ** 5, 10 ** 7))}[spot.name]
    made = {make(): {'open': turn.dice.happens(0.5), 'since': turn.dice.randint(1, 900)}
            for _ in range(turn.dice.randint(2, 6))}
    places.put(answer.document, spot.steps, lambda: made)


def flap(answer, spot, turn):
    """Once in a while no instance has an answer."""
    if turn.dice.happens(0.02):
        answer.status = 503
        answer.kind, answer.document = 'json', {'error': 'try again', 'retry': 1}
        answer.headers = [['Content-Type', 'application/json'], ['Retry-After', '1']]


SHAPES = {'shuffled-scalars': shuffle, 'shuffled-objects': shuffle, 'picked': pick,
          'varying-length': vary, 'optional-field': optional, 'random-map': random_map,
          'flapping-status': flap}


def session_cookie(turn):
    return f'visit={turn.dice.base64(18)}; Path=/; HttpOnly; SameSite=Lax'


# kind -> (field, maker)
HEADERS = {
    'header-request-id': ('X-Request-Id', lambda turn: turn.dice.uuid()),
    'header-trace': ('Traceparent', lambda turn: f'00-{turn.dice.hex(32)}-{turn.dice.hex(16)}-01'),
    'header-cache': ('X-Cache', lambda turn: turn.dice.choice(['HIT', 'MISS'])),
    'header-age': ('Age', lambda turn: str(turn.dice.randint(0, 60))),
    'header-rate-limit': ('X-RateLimit-Remaining',
                          lambda turn: str(5000 - turn.count % 4000 - turn.dice.randint(0, 9))),
    'header-server': ('X-Served-By', noise_values.server),
    'header-etag': ('ETag', lambda turn: f'W/"{turn.dice.hex(16)}"'),
    'header-cookie': ('Set-Cookie', session_cookie),
    'header-timing': ('Server-Timing', lambda turn: f'app;dur={noise_values.latency(turn)}'),
    'header-expires': ('Expires', lambda turn: email.utils.formatdate(turn.now + 60, usegmt=True)),
    'header-runtime': ('X-Runtime', lambda turn: f'{turn.dice.uniform(0.001, 0.2):.6f}'),
}


# kind -> (kinds of document, slot, maker of a line)
LINES = {
    'html-csrf': ({'html'}, 'csrf', lambda turn:
                  f'<input class="csrf" type="hidden" name="csrf" value="{turn.dice.hex(40)}">'),
    'html-comment': ({'html'}, 'rendered', lambda turn:
                     f'<!-- rendered {noise_values.iso_fraction(turn)} -->'),
    'html-nonce': ({'html'}, 'nonce', lambda turn:
                   f'<script class="nonce" nonce="{turn.dice.base64(16)}" src="/app.js"></script>'),
    'html-bucket': ({'html'}, 'banner', lambda turn: '<aside class="banner">' + turn.dice.choice(
        ['Free shipping today', 'Two for one', 'New this week']) + '</aside>'),
    'html-time': ({'html'}, 'clock', lambda turn:
                  f'<time class="clock">{noise_values.iso(turn)}</time>'),
    'xml-time': ({'xml'}, 'built', lambda turn: f'<built>{noise_values.http_time(turn)}</built>'),
    'xml-id': ({'xml'}, 'trace', lambda turn: f'<trace ref="{turn.dice.uuid()}"/>'),
    'text-time': ({'text'}, 'written', lambda turn: f'# written {noise_values.iso(turn)}'),
    'text-jitter': ({'text'}, 'busy', lambda turn:
                    f'shop_busy_seconds {turn.dice.uniform(0, 9):.4f}'),
}


# Elements that these lines bring, and nothing else in the shop: their places in a structured body.
ELEMENTS = {'nonce': 'script', 'banner': 'aside', 'clock': 'time', 'built': 'built',
            'trace': 'trace'}


# Of a line that begins with a name, as a report writes its place.
LINE_PLACES = {'text-jitter': 'line shop_busy_seconds'}


def add_line(answer, kind, turn):
    _, slot, make = LINES[kind]
    at = next((i + 1 for i, (name, _) in enumerate(answer.document) if name in ('main', 'channel')),
              2 if answer.kind == 'xml' else 1)
    answer.document.insert(at, [slot, make(turn)])


def shuffle_records(answer, _, turn):
    turn.dice.shuffle(answer.document)


def stamp_records(answer, _, turn):
    for record in answer.document:
        record['emitted_at'] = noise_values.iso_fraction(turn)


def event_ids(answer, _, turn):
    for event in answer.document:
        event['id'] = turn.dice.hex(12)


def stamp_events(answer, _, turn):
    for event in answer.document:
        event['data']['sent_ms'] = int(noise_values.moment(turn) * 1000)


def form_token(answer, _, turn):
    answer.document.append(['token', turn.dice.hex(24)])


# kind -> (kind of document, name of what is noisy, change)
STREAMS = {
    'ndjson-order': ('ndjson', '*', shuffle_records),
    'ndjson-time': ('ndjson', 'emitted_at', stamp_records),
    'sse-ids': ('sse', 'id', event_ids),
    'sse-time': ('sse', 'sent_ms', stamp_events),
    'form-token': ('form', 'token', form_token),
}
