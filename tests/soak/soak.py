"""Everything at once, for a while: see tools/soak, which builds what this needs.

Exit codes: 0 nothing was found, 1 something was, 2 it could not be run.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / 'support'), str(TESTS / 'ledger')]

import books  # noqa: E402
from trouble import Trouble  # noqa: E402
from understudy import SCHEMA, VALIDATOR, Understudy  # noqa: E402
from visitors import Visitors, curl  # noqa: E402

SHORT_SECONDS = 20
USUAL_SECONDS = 300
LONG_REQUESTS = 10_000_000
ROUND = 10_000
ROUND_SECONDS = 600
REST_SECONDS = 60
MOST_SHOWN = 60  # of what is still open when nothing should be
# What a process may grow by after its warm-up: caches, histograms of new endpoints.
GROWTH_BYTES = 24 << 20
GROWTH = 1.2

CONFIGURATION = '''
server.workers = 2
server.header_timeout = "50s"
server.body_timeout = "50s"
primary.timeout = "50s"
primary.idle_timeout = "50s"
shadow.timeout = "2s"
shadow.max_inflight = 1000
log.segment = "1MiB"
diff.ignore_headers = ["X-Ledger-Side", "Connection", "Transfer-Encoding"]
'''
# What reloads switch between.
VARIANTS = ('', 'shadow.percent = 50\n', 'shadow.methods = ["GET", "HEAD"]\n',
            'log.examples = 7\n', 'not a configuration at all\n')


def descriptors(process):
    return len(os.listdir(f'/proc/{process.child.pid}/fd'))


def open_things(process):
    """What its descriptors lead to: files, or both ends and the state (in hex) of connections."""
    ends = {}
    for line in pathlib.Path(f'/proc/{process.child.pid}/net/tcp').read_text().splitlines():
        words = line.split()
        ends[f'socket:[{words[9]}]'] = f'{words[1]}>{words[2]} state {words[3]}'
    things = collections.Counter()
    for descriptor in pathlib.Path(f'/proc/{process.child.pid}/fd').iterdir():
        with contextlib.suppress(FileNotFoundError):
            thing = os.readlink(descriptor)
            things[ends.get(thing, thing)] += 1
    shown = [f'{count} x {thing}' for thing, count in sorted(things.items())]
    return ', '.join(shown[:MOST_SHOWN] + ['...'] * (len(shown) > MOST_SHOWN))


def resident_bytes(process):
    with open(f'/proc/{process.child.pid}/status', encoding='ascii') as status:
        lines = [line for line in status if line.startswith('VmRSS:')]
    return int(lines[0].split()[1]) * 1024


def reset_all(servers):
    """Connections at rest would stay for 30 s."""
    for server in servers:
        server.child.send_signal(signal.SIGUSR1)


class Soak:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = pathlib.Path(folder)
        self.findings = []
        self.requests = self.settling = 0
        self.began = time.monotonic()
        self.warm_bytes = None

    def say(self, text):
        print(f'{time.monotonic() - self.began:6.0f} s  {text}', flush=True)

    def find(self, text):
        self.findings.append(text)
        self.say(f'FOUND: {text}')

    def is_over(self):
        if self.arguments.long:
            return self.requests >= LONG_REQUESTS
        return time.monotonic() - self.began > self.arguments.seconds

    def run(self):
        seed = self.arguments.seed
        with (books.Server(self.folder, 'primary', seed) as primary,
              books.Server(self.folder, 'shadow', seed) as shadow,
              Understudy(self.folder / 'proxy', primary.url, shadow.url, CONFIGURATION) as proxy):
            at_start = self.settle(proxy, [primary, shadow])
            open_at_start = open_things(proxy)
            base = proxy.configuration.read_text()
            visitors = Visitors(proxy.port, seed)
            visitors.done += self.settling
            trouble = Trouble(proxy, {'primary': primary, 'shadow': shadow},
                              [base + variant for variant in VARIANTS], seed)
            self.load(proxy, visitors, trouble)
            if proxy.child.poll() is not None:
                return self.find(f'the proxy is gone: {proxy.messages()[-2000:]}')
            self.rest(proxy, [primary, shadow], at_start, open_at_start)
            others = visitors.done, visitors.more
            code = proxy.stop()
            if code != 0:
                self.find(f'the proxy ended with {code}: {proxy.messages()[-2000:]}')
            primary.stop()
            shadow.stop()
            self.check(proxy, others)

    def settle(self, proxy, servers):
        """Descriptors after a few visits: each loop opens one of its own with its first stream."""
        for _ in range(10):
            self.settling += curl(f'http://127.0.0.1:{proxy.port}').done
        seen = []
        for _ in range(10):
            reset_all(servers)
            time.sleep(0.2)
            seen.append(descriptors(proxy))
        return min(seen)

    def load(self, proxy, visitors, trouble):
        """The ledger's clients here, all others beside them."""
        visitors.start()
        trouble.start()
        stopping = threading.Event()
        watch = threading.Thread(target=self.watch, args=(proxy, visitors, trouble, stopping))
        watch.start()
        try:
            while not self.is_over() and proxy.child.poll() is None:
                self.load_round(proxy.port)
        finally:
            trouble.stop()
            visitors.stop()
            stopping.set()
            watch.join()
        if visitors.trouble is not None:
            self.find(f'a client could not be run: {visitors.trouble}')
        self.say(f'visits: {dict(visitors.visits)}; faults: {dict(trouble.made)}')

    def load_round(self, port):
        first = self.requests + 1
        last = self.requests + ROUND
        part = self.folder / 'round.book'
        books.load(port, self.arguments.seed, first, last, part, ROUND_SECONDS)
        with open(self.folder / 'client.book', 'ab') as book:
            book.write(part.read_bytes())
        self.requests = last

    def watch(self, proxy, visitors, trouble, stopping):
        pause = 5 if self.arguments.seconds < USUAL_SECONDS else 30
        warm_after = min(self.arguments.seconds / 3, 60)
        while not stopping.wait(pause):
            if proxy.child.poll() is not None:
                return
            now = resident_bytes(proxy)
            if self.warm_bytes is None and time.monotonic() - self.began > warm_after:
                self.warm_bytes = now
            self.say(f'{self.requests:,} requests of the ledger, {visitors.done:,} of others, '
                     f'{sum(trouble.made.values())} faults and reloads; '
                     f'{now >> 20} MiB, {descriptors(proxy)} descriptors')

    def rest(self, proxy, servers, at_start, open_at_start):
        """Everybody is gone: so must be what they needed."""
        deadline = time.monotonic() + REST_SECONDS
        while descriptors(proxy) > at_start and time.monotonic() < deadline:
            reset_all(servers)
            time.sleep(0.5)
        if descriptors(proxy) > at_start:
            self.find(f'{descriptors(proxy)} descriptors at the end, {at_start} at the start')
            self.say(f'at the start: {open_at_start}')
            self.say(f'at the end: {open_things(proxy)}')
        now = resident_bytes(proxy)
        warm = self.warm_bytes or now
        self.say(f'at rest: {now >> 20} MiB after {warm >> 20} MiB, {descriptors(proxy)} '
                 f'descriptors after {at_start}')
        if now > warm * GROWTH + GROWTH_BYTES:
            self.find(f'memory grew from {warm >> 20} MiB to {now >> 20} MiB')

    def check(self, proxy, others):
        for segment in proxy.log.iterdir():
            if not segment.read_bytes().endswith(b'\n'):
                self.find(f'{segment.name} ends within a line')
        valid = subprocess.run([sys.executable, str(VALIDATOR), str(SCHEMA), str(proxy.log)],
                               capture_output=True, text=True, check=False)
        self.say(f'log: {valid.stdout.splitlines()[-1]}')
        if valid.returncode != 0:
            self.find(f'the log is not what its schema says: {valid.stdout[-2000:]}')
        done, more = others
        is_right, said = books.check(self.folder, self.arguments.seed, self.requests, proxy.log,
                                     f'others={done}', f'more_others={more}', 'faults=1')
        self.say(said.replace('\n', f'\n{"":10}'))
        if not is_right:
            self.find('the ledger does not balance')


