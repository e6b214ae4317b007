"""What a shadow does to live requests, well or sick, at a constant rate that does not wait for
answers; without one, for comparison; and beside a process that never rests on the proxy's core.
"""

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
NONE = 'none'
FEW_SHADOWS = [NONE, 'healthy', 'blackhole']


def saturated(run, each, connections):
    """How many requests a second the contestant answers beside a healthy shadow."""
    with Stage(run.build, each, Setting(connections=connections)) as stage:
        loads.warm_up(stage)
        return loads.wrk(stage, run.seconds)


def setting_for(shadow, **more):
    kind = {'shadows': 0} if shadow == NONE else {'shadow': shadow}
    return Setting(**kind, **more)


def play(run, each, shadow, rate, **more):
    """One contestant beside one kind of shadow: what clients saw, and what the shadow got."""
    setting = setting_for(shadow, **more)
    stage = Stage(run.build, each, setting)
    with stage:
        loads.warm_up(stage, requests=1)  # beside a sick shadow others hold the next one back
        told = loads.measured(stage, lambda: loads.constant(stage, run.seconds, rate))
    return {'part': 'isolation', 'shadow': shadow, 'connections': setting.connections,
            'has_neighbour': setting.has_neighbour, 'wanted': rate, **told, **stage.shares}


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
            own += beside(run, players, f'{title}, {connections:,} connections',
                          FEW_SHADOWS if run.is_quick else [NONE, *SHADOWS], rates,
                          connections=connections)
        # And with somebody on its core who takes all he gets.
        rate = QUICK_RATE if run.is_quick else LOW_RATE
        own += beside(run, players, f'{rate:,} requests/s, {connections:,} connections, '
                      'a busy process on the core', FEW_SHADOWS,
                      {each.name: rate for each in players}, connections=connections,
                      has_neighbour=True)
        show(players, own)
        samples += own
    return samples


def beside(run, players, title, shadows, rates, **more):
    """Samples of everyone beside each of those shadows."""
    samples = []
    for shadow in shadows:
        run.say(f'{title}, beside this shadow: {shadow}')
        samples += run.in_turns(title, players, lambda each, shadow=shadow:
                                play(run, each, shadow, rates[each.name], **more))
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
