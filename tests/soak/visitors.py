"""Real clients that come and go: curl, wrk, h2load and ab; and some that are no clients at all."""

import collections
import contextlib
import random
import re
import socket
import struct
import subprocess
import threading

from process import find_program

# How many requests were answered, and how many more may have been sent.
Visit = collections.namedtuple('Visit', 'done more')

CONNECTIONS = 8
REQUESTS = 400
SECONDS = 60


def output_of(*command):
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         check=False, timeout=SECONDS)
    return run.stdout + run.stderr


def number_in(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0


def curl(url):
    urls = [f'{url}/plain/{i}' for i in range(20)]
    said = output_of(find_program('curl'), '-s', '-o', '/dev/null', '-w', '\n%{http_code}\n', *urls)
    codes = [int(line) for line in said.split() if line.isdigit()]
    done = sum(code != 0 for code in codes)
    return Visit(done, len(urls) - done)


def wrk(url):
    said = output_of(find_program('wrk'), '-t1', f'-c{CONNECTIONS}', '-d1s', f'{url}/plain/wrk')
    errors = sum(number_in(rf'{kind} (\d+)', said) for kind in ('read', 'write', 'timeout'))
    # It leaves in the middle of one request on each connection.
    return Visit(number_in(r'(\d+) requests in', said), CONNECTIONS + errors)


def h2load(url):
    said = output_of(find_program('h2load'), '--h1', f'-n{REQUESTS}', f'-c{CONNECTIONS}',
                     f'{url}/plain/h2load')
    started = number_in(r'(\d+) started', said)
    done = number_in(r'(\d+) succeeded', said) + number_in(r'(\d+) failed', said)
    return Visit(min(started, done), REQUESTS - min(started, done))


def apache_bench(url):
    said = output_of(find_program('ab'), '-r', '-k', f'-n{REQUESTS}', f'-c{CONNECTIONS}',
                     f'{url}/plain/ab')
    done = number_in(r'Complete requests:\s+(\d+)', said)
    failed = number_in(r'Failed requests:\s+(\d+)', said)
    done = max(0, done - failed)
    return Visit(done, REQUESTS + CONNECTIONS - done)


def vandal(port, dice):
    """Says something that is no request, and goes in a way that is not polite."""
    sayings = [b'', b'\0\0\0\0', b'GET / HTTP/9.9\r\n\r\n', b'GET /half HTTP/1.1\r\nHost: a\r\n',
               b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', b'\x16\x03\x01\x02\0',
               bytes(dice.randrange(256) for _ in range(2000)).replace(b'\n', b'')]
    with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 2) as link:
        link.settimeout(0.2)
        link.sendall(dice.choice(sayings))
        if dice.random() < 0.5:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        elif dice.random() < 0.5:
            link.recv(1000)


class Visitors(threading.Thread):
    """One visit after the other until told to stop; sums up what they say."""

    TOOLS = (curl, wrk, h2load, apache_bench)

    def __init__(self, port, seed):
        super().__init__(daemon=True)
        self.port = port
        self.dice = random.Random(seed)
        self.stopping = threading.Event()
        self.visits = collections.Counter()
        self.done = self.more = 0
        self.trouble = None

    def run(self):
        try:
            while not self.stopping.is_set():
                tool = self.dice.choice(self.TOOLS)
                visit = tool(f'http://127.0.0.1:{self.port}')
                self.visits[tool.__name__] += 1
                self.done += visit.done
                self.more += visit.more
                for _ in range(self.dice.randrange(10)):
                    vandal(self.port, self.dice)
                    self.visits['vandal'] += 1
        except (OSError, subprocess.SubprocessError) as trouble:
            self.trouble = trouble

    def stop(self):
        self.stopping.set()
        self.join(SECONDS + 10)
