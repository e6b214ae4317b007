"""An answer before it becomes bytes, and how it becomes bytes."""

import dataclasses
import json
import urllib.parse

TYPES = {
    'json': 'application/json', 'html': 'text/html; charset=utf-8', 'xml': 'application/xml',
    'ndjson': 'application/x-ndjson', 'sse': 'text/event-stream',
    'text': 'text/plain; charset=utf-8', 'form': 'application/x-www-form-urlencoded',
    'bytes': 'application/octet-stream', 'image': 'image/png',
}


@dataclasses.dataclass
class Answer:
    """What a server is about to say.

    `document` by its kind: json: any value; ndjson: a list of values; sse: a list of events (id,
    event, data); html, xml, text: a list of [slot, line], where a slot names what the line is for;
    form: a list of [name, value]; bytes, image: bytes.
    """

    kind: str
    document: object
    status: int = 200
    headers: list = dataclasses.field(default_factory=list)  # [name, value]
    delay: float = 0.0  # seconds
    is_respelled: bool = False  # written by the new serialiser
    body: bytes = None  # instead of what the document says

    def header(self, name):
        return next((value for key, value in self.headers if key == name), None)

    def set_header(self, name, value):
        self.headers = [pair for pair in self.headers if pair[0] != name] + [[name, value]]

    def drop_header(self, name):
        self.headers = [pair for pair in self.headers if pair[0] != name]

    def encoded(self):
        return self.body if self.body is not None else WRITERS[self.kind](self)


def respelled(value, depth=0):
    """The same value as another serialiser would hand it on: members sorted, integers as 1.0."""
    if isinstance(value, dict):
        return {name: respelled(value[name], depth + 1) for name in sorted(value)}
    if isinstance(value, list):
        return [respelled(element, depth + 1) for element in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2 ** 50:
        return float(value)
    return value


def json_text(value, is_respelled):
    if is_respelled:
        return json.dumps(respelled(value), indent=2, separators=(' , ', ' : '))
    return json.dumps(value, ensure_ascii=False, separators=(',', ':'))


def event_text(event, is_respelled):
    head = f'id: {event["id"]}\nevent: {event["event"]}\n'
    # A line break inside of the data would be another field.
    data = json.dumps(respelled(event['data'])) if is_respelled else json_text(event['data'], False)
    return f'{head}data: {data}\n\n'


def lines_text(answer):
    return ''.join(f'{line}\n' for _, line in answer.document)


def records_text(answer):
    if answer.is_respelled:
        return ''.join(json.dumps(respelled(each)) + '\n' for each in answer.document)
    return ''.join(json_text(each, False) + '\n' for each in answer.document)


WRITERS = {
    'json': lambda answer: json_text(answer.document, answer.is_respelled).encode(),
    'ndjson': lambda answer: records_text(answer).encode(),
    'sse': lambda answer: ''.join(event_text(event, answer.is_respelled)
                                  for event in answer.document).encode(),
    'html': lambda answer: lines_text(answer).encode(),
    'xml': lambda answer: lines_text(answer).encode(),
    'text': lambda answer: lines_text(answer).encode(),
    'form': lambda answer: urllib.parse.urlencode(
        [tuple(pair) for pair in answer.document]).encode(),
    'bytes': lambda answer: answer.document,
    'image': lambda answer: answer.document,
}
