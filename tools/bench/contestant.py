"""What takes part: each file of contestants/ has a list CONTESTANTS of such objects."""

import importlib.util
import pathlib
import sys

from process import find_program

HERE = pathlib.Path(__file__).resolve().parent


class Place:
    """Where a contestant stands: its folder and port, and the ports of those behind it."""

    def __init__(self, build, folder, port, primary, shadows, connections):
        self.build = build
        self.folder = folder
        self.port = port
        self.primary = primary
        self.shadows = shadows
        self.connections = connections  # of clients, at most


class Contestant:
    """One proxy in one configuration, with one worker and one thread for each role."""

    name = ''
    needs = None           # a program that must be installed
    has_shadow = False     # sends copies to whatever is in `shadows`
    is_noisy = False       # its servers differ in one member of each answer
    is_proxy = True
    scheme = 'http'
    plays = ('cost',)      # of cost, isolation, scale, memory
    floor = 'relay'        # what does as little as possible of the same

    def lacks(self):
        """What is missing here, or ''."""
        if self.needs:
            try:
                find_program(self.needs)
            except FileNotFoundError as missing:
                return str(missing)
        return ''

    def command(self, place):
        """The command line, after its files were written; it must listen on `place.port`."""
        raise NotImplementedError

    def shares(self, place):
        """What its own accounts say after its end: mirrored and compared, as shares of 1."""
        del place
        return {}


def load_all():
    """Every contestant, in the order of the files' names."""
    found = []
    for path in sorted((HERE / 'contestants').glob('*.py')):
        spec = importlib.util.spec_from_file_location(f'contestants.{path.stem}', path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += module.CONTESTANTS
    return found


def playing(part, only):
    """The contestants of one part that are wanted and can be had; says who is left out."""
    chosen = []
    for each in load_all():
        if part not in each.plays or (only and each.name not in only):
            continue
        missing = each.lacks()
        if missing:
            print(f'without {each.name}: {missing}', file=sys.stderr)
        else:
            chosen.append(each)
    return chosen
