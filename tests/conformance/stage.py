"""Plays cases: a client, a primary and a shadow on raw sockets, and understudy between them."""

import re

from wires import Server, Unmet, Wires

from casefile import OK

LAST_TARGET = '/the-end'
LAST = f'GET {LAST_TARGET} HTTP/1.1\r\nHost: the-end\r\n\r\n'.encode()
CHUNK_LINE = re.compile(rb'([0-9a-f]+)\r\n')
SHOWN = 400  # bytes in a complaint


def shown(data):
    text = repr(bytes(data[:SHOWN]))[1:]
    return text + (f' and {len(data) - SHOWN} bytes more' if len(data) > SHOWN else '')


def field(head, name):
    match = re.search(rb'\r\n' + name + rb': *([^\r]*)\r\n', head, re.IGNORECASE)
    return match.group(1).lower() if match else None


def message_size(data):
    """The size of the message at the front, written as understudy writes; 0 if it is not whole."""
    end = data.find(b'\r\n\r\n') + 4
    if end < 4:
        return 0
    head = bytes(data[:end])
    if field(head, b'Transfer-Encoding') is None:
        end += int(field(head, b'Content-Length') or 0)
        return end if end <= len(data) else 0
    while True:
        line = CHUNK_LINE.match(data, end)
        if line is None:
            return 0
        size = int(line.group(1), 16)
        if size == 0:
            trailers = data.find(b'\r\n\r\n', line.end() - 2) + 4
            return trailers if trailers >= 4 else 0
        end = line.end() + size + 2
        if end > len(data):
            return 0


def join_chunks(message):
    """The message with all of its chunks in one."""
    end = message.find(b'\r\n\r\n') + 4
    if field(message[:end], b'Transfer-Encoding') is None:
        return message
    head, body = message[:end], b''
    while True:
        line = CHUNK_LINE.match(message, end)
        size = int(line.group(1), 16)
        if size == 0:
            body = b'%x\r\n%b\r\n' % (len(body), body) if body else b''
            return head + body + message[line.start():]
        body += message[line.end():line.end() + size]
        end = line.end() + size + 2


def split(data):
    """The messages in `data`, and what is left of it."""
    messages = []
    while data and message_size(data):
        size = message_size(data)
        messages.append(bytes(data[:size]))
        data = data[size:]
    return messages, bytes(data)


class Shadow(Server):
    """Answers every request as soon as it is whole."""

    def __init__(self, wires):
        super().__init__(wires)
        self.messages = []
        wires.after_turn.append(self.answer)

    def answer(self):
        for wire in self.open:
            messages, rest = split(wire.unread)
            for message in messages:
                self.messages.append(message)
                wire.send(OK)
            if messages:
                wire.unread = bytearray(rest)


class Stage:
    """Both upstreams, for all the plays of a file; `port` is set when understudy listens."""

    def __init__(self, seconds):
        self.wires = Wires(seconds)
        self.primary = Server(self.wires)
        self.shadow = Shadow(self.wires)
        self.port = 0

    def play(self, case):
        cuts = [step.text.split()[1] for step in case.steps if step.text.startswith('cut ')]
        if not cuts:
            return Scene(self, case).play()
        mark = {'primary': 'P<', 'client': 'C>'}[cuts[0]]
        size = sum(len(step.bytes) for step in case.steps if step.kind == mark)
        for place in range(1, size):
            try:
                Scene(self, case, mark, place).play()
            except Unmet as unmet:
                raise Unmet(f'cut behind byte {place}: {unmet}') from None
        return None

    def close(self):
        self.primary.close()
        self.shadow.close()


