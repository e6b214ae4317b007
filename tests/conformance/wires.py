"""Raw sockets for plays: one thread looks after all of them, and nothing waits for luck."""

import selectors
import socket
import struct
import time

READ_BYTES = 1 << 20


class Unmet(AssertionError):
    """What a play demands did not come."""


class Wire:
    """One connection as a case sees it: what came and was not asked for yet, and how it ended."""

    def __init__(self, wires, raw, number=0):
        self.wires = wires
        self.raw = raw
        self.number = number
        self.unread = bytearray()
        self.unsent = bytearray()
        self.ended = ''  # or 'end', or 'reset'
        raw.setblocking(False)
        if raw.family != socket.AF_UNIX:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wires.watch(raw, self)

    def send(self, data):
        self.unsent += data
        self.flush()

    def flush(self):
        try:
            while self.unsent:
                del self.unsent[:self.raw.send(self.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self.unsent.clear()
        self.wires.watch(self.raw, self, bool(self.unsent))

    def on_ready(self, events):
        if events & selectors.EVENT_WRITE:
            self.flush()
        if not events & selectors.EVENT_READ:
            return
        try:
            data = self.raw.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data, self.ended = b'', 'reset'
        self.unread += data
        if not data:
            self.ended = self.ended or 'end'
            self.wires.forget(self.raw)

    def half_close(self):
        self.raw.shutdown(socket.SHUT_WR)

    def close(self, by_reset=False):
        if by_reset:
            self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.wires.forget(self.raw)
        self.raw.close()

    def is_read(self):
        """Whether the process at the other end has taken everything out of its socket."""
        if self.unsent:
            return False
        here, there = self.raw.getsockname()[1], self.raw.getpeername()[1]
        for row in open('/proc/net/tcp', encoding='ascii').readlines()[1:]:
            fields = row.split()
            ports = [int(address.split(':')[1], 16) for address in fields[1:3]]
            if ports == [there, here]:
                return int(fields[4].split(':')[1], 16) == 0
        return True


class Server:
    """A listening socket and all connections to it."""

    def __init__(self, wires, on_wire=None):
        self.wires = wires
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=128)
        self.listener.setblocking(False)
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'
        self.open = []
        self.accepted = 0
        self.on_wire = on_wire
        wires.watch(self.listener, self)

    def on_ready(self, _):
        try:
            raw, _ = self.listener.accept()
        except BlockingIOError:
            return
        self.accepted += 1
        self.open.append(Wire(self.wires, raw, self.accepted))

    def drop(self, wire, by_reset=False):
        wire.close(by_reset)
        self.open.remove(wire)

    def prune(self):
        """Forgets connections that are over and of which nothing is left to read."""
        for wire in [wire for wire in self.open if wire.ended and not wire.unread]:
            self.drop(wire)

    def close(self):
        for wire in list(self.open):
            self.drop(wire)
        self.wires.forget(self.listener)
        self.listener.close()


class Wires:
    """Watches all sockets of the plays."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.selector = selectors.DefaultSelector()
        self.after_turn = []  # what is called whenever something came

    def watch(self, raw, owner, for_writing=False):
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if for_writing else 0)
        try:
            if self.selector.get_key(raw).events != events:
                self.selector.modify(raw, events, owner)
        except (KeyError, ValueError):
            if raw.fileno() >= 0 and not getattr(owner, 'ended', ''):
                self.selector.register(raw, events, owner)

    def forget(self, raw):
        try:
            self.selector.unregister(raw)
        except (KeyError, ValueError):
            pass

    def turn(self, seconds):
        for key, events in self.selector.select(seconds):
            key.data.on_ready(events)
        for task in self.after_turn:
            task()

    def wait(self, holds, what):
        """Looks after all sockets until `holds()`."""
        deadline = time.monotonic() + self.seconds
        pause = 0
        while not holds():
            if time.monotonic() > deadline:
                raise Unmet(what() if callable(what) else what)
            self.turn(pause)
            pause = min(0.05, pause + 0.0005)

    def connect(self, port):
        return Wire(self, socket.create_connection(('127.0.0.1', port)))
