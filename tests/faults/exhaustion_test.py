"""Slow clients, crowds, and a machine that runs out of descriptors or memory: seen from outside."""

import contextlib
import gzip
import os
import pathlib
import re
import resource
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import runner  # noqa: E402
import understudy  # noqa: E402
from process import find_program  # noqa: E402
from toy import Silent, Toy, says  # noqa: E402

IDLE_CONNECTIONS = 10_000
# The kernel chooses the worker for each connection, and each has half of the maximum. How many come
# to one of them spreads by 50 (binomial); this is ten times as much.
UNEVEN = 1000
# Addresses from which a crowd comes: each has enough ports.
SOURCES = [f'127.0.0.{number}' for number in range(2, 7)]
ADDRESS_SPACE = 256 << 20
LISTENING = '0A'  # in /proc/net/tcp


def get(port, path='/', timeout=20):
    """The bytes of one answer; empty when there was none."""
    with contextlib.suppress(OSError), \
            socket.create_connection(('127.0.0.1', port), timeout=timeout) as client:
        client.sendall(f'GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'.encode())
        answer = b''
        while piece := client.recv(65536):
            answer += piece
        return answer
    return b''


def allow_descriptors(count):
    """Whether this process, and those that it starts, may have so many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < count:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
            return True
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(count, most), most))
    return True


class ExhaustionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='understudy-exhaustion-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.primary = self.enter(Toy(says(b'live\n')))

    def enter(self, context):
        context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return context

    def run_understudy(self, more='', shadow=None, before=()):
        process = understudy.Understudy(self.folder / 'understudy', self.primary.url,
                                        shadow or self.primary.url, 'server.workers = 2\n' + more)
        command = [*before, *process.command()]
        process.command = lambda: command
        return self.enter(process)

    def check_live(self, process):
        self.assertIn(b'live\n', get(process.port))

    def wait_until(self, holds, seconds=30):
        deadline = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), deadline, 'did not happen in time')
            time.sleep(0.02)

    def connections(self, process):
        """Connections with clients that the process has open."""
        held = set()
        for name in pathlib.Path(f'/proc/{process.child.pid}/fd').iterdir():
            with contextlib.suppress(FileNotFoundError):
                held.add(os.readlink(name))
        count = 0
        for line in pathlib.Path('/proc/net/tcp').read_text().splitlines()[1:]:
            local, state, inode = (line.split()[column] for column in (1, 3, 9))
            is_ours = local.endswith(f':{process.port:04X}') and f'socket:[{inode}]' in held
            count += is_ours and state != LISTENING
        return count

    def cpu_seconds(self, process):
        fields = pathlib.Path(f'/proc/{process.child.pid}/stat').read_text().rpartition(')')[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf('SC_CLK_TCK')

    def memory_bytes(self, process):
        status = pathlib.Path(f'/proc/{process.child.pid}/status').read_text()
        return int(re.search(r'VmRSS:\s+(\d+)', status)[1]) * 1024


class SlowClientTest(ExhaustionTest):
    """slowhttptest's attacks end by our time-outs, and nobody else notices them."""

    LIMITS = ('server.header_timeout = "2s"\nserver.body_timeout = "2s"\n'
              'server.keepalive_timeout = "2s"\n')

    def attack(self, *mode):
        process = self.run_understudy(self.LIMITS)
        command = [find_program('slowhttptest'), '-c', '200', '-r', '200', '-l', '5',
                   '-u', process.url + '/', *mode]
        with open(self.folder / 'slow', 'wb') as words:
            attacker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words,
                                        stderr=words, cwd=self.folder)
        self.addCleanup(attacker.wait)
        slowest = 0
        while attacker.poll() is None:
            begin = time.monotonic()
            self.check_live(process)
            slowest = max(slowest, time.monotonic() - begin)
            time.sleep(0.1)
        self.assertLess(slowest, 5)
        self.assertIn(b'closed:', (self.folder / 'slow').read_bytes())
        self.wait_until(lambda: self.connections(process) == 0, 15)
        log = process.stop_clean(self)
        return log.failures

    def test_heads_that_trickle(self):
        self.assertGreater(self.attack('-H', '-i', '1')['client_timeout'], 100)

    def test_bodies_that_trickle(self):
        failures = self.attack('-B', '-i', '1', '-s', '8192', '-x', '10', '-t', 'POST')
        self.assertGreater(failures['client_timeout'], 100)

    def test_readers_that_trickle(self):
        self.primary.script = says(b'x' * (8 << 20))
        process = self.run_understudy(self.LIMITS)
        command = [find_program('slowhttptest'), '-X', '-c', '20', '-r', '20', '-l', '6',
                   '-w', '1', '-y', '2', '-n', '1', '-z', '1', '-u', process.url + '/']
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                       cwd=self.folder, timeout=60)
        self.wait_until(lambda: self.connections(process) == 0, 15)
        log = process.stop_clean(self)
        self.assertGreater(log.failures['client_timeout'] + log.failures['client_aborted'], 10)

    def test_ranges_without_number(self):
        self.attack('-R', '-a', '1', '-b', '3000')


