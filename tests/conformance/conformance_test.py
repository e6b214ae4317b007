"""HTTP/1.1 to the letter: plays every case of the *.cases files, each a test of its own."""

import collections
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import casefile  # noqa: E402
import runner  # noqa: E402
import understudy  # noqa: E402
from stage import Stage  # noqa: E402
from wires import Unmet  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
SECONDS = 20 if understudy.IS_SANITIZED else 5
USUAL = '''
server.workers = 1
server.backstage = 1
server.forwarded = "off"
server.via = false
shadow.set_headers = {}
'''


class House:
    """One understudy between the upstreams of a stage."""

    def __init__(self, play, seconds=SECONDS):
        self.folder = tempfile.TemporaryDirectory(prefix='understudy-conformance-')
        self.stage = Stage(seconds)
        given = re.findall(r'^([\w.]+) *=', play.configuration, re.MULTILINE)
        usual = [line for line in USUAL.split('\n') if line.split(' ')[0] not in given]
        self.process = understudy.Understudy(
            pathlib.Path(self.folder.name) / 'understudy', self.stage.primary.url,
            self.stage.shadow.url, '\n'.join(usual) + '\n' + play.configuration)
        self.process.start()
        self.stage.port = self.process.port

    def close(self):
        """Ends it as SIGTERM does; returns its exit code and what it said."""
        self.stage.close()
        code = self.process.stop()
        messages = self.process.messages()
        self.folder.cleanup()
        return code, messages


class Plays(unittest.TestCase):
    """The cases of one file; the base of one class for each."""

    play = None
    house = None

    @classmethod
    def setUpClass(cls):
        cls.house = House(cls.play)

    @classmethod
    def tearDownClass(cls):
        code, messages = cls.house.close()
        if code != 0 or 'ERROR: ' in messages:
            raise AssertionError(f'understudy ended with {code}: {messages}')

    def perform(self, case):
        try:
            self.house.stage.play(case)
        except Unmet:
            # What it left behind must not disturb the next case.
            self.house.close()
            type(self).house = House(self.play)
            raise


def class_of(path):
    """A test class with one method for each case of a file."""
    play = casefile.read(path.read_text(encoding='utf-8'))
    members = {'play': play}
    names = collections.Counter(case.name for case in play.cases)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise ValueError(f'{path.name}: there are two cases "{twice[0]}"')
    for number, case in enumerate(play.cases, 1):
        name = f'test_{number:03}_' + re.sub(r'\W+', '_', case.name).strip('_')
        members[name] = lambda self, case=case: self.perform(case)
        members[name].__doc__ = f'{path.name}:{case.line}: {case.name}'
    return type(path.stem.title(), (Plays,), members)


for file in sorted(FOLDER.glob('*.cases')):
    globals()[file.stem.title()] = class_of(file)
del Plays

if __name__ == '__main__':
    sys.exit(runner.main())
