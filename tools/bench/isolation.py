"""What a sick shadow does to live requests, at a constant rate that does not wait for answers."""

import itertools

import contestant
import loads
import table
from stage import SHADOWS, Setting, Stage

LOW_RATE = 2000
QUICK_RATE = 200
CONNECTIONS = 64
MANY_CONNECTIONS = 4000  # --long
HALF = 'half of what it can'
QUICK_SHADOWS = ['healthy', 'blackhole']


def saturated(run, each, connections):
    """How many requests a second the contestant answers beside a healthy shadow."""
    with Stage(run.build, each, Setting(connections=connections)) as stage:
        return loads.wrk(stage, run.seconds)


def play(run, each, setting, rate):
    """One contestant beside one kind of shadow: what clients saw, and what the shadow got."""
    stage = Stage(run.build, each, setting)
    with stage:
        told = loads.measured(stage, lambda: loads.constant(stage, run.seconds, rate))
    return {'part': 'isolation', 'shadow': setting.shadow, 'connections': setting.connections,
            'wanted': rate, **told, **stage.shares}


def rates_of(run, players, connections):
    """Title -> {contestant: requests a second}."""
    if run.is_quick:
        return {f'{QUICK_RATE:,} requests/s': {each.name: QUICK_RATE for each in players}}
    rates = {f'{LOW_RATE:,} requests/s': {each.name: LOW_RATE for each in players}}
    if loads.has_wrk():
        most = run.in_turns('saturated', players, lambda each: saturated(run, each, connections))
        rates[HALF] = {each.name: (table.middle([sample for sample in most
                                                 if sample['contestant'] == each.name], 'rate')
                                   or LOW_RATE) / 2
                       for each in players}
    return rates


def measure(run):
    samples = []
    players = contestant.playing('isolation', run.only)
    for connections in [CONNECTIONS, MANY_CONNECTIONS] if run.is_long else [CONNECTIONS]:
        own = []
        for title, rates in rates_of(run, players, connections).items():
            for shadow in QUICK_SHADOWS if run.is_quick else SHADOWS:
                setting = Setting(connections=connections, shadow=shadow)
                named = f'{title}, {connections:,} connections'
                run.say(f'beside a shadow that is {shadow}')
                own += run.in_turns(named, players, lambda each, setting=setting, rates=rates:
                                    play(run, each, setting, rates[each.name]))
        show(players, own)
        samples += own
    return samples


def show(players, samples):
    """One table for each contestant and rate."""
    header = ['shadow', 'req/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'failed', 'us',
              'mirrored', 'compared']
    titles = list(dict.fromkeys(sample['load'] for sample in samples))
    for title, each in itertools.product(titles, players):
        shadows = {}
        for sample in samples:
            if (sample['load'], sample['contestant']) == (title, each.name):
                shadows.setdefault(sample['shadow'], []).append(sample)
        rows = [row_of(shadow, own) for shadow, own in shadows.items()]
        table.show(f'{each.name}, {title}', header, rows)


def row_of(shadow, own):
    return [shadow, table.number(table.middle(own, 'rate'), 0),
            *(table.milliseconds(table.middle(own, key)) for key in ('p50_us', 'p99_us',
                                                                     'p999_us')),
            table.milliseconds(max(sample['max_us'] for sample in own)),
            str(sum(sample['failed'] for sample in own)),
            table.number(table.middle(own, 'cpu_us')),
            *(table.percent(table.middle(own, key)) for key in ('mirrored', 'compared'))]
