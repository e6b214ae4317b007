"""The benchmark's command line; see `run` and README.md in this folder."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / 'tests' / 'support'))

import contestant  # noqa: E402
import cost  # noqa: E402
import isolation  # noqa: E402
import machine  # noqa: E402
import scale  # noqa: E402

PARTS = {'cost': cost, 'isolation': isolation, 'scale': scale}
TARGETS = ['src/cli/understudy', 'tools/bench/upstream', 'tools/bench/load', 'tools/bench/relay']
# Costs are what is compared, so they get more rounds when all three are asked for at once.
ROUNDS_OF_ALL = {'cost': 3, 'isolation': 1, 'scale': 1}
ROUNDS = 3


class Run:
    """What was asked for."""

    def __init__(self, options, build):
        self.build = build
        self.is_quick = options.quick
        self.is_long = options.long
        self.seconds = 1 if options.quick else options.seconds
        self.rounds = 1 if options.quick else options.rounds
        self.only = options.only
        self.descriptors = machine.raise_descriptors()

    @staticmethod
    def say(text):
        print(text, file=sys.stderr, flush=True)

    def attempt(self, title, each, play):
        """What `play` brings; who fails is named and gives None, and the others go on."""
        try:
            return play(each)
        except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
            self.say(f'FAILED: {title}: {each.name}: {problem}')
            return None

    def in_turns(self, title, players, play):
        """Samples of everyone, in turns, each round beginning with another one."""
        samples = []
        for number in range(self.rounds):
            first = number % max(len(players), 1)
            for each in players[first:] + players[:first]:
                told = self.attempt(title, each, play)
                if told:
                    samples.append({'load': title, 'contestant': each.name, 'round': number,
                                    **told})
                    self.say(f'{title}: {each.name}: {brief(told)}')
        return samples


def brief(told):
    """A sample in a few words."""
    cost = f'{told["cpu_us"]:.1f} us, ' if 'cpu_us' in told else ''
    p99 = f', p99 {told["p99_us"]} us' if 'p99_us' in told else ''
    return f'{cost}{told["rate"]:,.0f} requests/s, {told["failed"]} failed{p99}'


def positive(text):
    """A number that can be measured with."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f'{text} is no whole number above 0')
    return int(text)


def writable(text):
    """A file that can be written when all is measured."""
    try:
        with open(text, 'a', encoding='utf-8'):
            return text
    except OSError as problem:
        raise argparse.ArgumentTypeError(f'cannot write {text}: {problem.strerror}') from problem


def parse(description):
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('parts', nargs='*', metavar='PART', help='cost, isolation, scale')
    parser.add_argument('--seconds', type=positive, default=2, help='of each measurement')
    parser.add_argument('--rounds', type=positive,
                        help='3; if all parts run, 3 of cost and 1 of the others')
    parser.add_argument('--only', metavar='NAME[,NAME]', default='', help='these contestants')
    parser.add_argument('--json', metavar='FILE', type=writable, help='where all samples go')
    parser.add_argument('--long', action='store_true', help='isolation with 4,000 connections, too')
    parser.add_argument('--quick', action='store_true', help='a smoke test: figures mean nothing')
    parser.add_argument('--build', metavar='DIR', help='built already, with the programs')
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f'no such part: {", ".join(sorted(unknown))}')
    options.only = set(filter(None, options.only.split(',')))
    strangers = options.only - {each.name for each in contestant.load_all()}
    if strangers:
        parser.error(f'no such contestant: {", ".join(sorted(strangers))}')
    return options


def build_all():
    """Compiles what is needed, loudly on stderr only; returns the folder."""
    built = subprocess.run([ROOT / 'tools/build', *TARGETS], stdin=subprocess.DEVNULL,
                           stdout=sys.stderr, check=False)
    return ROOT / 'build' if built.returncode == 0 else None


def warn(build):
    """Says what speaks against these figures, and returns it."""
    doubts = list(machine.doubts(build))
    for doubt in doubts:
        print(f'WARNING: {doubt}; these figures are not worth much', flush=True)
    return doubts


def end(*_):
    """SIGTERM ends as Ctrl-C does: whoever started processes ends them on the way out."""
    raise KeyboardInterrupt


def main(description):
    options = parse(description)
    build = pathlib.Path(options.build).resolve() if options.build else build_all()
    if not build:
        return 2
    signal.signal(signal.SIGTERM, end)
    result = {'machine': machine.describe(build), 'doubts': warn(build), 'samples': []}
    is_all = not options.parts
    wanted_rounds = options.rounds
    try:
        for name in options.parts or PARTS:
            options.rounds = wanted_rounds or (ROUNDS_OF_ALL[name] if is_all else ROUNDS)
            result['samples'] += PARTS[name].measure(Run(options, build))
    except KeyboardInterrupt:
        # It may have come between the start of a process and the note that there is one.
        machine.end_children()
        print('ended before its end', file=sys.stderr)
        return 128 + signal.SIGINT
    result['doubts'] += warn(build)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(result, indent=1) + os.linesep)
    return 0
