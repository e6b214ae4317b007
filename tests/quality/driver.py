"""One run: three instances, the program between, the client's requests, and the report."""

import asyncio
import contextlib
import json
import pathlib
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'support'))
from client import Client, requests_of  # noqa: E402
from server import CONTROL  # noqa: E402
from understudy import Understudy, call  # noqa: E402


def noise_table(reference):
    return f'[noise]\nreference = "{reference}"\npercent = 100\nmax_per_second = 10000\n'


# What is added to the configuration; {reference} is the second primary's URL.
SETTINGS = {
    'nothing': '',
    'self': noise_table('self'),
    'url': noise_table('{reference}'),
    'diffy': noise_table('{reference}') + 'mode = "diffy"\n',
}
NEEDS_REFERENCE = ('url', 'diffy')
# No copy may be dropped here: the reports are judged, not what becomes of a full machine.
ROOM = '''server.backstage_nice = 0
server.workers = 1
server.backstage = 1
shadow.max_inflight = 2048
shadow.max_memory = "512MiB"
diff.max_body_size = "4MiB"
'''
STILL_SECONDS = 3  # without a new copy: those that are missing were dropped, and are counted


class Instance:
    """A server of the shop in a process of its own."""

    def __init__(self, role, seed, scenario, requests):
        words = [sys.executable, HERE / 'server.py', role, seed, scenario, requests]
        self.child = subprocess.Popen(list(map(str, words)), stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.url = ''

    def ready(self):
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError('a server of the shop did not start')
        self.url = f'http://127.0.0.1:{int(line)}'
        return self

    def state(self):
        """How many answers it gave, and which regressions took place."""
        with urllib.request.urlopen(self.url + CONTROL, timeout=60) as answer:
            return json.load(answer)

    def stop(self):
        self.child.stdin.close()
        self.child.wait(30)
        self.child.stdout.close()


def started(roles, run, stack):
    instances = {role: Instance(role, run.seed, run.scenario, run.requests) for role in roles}
    for instance in instances.values():
        stack.callback(instance.stop)
    return {role: instance.ready() for role, instance in instances.items()}


def wait_for_copies(shadow, count):
    """Until the shadow has answered all, or nothing comes any more."""
    seen, since = -1, time.monotonic()
    while seen < count and time.monotonic() - since < STILL_SECONDS:
        now = shadow.state()['count']
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.05)


def play(run, folder):
    """A `run` (quality.Run) played: the report and what took place."""
    requests = requests_of(run.seed, run.requests, run.only)
    with contextlib.ExitStack() as stack:
        roles = ['primary', 'shadow'] + ['reference'] * (run.setting in NEEDS_REFERENCE)
        instances = started(roles, run, stack)
        reference = instances['reference'].url if 'reference' in instances else ''
        more = ROOM + SETTINGS[run.setting].format(reference=reference)
        proxy = Understudy(pathlib.Path(folder) / 'understudy', instances['primary'].url,
                           instances['shadow'].url, more)
        stack.enter_context(proxy)
        begin = time.monotonic()
        answered, failed = asyncio.run(Client(proxy.port, requests, run.rate).run())
        seconds = time.monotonic() - begin
        wait_for_copies(instances['shadow'], answered)
        fired = instances['shadow'].state()['fired']
        code = proxy.stop()
    if code != 0:
        raise RuntimeError(f'understudy ended with {code}: {proxy.messages()}')
    done = call('report', '--json', '--all', proxy.log)
    if not done.stdout.startswith('{'):
        raise RuntimeError(f'there is no report: {done.stderr}')
    return {'report': json.loads(done.stdout), 'fired': fired, 'log': proxy.log,
            'answered': answered, 'failed': failed, 'seconds': seconds}
