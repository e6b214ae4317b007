"""The program as a process, and its log as the tests read it: with no code of ours between."""

import collections
import json
import os
import pathlib
import subprocess
import sys

from process import Process

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / 'conf' / 'log.schema.json'
VALIDATOR = pathlib.Path(__file__).resolve().parent / 'validate_log.py'

IS_SANITIZED = os.environ.get('UNDERSTUDY_SANITIZED', '') not in ('', 'none')


def program():
    """The program under test; Meson names it."""
    return os.environ['UNDERSTUDY']


def call(*arguments, **options):
    """Runs one verb to its end."""
    environment = {**os.environ, 'NO_COLOR': '1', 'COLUMNS': '100'}
    return subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL, env=environment, timeout=120,
                          **options)


class Understudy(Process):
    """`understudy run` with a configuration file."""

    def __init__(self, folder, primary, shadow, more=''):
        super().__init__(folder)
        self.configuration = self.folder / 'understudy.toml'
        self.log = self.folder / 'log'
        self.configuration.write_text(f'listen.address = "127.0.0.1:{self.port}"\n'
                                      f'primary.url = "{primary}"\n'
                                      f'shadow.url = "{shadow}"\n'
                                      f'shadow.name = "next"\n'
                                      f'log.path = "{self.log}"\n' + more)

    def command(self):
        return [program(), 'run', '-c', str(self.configuration)]

    def stop_clean(self, test):
        """SIGTERM, then the exit that was promised: 0, the accounts in order, the log valid."""
        test.assertEqual(self.stop(), 0, self.messages())
        log = Log(self.log)
        log.check_accounts(test)
        log.check_schema(test)
        return log

    def peak_bytes(self):
        """The most memory that the process ever held."""
        with open(f'/proc/{self.child.pid}/status', encoding='ascii') as status:
            lines = [line for line in status if line.startswith('VmHWM:')]
        return int(lines[0].split()[1]) * 1024


def sum_into(total, counts):
    for name, value in counts.items():
        total[name] += value


class Endpoint:
    """All windows' counts of one endpoint together."""

    def __init__(self):
        self.same = self.different = self.noise = 0
        self.tainted = collections.Counter()
        self.shadow_failed = collections.Counter()
        self.not_compared = collections.Counter()
        self.places = collections.Counter()  # (place, kind) -> exchanges

    def add(self, entry):
        self.same += entry['same']
        self.different += entry['different']
        self.noise += entry['noise']
        sum_into(self.tainted, entry['tainted'])
        sum_into(self.shadow_failed, entry['shadow_failed'])
        sum_into(self.not_compared, entry['not_compared'])
        for place in entry['places']:
            self.places[place['place'], place['kind']] += place['count']

    def mirrored(self):
        return (self.same + self.different + self.noise + sum(self.tainted.values())
                + sum(self.shadow_failed.values()) + sum(self.not_compared.values()))


class Log:
    """A log directory, read and summed up."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.records = []
        for segment in sorted(file for file in self.path.iterdir() if '.ndjson' in file.name):
            self.records += [json.loads(line) for line in segment.read_text().splitlines()]
        self.windows = [record for record in self.records if record['kind'] == 'window']
        self.exchanges = [record for record in self.records if record['kind'] == 'exchange']
        self.endpoints = collections.defaultdict(Endpoint)
        self.requests = self.received = self.mirrored = 0
        self.failures = collections.Counter()
        self.not_mirrored = collections.Counter()
        for window in self.windows:
            self.add(window)

    def add(self, window):
        self.requests += window['live']['requests']
        sum_into(self.failures, window['live']['failures'])
        for shadow in window['shadows']:
            self.received += shadow['received']
            self.mirrored += shadow['mirrored']
            sum_into(self.not_mirrored, shadow['not_mirrored'])
        for entry in window['endpoints']:
            self.endpoints[entry['endpoint']].add(entry)

    def total(self, outcome):
        return sum(getattr(endpoint, outcome) for endpoint in self.endpoints.values())

    def check_accounts(self, test):
        """Nothing is silently skipped: both sums hold, and nothing is left in flight."""
        test.assertTrue(any(window['is_final'] for window in self.windows), 'no final window')
        test.assertEqual(self.received, self.mirrored + sum(self.not_mirrored.values()))
        compared = sum(endpoint.mirrored() for endpoint in self.endpoints.values())
        test.assertEqual(self.mirrored, compared)
        last = {(window['instance'], window['stage']): window for window in self.windows}
        for window in last.values():
            test.assertEqual([shadow['in_flight'] for shadow in window['shadows']
                              if shadow['in_flight']], [])
        test.assertEqual(sum(window['records_dropped'] for window in self.windows), 0)

    def check_schema(self, test):
        """Every record is what the published schema says."""
        command = [sys.executable, str(VALIDATOR), str(SCHEMA), str(self.path)]
        run = subprocess.run(command, text=True,
                             capture_output=True, check=False, stdin=subprocess.DEVNULL)
        test.assertEqual(run.returncode, 0, run.stdout[-2000:] + run.stderr[-2000:])