class CrowdTest(ExhaustionTest):
    def open_crowd(self, port, count):
        crowd = []
        for number in range(count):
            client = socket.socket()
            client.bind((SOURCES[number % len(SOURCES)], 0))
            client.connect(('127.0.0.1', port))
            crowd.append(client)
        self.addCleanup(lambda: [client.close() for client in crowd])
        return crowd

    def test_ten_thousand_idle_connections_are_held(self):
        if not allow_descriptors(IDLE_CONNECTIONS * 2):
            self.skipTest('so many descriptors are not allowed here')
        process = self.run_understudy('server.header_timeout = "5m"\n'
                                      f'server.max_connections = {IDLE_CONNECTIONS + UNEVEN}\n')
        self.check_live(process)
        before = self.memory_bytes(process)

        crowd = self.open_crowd(process.port, IDLE_CONNECTIONS)
        self.wait_until(lambda: self.connections(process) >= IDLE_CONNECTIONS)

        each = (self.memory_bytes(process) - before) / IDLE_CONNECTIONS
        print(f'an idle connection takes {each:.0f} bytes', file=sys.stderr)
        if not understudy.IS_SANITIZED:
            self.assertLess(each, 8192)
        self.check_live(process)
        begin = self.cpu_seconds(process)
        time.sleep(1)
        self.assertLess(self.cpu_seconds(process) - begin, 0.3)
        for client in crowd:
            client.close()
        self.wait_until(lambda: self.connections(process) == 0)
        process.stop_clean(self)


class DescriptorTest(ExhaustionTest):
    def test_max_connections_is_never_exceeded(self):
        process = self.run_understudy('server.max_connections = 20\n')
        crowd = [socket.create_connection(('127.0.0.1', process.port)) for _ in range(60)]
        self.addCleanup(lambda: [client.close() for client in crowd])
        time.sleep(0.5)

        self.assertEqual(self.connections(process), 20)

    @unittest.skipIf(understudy.IS_SANITIZED, 'without descriptors UBSan cannot look at memory')
    def test_without_descriptors_it_waits_and_goes_on(self):
        process = self.run_understudy('server.header_timeout = "3s"\n')
        self.check_live(process)
        pid = process.child.pid
        used = max(int(name) for name in os.listdir(f'/proc/{pid}/fd')) + 1
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 10, 20_000))
        crowd = [socket.create_connection(('127.0.0.1', process.port)) for _ in range(100)]
        self.addCleanup(lambda: [client.close() for client in crowd])
        time.sleep(0.5)

        begin = self.cpu_seconds(process)
        time.sleep(2)
        spent = self.cpu_seconds(process) - begin
        # Nobody was sent away who has not been taken: libuv's own trick would.
        gone = [client for client in crowd if select.select([client], [], [], 0)[0]]
        self.assertEqual(gone, [])
        for client in crowd:
            client.close()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (20_000, 20_000))

        self.assertLess(spent, 0.5)
        self.wait_until(lambda: b'live\n' in get(process.port, timeout=2))
        process.stop_clean(self)

    def test_few_descriptors_are_shared_out_and_the_log_is_written(self):
        with Silent() as hung:
            process = self.run_understudy(shadow=hung.url, before=['prlimit', '--nofile=128:128'])
            for _ in range(100):
                self.check_live(process)
            crowd = [socket.create_connection(('127.0.0.1', process.port)) for _ in range(200)]
            time.sleep(0.5)
            self.assertLess(self.connections(process), 40)
            for client in crowd:
                client.close()
            self.wait_until(lambda: b'live\n' in get(process.port, timeout=2))
            log = process.stop_clean(self)
        self.assertEqual(log.failures['primary_failed'], 0)


