"""One contestant between its servers, started for one measurement and ended behind it."""

import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

import machine
from contestant import Place
from process import Process

STOP_SECONDS = 10
QUIET_US = 500      # of processor time in one look: nothing goes on any more
LOOK_SECONDS = 0.05
MOST_LOOKS = 40


class Upstream:
    """Our own server, as a primary or a shadow, ill in one way or well."""

    def __init__(self, build, *options):
        self.words = [build / 'tools/bench/upstream', *map(str, options)]
        self.child = None
        self.port = 0
        self.seen = {}

    def start(self):
        with machine.pinned(machine.cores()[1]):
            self.child = subprocess.Popen(self.words, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError('an upstream did not start')
        self.port = int(line)

    def stop(self):
        if not self.child:
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            self.seen = json.loads(self.child.communicate(timeout=STOP_SECONDS)[0] or '{}')
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Neighbour:
    """A process that never rests, on the proxy's core."""

    def __init__(self):
        self.child = None

    def start(self):
        with machine.pinned(machine.cores()[0]):
            self.child = subprocess.Popen([sys.executable, '-c', 'while True: pass'],
                                          stdin=subprocess.DEVNULL)

    def stop(self):
        if self.child:
            self.child.kill()
            self.child.wait()


class Refusing:
    """A port where nobody listens, kept from others meanwhile."""

    seen = {}

    def __init__(self):
        self.socket = socket.socket()
        self.port = 0

    def start(self):
        self.socket.bind(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]

    def stop(self):
        self.socket.close()


# Kinds of shadows: the options of upstream.cc.
SHADOWS = {
    'healthy': (),
    'slow': ('--mode', 'slow', '--delay-ms', 1000),
    'blackhole': ('--mode', 'blackhole'),
    'refused': None,
    'reset': ('--mode', 'reset'),
    'never-reads': ('--mode', 'never-reads'),
}


class Proxy(Process):
    """The contestant's process, on the cores that are its own."""

    def __init__(self, contestant, folder, place):
        super().__init__(folder)
        place.folder, place.port = self.folder, self.port
        self.words = contestant.command(place)

    def command(self):
        return self.words

    def start(self):
        with machine.pinned(machine.cores()[0]):
            return super().start()


class Setting:
    """What a measurement asks for."""

    def __init__(self, body_bytes=1024, connections=64, shadow='healthy', shadows=1,
                 has_neighbour=False):
        self.body_bytes = body_bytes
        self.connections = connections
        self.shadow = shadow
        self.shadows = shadows
        self.has_neighbour = has_neighbour


class Stage:
    """Servers and contestant, running while this is entered; its shares are known afterwards."""

    def __init__(self, build, contestant, setting):
        self.contestant = contestant
        self.setting = setting
        self.build = build
        self.shares = {}
        self.proxy = None
        self.is_on = False
        self.ending = contextlib.ExitStack()
        self.upstreams = []

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.ending.close()
            raise
        return self

    def begin(self):
        primary = self.upstream('healthy')
        count = self.setting.shadows if self.contestant.has_shadow else 0
        shadows = [self.upstream(self.setting.shadow) for _ in range(count)]
        folder = self.ending.enter_context(tempfile.TemporaryDirectory(prefix='understudy-bench-'))
        self.place = Place(self.build, folder, primary.port, primary.port,
                           [shadow.port for shadow in shadows], self.setting.connections)
        if self.contestant.is_proxy:
            self.proxy = Proxy(self.contestant, pathlib.Path(folder) / 'proxy', self.place)
            self.ending.callback(self.end_proxy)
            self.proxy.start()
            self.is_on = True
        if self.setting.has_neighbour:
            neighbour = Neighbour()
            self.ending.callback(neighbour.stop)
            neighbour.start()
        self.url = f'{self.contestant.scheme}://127.0.0.1:{self.place.port}/'

    def upstream(self, kind):
        options = SHADOWS[kind]
        noise = ['--noise'] if self.contestant.is_noisy else []
        size = ['--body-bytes', self.setting.body_bytes]
        server = Refusing() if options is None else Upstream(self.build, *size, *noise, *options)
        self.upstreams.append(server)
        self.ending.callback(server.stop)
        server.start()
        return server

    def end_proxy(self):
        """Before its servers end; then its own accounts are complete."""
        if self.proxy.child:
            self.proxy.stop()
        if self.is_on:
            self.shares = self.contestant.shares(self.place)

    def __exit__(self, *_):
        self.ending.close()
        seen = [upstream.seen.get('requests', 0) for upstream in self.upstreams]
        if len(seen) > 1 and seen[0]:
            self.shares.setdefault('mirrored', sum(seen[1:]) / len(seen[1:]) / seen[0])

    def pids(self):
        """All processes of the proxy; it may have started some since it began to listen."""
        return machine.family(self.proxy.child.pid) if self.proxy else []

    def cpu_us(self):
        return machine.cpu_us(self.pids())

    def settle(self):
        """Waits until what was begun is done, so that it is counted where it belongs."""
        before = self.cpu_us()
        for _ in range(MOST_LOOKS):
            time.sleep(LOOK_SECONDS)
            now = self.cpu_us()
            if now - before < QUIET_US:
                return
            before = now