class Scene:
    """One case being played."""

    def __init__(self, stage, case, cut_mark='', cut_place=0):
        self.stage = stage
        self.wires = stage.wires
        self.case = case
        self.cut_mark = cut_mark
        self.cut_place = cut_place
        self.is_over = True       # the client's connection, or there is none yet
        self.client = None
        self.asked = None         # the primary's connection that was asked last
        self.wanted = ''          # on which connection the next request must come
        self.copies = b''         # what the shadow must see
        self.copies_seen = len(stage.shadow.messages)
        self.is_joined = any(step.text == 'chunks joined' for step in case.steps)
        self.has_copies = all(step.text != 'shadow gets nothing' for step in case.steps)

    def play(self):
        self.stage.primary.prune()
        self.stage.shadow.prune()
        blocks = {'C>': self.client_sends, 'C<': self.client_gets, 'U>': self.both_get,
                  'P>': self.primary_gets, 'P<': self.primary_sends, 'S>': self.shadow_gets}
        try:
            for step in self.case.steps:
                if step.kind == 'do':
                    self.direct(step.text)
                else:
                    blocks[step.kind](step.bytes)
            self.end()
        except Unmet as unmet:
            raise Unmet(f'{self.case.name}, line {step.line}: {unmet}') from None
        finally:
            if self.client is not None:
                self.client.close()

    # --- blocks ---

    def client_sends(self, data):
        if self.client is None:
            self.client = self.wires.connect(self.stage.port)
            self.is_over = False
        self.send(self.client, data, 'C>')

    def client_gets(self, data):
        self.expect(self.client, data, 'the client')

    def both_get(self, data):
        self.primary_gets(data)
        self.shadow_gets(data)

    def shadow_gets(self, data):
        self.copies += data.replace(b'{primary}', self.stage.primary.url[7:].encode())

    def primary_gets(self, data):
        data = data.replace(b'{primary}', self.stage.primary.url[7:].encode())
        primary = self.stage.primary

        def speaking():
            return [wire for wire in primary.open if wire.unread]

        self.wires.wait(speaking, lambda: f'the primary got nothing, not {shown(data)}; '
                        f'the client got {shown(self.client.unread)}')
        wire = speaking()[0]
        is_new = wire.number > (self.asked.number if self.asked else 0)
        if self.wanted and (self.wanted == 'new') != (is_new and wire is not self.asked):
            raise Unmet(f'the request did not come on a {self.wanted} connection')
        self.wanted = ''
        self.asked = wire
        if self.is_joined:
            self.wires.wait(lambda: wire.ended or message_size(wire.unread),
                            lambda: f'the primary got {shown(wire.unread)}, no whole request')
            wire.unread = bytearray(join_chunks(bytes(wire.unread)))
        self.expect(wire, data, 'the primary')

    def primary_sends(self, data):
        self.await_copies()
        self.send(self.asked, data, 'P<')

    def await_copies(self):
        """A primary that fails or a client that leaves ends the copy: the shadow sees it before."""
        expected, _ = split(self.copies)
        if self.has_copies:
            self.wires.wait(lambda: len(self.seen()) >= len(expected),
                            lambda: f'the shadow got {self.seen()}, not {expected}')

    def seen(self):
        return self.stage.shadow.messages[self.copies_seen:]

    def send(self, wire, data, mark):
        if mark != self.cut_mark:
            return wire.send(data)
        place, self.cut_place = self.cut_place, self.cut_place - len(data)
        if not 0 < place < len(data):
            return wire.send(data)
        wire.send(data[:place])
        self.wires.wait(wire.is_read, 'understudy does not read')
        return wire.send(data[place:])

    def expect(self, wire, data, who):
        def has_come():
            return wire.ended or len(wire.unread) >= len(data) or not data.startswith(wire.unread)

        def complaint():
            how = f', then {wire.ended}' if wire.ended else ''
            return f'{who} got {shown(wire.unread)}{how}, not {shown(data)}'

        self.wires.wait(has_come, complaint)
        if not wire.unread.startswith(data):
            raise Unmet(complaint())
        del wire.unread[:len(data)]

    # --- directives ---

    def direct(self, text):
        words = text.split()
        if not words or words[0] == 'cut':
            return
        name = '_'.join(words[:1] if words[0] in ('refused', 'answered', 'client') else words)
        getattr(self, 'on_' + name.replace('-', '_'))(*words[1:] if '_' not in name else ())

    def own_answer(self, status, connection, has_body=True):
        self.wires.wait(lambda: self.client.ended or b'\r\n\r\n' in self.client.unread,
                        lambda: f'the client got {shown(self.client.unread)}, no {status}')
        head, _, _ = bytes(self.client.unread).partition(b'\r\n\r\n')
        head += b'\r\n'
        if not head.startswith(f'HTTP/1.1 {status} '.encode()):
            raise Unmet(f'the client got {shown(head)}, no {status}')
        if field(head, b'Connection') != connection.encode():
            raise Unmet(f'the answer says {shown(head)}, not Connection: {connection}')
        size = int(field(head, b'Content-Length') or 0) if has_body else 0
        self.expect(self.client, bytes(self.client.unread)[:len(head) + 2 + size], 'the client')
        if len(self.client.unread) and connection == 'close':
            raise Unmet(f'the client got {shown(self.client.unread)} behind the answer')

    def on_refused(self, status):
        self.own_answer(status, 'close')
        self.gets('end')

    def on_answered(self, status, connection, *without_body):
        self.own_answer(status, connection, not without_body)
        if connection == 'close':
            self.gets('end')

    def on_client(self, *words):
        {'half-closes': self.client_half_closes, 'closes': self.client_closes,
         'leaves': self.client_closes, 'resets': lambda: self.client_closes(True),
         'gets': lambda: self.gets(words[1])}[words[0]]()

    def client_half_closes(self):
        self.client.half_close()
        self.is_over = True

    def client_closes(self, by_reset=False):
        self.await_copies()
        self.client.close(by_reset)
        self.is_over = True

    def gets(self, how):
        self.wires.wait(lambda: self.client.ended, 'the client waits for the end in vain')
        if self.client.ended != how or self.client.unread:
            raise Unmet(f'the client got {shown(self.client.unread)}, then {self.client.ended}')
        self.is_over = True

    def on_next_client(self):
        self.client.close()
        self.client = None
        self.is_over = True

    def on_primary_closes(self):
        self.await_copies()
        self.stage.primary.drop(self.asked)

    def on_primary_resets(self):
        self.await_copies()
        self.stage.primary.drop(self.asked, by_reset=True)

    def on_primary_half_closes(self):
        self.asked.half_close()

    def on_primary_gets_end(self):
        self.wires.wait(lambda: self.asked.ended, 'the primary waits for the end in vain')

    def on_shadow_gets_nothing(self):
        """Known from the beginning, see has_copies."""

    def on_chunks_joined(self):
        """Known from the beginning, see is_joined."""

    def on_same_connection(self):
        self.wanted = 'same'

    def on_new_connection(self):
        self.wanted = 'new'

    # --- the end ---

    def end(self):
        """A last request must be the next thing that everybody sees."""
        client = self.wires.connect(self.stage.port) if self.is_over else self.client
        client.send(LAST)
        self.check_primary()
        self.asked.send(OK)
        self.expect(client, OK, 'the client of the last request')
        if client is not self.client:
            client.close()
        self.check_shadow()

    def check_primary(self):
        primary = self.stage.primary

        def unread():
            return [wire.unread for wire in primary.open if wire.unread]

        def has_last():
            return any(split(data)[0] or data[:4] != LAST[:4] for data in unread())

        self.wires.wait(has_last, 'the last request does not reach the primary')
        messages, rest = split(unread()[0])
        if len(unread()) != 1 or len(messages) != 1 or rest or not self.is_last(messages[0]):
            raise Unmet(f'the primary got more than it should: {unread()}')
        self.asked = next(wire for wire in primary.open if wire.unread)
        self.asked.unread.clear()

    def check_shadow(self):
        expected, rest = split(self.copies)
        if rest:
            raise ValueError(f'{shown(rest)} is no whole request: say what the shadow gets')
        if not self.has_copies:
            expected = []
        self.wires.wait(lambda: len(self.seen()) > len(expected) and self.has_last(),
                        lambda: f'the shadow got {self.seen()}, not {expected} and the last')
        seen = [message for message in self.seen() if not self.is_last(message)]
        seen = [join_chunks(message) for message in seen] if self.is_joined else seen
        if sorted(seen) != sorted(expected):
            raise Unmet(f'the shadow got {seen}, not {expected}')
        rests = [bytes(wire.unread) for wire in self.stage.shadow.open if wire.unread]
        if rests:
            raise Unmet(f'the shadow got {rests} besides')

    def has_last(self):
        return any(map(self.is_last, self.seen()))

    @staticmethod
    def is_last(message):
        return message.startswith(f'GET {LAST_TARGET} '.encode())
