"""Processor time for each live request, at saturation and at a constant rate."""

import dataclasses

import contestant
import loads
import table
from stage import Setting, Stage

FIXED_RATE = 10_000


@dataclasses.dataclass
class Kind:
    """One kind of load."""

    title: str
    method: str = 'GET'
    body_bytes: int = 0
    answer_bytes: int = 1024
    rate: int = 0  # 0: as many as go

    def apply(self, stage, seconds):
        if self.rate:
            return loads.constant(stage, seconds, self.rate, self.method, self.body_bytes)
        return loads.wrk(stage, seconds, self.method, self.body_bytes)

    def can(self, each):
        """Our own load speaks no TLS."""
        return loads.has_wrk() if not self.rate else each.scheme == 'http'


KINDS = [
    Kind('GET, answers of 1 KiB'),
    Kind('POST of 4 KiB, answers of 1 KiB', 'POST', 4096),
    Kind('GET, answers of 64 KiB', answer_bytes=65536),
    Kind('GET, answers of 1 MiB', answer_bytes=1 << 20),
    Kind(f'GET, answers of 1 KiB, {FIXED_RATE:,} requests/s', rate=FIXED_RATE),
]
QUICK = [KINDS[0], Kind('GET, answers of 1 KiB, 500 requests/s', rate=500)]


def play(run, kind, each):
    """One contestant once: the sample."""
    stage = Stage(run.build, each, Setting(kind.answer_bytes))
    with stage:
        loads.warm_up(stage, kind.method, kind.body_bytes)
        told = loads.measured(stage, lambda: kind.apply(stage, run.seconds))
    return {'part': 'cost', **told, **stage.shares}


def count_calls(run, kind, each):
    """System calls for each request, in a pass of its own: counting takes time."""
    with Stage(run.build, each, Setting(kind.answer_bytes)) as stage:
        loads.warm_up(stage)
        return loads.system_calls(stage)


def measure(run):
    """All rounds of all kinds; returns the samples."""
    everyone = contestant.playing('cost', run.only)
    if not loads.has_wrk():
        run.say('wrk is not installed: constant rates only')
    samples = []
    for kind in QUICK if run.is_quick else KINDS:
        players = [each for each in everyone if kind.can(each)]
        own = run.in_turns(kind.title, players, lambda each, kind=kind: play(run, kind, each))
        calls = {}
        if kind is KINDS[0] and not run.is_quick and loads.has_perf():
            calls = {each.name: run.attempt('system calls', each, lambda each, kind=kind:
                                            count_calls(run, kind, each))
                     for each in players if each.is_proxy}
            samples.append({'part': 'calls', 'load': kind.title, 'calls': calls})
        show(kind, players, own, calls)
        samples += own
    return samples


def ratios(samples, name, other):
    """The contestant's cost as a multiple of another one's, round by round."""
    costs = {(sample['contestant'], sample['round']): sample.get('cpu_us') for sample in samples}
    for (contestant_name, number), cost in costs.items():
        against = costs.get((other, number))
        if contestant_name == name and cost and against:
            yield cost / against


def spread(costs):
    """How far the rounds are apart: a measure of the machine's quiet."""
    return (max(costs) - min(costs)) / table.median(costs) if len(costs) > 1 else None


def show(kind, players, samples, calls):
    """The table of one kind of load."""
    header = ['', 'us', 'spread', 'floor', 'mirror', 'req/s', 'fail', 'mirrored', 'compared']
    header += ['p50 ms', 'p99 ms'] if kind.rate else ['busy', 'calls']
    rows = []
    for each in players:
        own = [sample for sample in samples if sample['contestant'] == each.name]
        costs = [sample['cpu_us'] for sample in own if 'cpu_us' in sample]
        row = [each.name, table.number(table.median(costs)), table.percent(spread(costs))]
        row += [table.times(table.median(ratios(samples, each.name, other)))
                for other in (each.floor, 'nginx+mirror')]
        row += [table.number(table.middle(own, 'rate'), 0),
                str(sum(sample['failed'] for sample in own)),
                table.percent(table.middle(own, 'mirrored')),
                table.percent(table.middle(own, 'compared'))]
        if kind.rate:
            row += [table.milliseconds(table.middle(own, key)) for key in ('p50_us', 'p99_us')]
        else:
            row += [table.percent(table.middle(own, 'busy')), table.number(calls.get(each.name))]
        rows.append(row)
    table.show(kind.title, header, rows)
