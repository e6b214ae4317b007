"""Regressions of whole answers, of header fields, and of documents that are not JSON."""

import re


# --- Whole answers: nothing else is injected into such an endpoint -------------------------------

def failed(answer, _):
    before = answer.status
    answer.status, answer.kind, answer.document = 500, 'json', {'error': 'internal'}
    answer.headers = [['Content-Type', 'application/json']]
    return before, 500


def not_found(answer, _):
    before = answer.status
    answer.status, answer.kind, answer.document = 404, 'json', {'error': 'not found'}
    answer.headers = [['Content-Type', 'application/json']]
    return before, 404


def empty(answer, _):
    answer.body = b''
    return answer.kind, '(no body)'


def mistyped(answer, _):
    before = answer.header('Content-Type')
    answer.set_header('Content-Type', 'text/plain')
    return before, 'text/plain'


def slow(answer, _):
    answer.delay += 0.06
    return 'quick', '60 ms more'


# kind -> (change, place, other places that name it); '**' is any place in the body
ANSWER_FAULTS = {
    'status-500': (failed, 'status', ('body', 'header:Content-Type')),
    'status-404': (not_found, 'status', ('body', 'header:Content-Type')),
    'empty-body': (empty, 'body', ()),
    'content-type': (mistyped, 'header:Content-Type', ('body',)),
    'latency': (slow, 'latency', ()),
    'wrong-entity': (None, 'body', ('**',)),  # the server answers for another target
}


# --- Header fields -------------------------------------------------------------------------------

def lose_field(name):
    def change(answer, _):
        before = answer.header(name)
        answer.drop_header(name)
        return (before, '(nothing)') if before is not None else None
    return change


def replace_field(name, pattern, text):
    def change(answer, _):
        for pair in answer.headers:
            after = re.sub(pattern, text, pair[1]) if pair[0] == name else pair[1]
            if after != pair[1]:
                before, pair[1] = pair[1], after
                return before, after
        return None
    return change


# kind -> (field, change)
HEADER_FAULTS = {
    'header-lost': ('X-Api-Version', lose_field('X-Api-Version')),
    'cache-control': ('Cache-Control', replace_field('Cache-Control', '^.*$', 'public, max-age=1')),
    'cookie-attribute': ('Set-Cookie', replace_field('Set-Cookie', '; HttpOnly', '')),
    'redirect': ('Location', replace_field('Location', '/new/', '/newer/')),
}


# --- Lines, records, events, bytes ---------------------------------------------------------------

def line_of(answer, slots):
    return next((index for index, (slot, _) in enumerate(answer.document) if slot in slots), None)


def lose_line(*slots):
    def change(answer, _):
        at = line_of(answer, slots)
        return None if at is None else (answer.document.pop(at)[1], '(nothing)')
    return change


def edit_line(slots, pattern, text):
    def change(answer, _):
        example = None
        for pair in answer.document:
            after = re.sub(pattern, text, pair[1]) if pair[0] in slots else pair[1]
            if after != pair[1]:
                example = example or (pair[1], after)
                pair[1] = after
        return example
    return change


def lose_record(answer, dice):
    return answer.document.pop(dice.randrange(len(answer.document))), '(nothing)'


def change_record(answer, _):
    name = 'count' if 'count' in answer.document[0] else 'action'
    example = (answer.document[0][name], 'other')
    for record in answer.document:
        record[name] = 'other'
    return example


def change_event(answer, _):
    name = next(name for name in ('value', 'done') if name in answer.document[0]['data'])
    example = (answer.document[0]['data'][name], None)
    for event in answer.document:
        event['data'][name] = None
    return example


def change_pair(answer, _):
    for pair in answer.document:
        if pair[0] == 'currency':
            pair[1] = 'USD'
    return 'EUR', 'USD'


def flip_block(answer, dice):
    at = dice.randrange(len(answer.document) // 2, len(answer.document) - 64)
    block = answer.document[at:at + 64]
    changed = bytes(byte ^ 0x55 for byte in block)
    answer.document = answer.document[:at] + changed + answer.document[at + 64:]
    return block[:8].hex(), changed[:8].hex()


# kind -> (kinds of document, change, steps of which a place in a structured body that names it has
# one)
BODY_FAULTS = {
    'html-element-lost': ({'html'}, lose_line('intro', 'stock', 'help', 'topic', 'charset'),
                          ('p', 'span', 'h1', 'meta')),
    'html-structure': ({'html'}, edit_line(
        ('headline', 'name', 'topic', 'help', 'moved'), r'<(/?)(h1|p)\b', r'<\1div'),
        ('h1', 'div', 'p')),
    'html-attribute': ({'html'}, edit_line(
        ('submit', 'password', 'legal', 'table'), r' (type|class)="\w+"', ''),
        ('@type', '@class')),
    'xml-attribute': ({'xml'}, edit_line(
        ('item', 'position', 'url'), r' (rating|price|priority)="[^"]*"', ''),
        ('@rating', '@price', '@priority')),
    'xml-text': ({'xml'}, edit_line(('summary', 'total', 'url'), r'>([^<]{4})[^<]*<', r'>\1<'),
                 ('summary', 'total', 'url')),
    'ndjson-record-lost': ({'ndjson'}, lose_record, ()),
    'ndjson-value': ({'ndjson'}, change_record, ('count', 'action')),
    'sse-value': ({'sse'}, change_event, ('value', 'done')),
    'text-line': ({'text'}, edit_line(('orders', 'disallow', 'row'), r'(\w+)$', r'\g<1>7'),
                  ()),
    'form-value': ({'form'}, change_pair, ('currency',)),
    'binary-block': ({'bytes', 'image'}, flip_block, ()),
}