class Flood:
    """A server whose every answer is `begin` and then `again` without end."""

    def __init__(self, begin, again):
        self.begin, self.again = begin, again * (65536 // len(again))
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=256)
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.flood, args=(client,), daemon=True).start()

    def flood(self, client):
        with contextlib.suppress(OSError), client:
            client.recv(65536)
            client.sendall(self.begin)
            while True:
                client.sendall(self.again)


@unittest.skipIf(understudy.IS_SANITIZED, 'sanitizers need terabytes of address space')
class MemoryTest(ExhaustionTest):
    """Everything bad at once within 256 MiB of address space."""

    LIMITS = ('server.header_timeout = "3s"\nserver.body_timeout = "3s"\n'
              'shadow.timeout = "2s"\nshadow.max_memory = "16MiB"\n')

    def storm(self, port, count, said, seconds=4):
        """Clients that say `said` and do not read."""
        crowd = []
        for _ in range(count):
            client = socket.create_connection(('127.0.0.1', port))
            client.setblocking(False)
            with contextlib.suppress(OSError):
                client.send(said)
            crowd.append((client, said))
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for client, more in crowd:
                with contextlib.suppress(OSError):
                    client.send(more)
            time.sleep(0.01)
        for client, _ in crowd:
            client.close()

    def test_the_worst_together_is_survived(self):
        large = says(b'x' * (4 << 20))
        self.primary.script = lambda handler: (
            large if handler.path == '/large' else says(b'live\n'))(handler)
        flood = self.enter(Flood(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
                                 b'4\r\nabcd\r\n'))
        process = self.run_understudy(
            self.LIMITS, shadow=flood.url, before=['prlimit', f'--as={ADDRESS_SPACE}'])
        words = [b'GET /large HTTP/1.1\r\nHost: a\r\n\r\n',
                 b'GET / HTTP/1.1\r\nHost: a\r\n\r\n' * 500,
                 b'GET / HTTP/1.1\r\nX: ' + b'x' * 60_000,
                 b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n' + b'u' * 200_000,
                 b'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1']
        storms = [threading.Thread(target=self.storm, args=(process.port, 40, said))
                  for said in words]
        for each in storms:
            each.start()
        for each in storms:
            each.join()

        self.assertIsNone(process.child.poll(), process.messages())
        self.wait_until(lambda: b'live\n' in get(process.port, timeout=5))
        print(f'peak {process.peak_bytes() >> 20} MiB', file=sys.stderr)
        process.stop_clean(self)

    def test_decompression_bombs_are_compared_in_bounded_memory(self):
        sides = [gzip.compress(b'[' + b'0,' * (15 << 20) + last + b']') for last in (b'1', b'2')]

        def bomb(body):
            def script(handler):
                handler.send_response(200)
                handler.send_header('Content-Type', 'application/json')
                handler.send_header('Content-Encoding', 'gzip')
                handler.send_header('Content-Length', str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)
            return script

        self.primary.script = bomb(sides[0])
        shadow = self.enter(Toy(bomb(sides[1])))
        process = self.run_understudy(
            'shadow.max_memory = "16MiB"\n', shadow=shadow.url,
            before=['prlimit', f'--as={ADDRESS_SPACE}'])
        for _ in range(3):
            self.assertIn(sides[0], get(process.port))
        log = process.stop_clean(self)
        self.assertEqual(log.total('different'), 3)


if __name__ == '__main__':
    sys.exit(runner.main())
