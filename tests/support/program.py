"""The built program, run as its user runs it, in an empty directory."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNDERSTUDY = os.environ['UNDERSTUDY']


def understudy(*words, cwd=None, env=None, **more):
    """Runs the program with only the variables given."""
    return subprocess.run([UNDERSTUDY, *words], cwd=cwd, env=env or {}, text=True, timeout=100,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, **more)


class InDirectory(unittest.TestCase):
    """Gives each test an empty directory."""

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.directory = pathlib.Path(self.place.name)

    def run_here(self, *words, **more):
        return understudy(*words, cwd=self.directory, **more)

    def refused(self, *words, message, **more):
        """The program ends with 2 and says exactly this on stderr, nothing on stdout."""
        done = self.run_here(*words, **more)
        self.assertEqual(done.stderr, message)
        self.assertEqual(done.stdout, '')
        self.assertEqual(done.returncode, 2)

    def write(self, text, name='understudy.toml'):
        (self.directory / name).write_text(text, encoding='utf-8')
