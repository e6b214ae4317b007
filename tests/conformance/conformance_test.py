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


GET = 'C> GET / HTTP/1.1\nC> Host: a\nC>\n'
SECOND = 'C> GET /2 HTTP/1.1\nC> Host: a\nC>\n'
CHUNKS = 'C> POST / HTTP/1.1\nC> Host: a\nC> Transfer-Encoding: chunked\nC>\nC> 3\nC> abc\n'
SEEN = 'U> (as sent)\n'
DONE = 'P< (ok)\nC< (ok)\n'
# What is wrong with each of these plays must be found, and told in these words.
WRONG = {
    'a good request is no refused one': (GET + 'refused 400\n', 'no 400'),
    'a byte differs at the primary': (
        GET + SEEN.replace('(as sent)', 'GET / HTTP/1.1\nU> Host: b\nU>') + DONE,
        'the primary got'),
    'a byte differs at the shadow': (
        GET + 'P> (as sent)\nS> GET / HTTP/1.1\nS> Host: b\nS>\n' + DONE, 'the shadow got'),
    'a request reaches the primary unseen': (
        GET + SEEN + DONE + SECOND, 'the primary got more'),
    'a copy reaches the shadow unseen': (
        GET + SEEN.replace('U', 'P') + DONE + 'shadow gets nothing\n', 'the shadow got'),
    'a refused request reached the primary': (
        CHUNKS + 'P> POST / HTTP/1.1\nC> zz\nrefused 400\nshadow gets nothing\n',
        'the primary got more'),
    'a byte differs at the client': (
        GET + SEEN + 'P< (ok)\nC< HTTP/1.1 200 KO\n', 'the client got'),
    'the connection stays open': (GET + SEEN + DONE + 'client gets end\n', 'in vain'),
    'it is the same connection': (
        GET + SEEN + DONE + SECOND + 'new connection\n' + SEEN + DONE, 'new connection'),
}


class Checks(unittest.TestCase):
    """A check that cannot fail is none."""

    def test_what_a_case_gets_wrong_is_found(self):
        for name, (text, words) in WRONG.items():
            with self.subTest(name):
                play = casefile.read(f'=== {name}\n{text}')
                house = House(play, seconds=1)
                self.addCleanup(house.close)
                with self.assertRaisesRegex(Unmet, words):
                    house.stage.play(play.cases[0])

    def test_a_line_that_means_nothing_is_no_case(self):
        for text in ('=== a\nclient dances\n', 'C> GET\n'):
            with self.assertRaises(ValueError):
                casefile.read(text)


for file in sorted(FOLDER.glob('*.cases')):
    globals()[file.stem.title()] = class_of(file)
del Plays

if __name__ == '__main__':
    sys.exit(runner.main())