def parse(words):
    parser = argparse.ArgumentParser(
        prog='tools/soak', description='Real clients, random faults on all legs and reloads, for a '
        'while; then descriptors, memory, accounting and log must be as they should.',
        epilog='Exit codes: 0 nothing was found, 1 something was, 2 it could not be run.')
    length = parser.add_mutually_exclusive_group()
    length.add_argument('--seconds', type=int, default=USUAL_SECONDS,
                        help='how long (default: %(default)s)')
    length.add_argument('--short', dest='seconds', action='store_const', const=SHORT_SECONDS,
                        help=f'{SHORT_SECONDS} seconds, as .ci/run does')
    length.add_argument('--long', action='store_true',
                        help=f'until {LONG_REQUESTS:,} requests of the ledger are through')
    parser.add_argument('--seed', type=int, default=int(time.time()) % 1_000_000,
                        help='the faults and requests of another run (default: the time)')
    return parser.parse_args(words)


def main():
    arguments = parse(sys.argv[1:])
    print(f'seed {arguments.seed}', flush=True)
    with tempfile.TemporaryDirectory(prefix='understudy-soak-') as folder:
        soak = Soak(arguments, folder)
        try:
            soak.run()
        except (OSError, RuntimeError, subprocess.SubprocessError) as trouble:
            print(f'soak: {trouble}', file=sys.stderr)
            print('0 passed, 1 failed')
            return 2
    failed = len(soak.findings)
    print(f'{0 if failed else 1} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
