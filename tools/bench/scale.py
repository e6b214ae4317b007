"""How the cost grows with connections and with shadows, and what an idle connection takes."""

import socket
import time

import contestant
import loads
import machine
import table
from stage import Setting, Stage

CONNECTIONS = [1, 10, 100, 1000, 10_000]
SHADOWS = range(6)
IDLE_CONNECTIONS = 10_000
RESERVE = 1000  # descriptors for everything but connections
REQUEST = b'GET / HTTP/1.1\r\nHost: bench\r\n\r\n'


def play(run, each, setting):
    stage = Stage(run.build, each, setting)
    with stage:
        loads.warm_up(stage)
        told = loads.measured(stage, lambda: loads.wrk(stage, run.seconds))
    return {'part': 'scale', 'connections': setting.connections,
            'shadows': len(stage.place.shadows), **told, **stage.shares}


def at_most(run, count, each):
    """As many connections as go when each takes so many descriptors of the proxy."""
    most = (run.descriptors - RESERVE) // each
    if count > most:
        run.say(f'{most:,} instead of {count:,} connections: ulimit -n is {run.descriptors:,}')
    return min(count, most)


def by_connections(run):
    samples = []
    players = contestant.playing('scale', run.only)
    for wanted in [1, 10] if run.is_quick else CONNECTIONS:
        count = at_most(run, wanted, 3)  # client, primary, shadow
        samples += run.in_turns(f'{count:,} connections', players, lambda each, count=count:
                                play(run, each, Setting(connections=count)))
    show('us for each request, by connections', players, samples, 'connections')
    return samples


def by_shadows(run):
    samples = []
    players = contestant.playing('shadows', run.only)
    for count in [0, 2] if run.is_quick else SHADOWS:
        samples += run.in_turns(f'{count} shadows', players, lambda each, count=count:
                                play(run, each, Setting(shadows=count)))
    show('us for each request, by shadows', players, samples, 'shadows')
    return samples


def show(title, players, samples, key):
    """Costs, and below each row the share that was mirrored where there are shadows."""
    counts = sorted({sample[key] for sample in samples})
    rows = []
    for each in players:
        cells = [[sample for sample in samples
                  if (sample['contestant'], sample[key]) == (each.name, count)]
                 for count in counts]
        rows.append([each.name, *(table.number(table.middle(cell, 'cpu_us')) for cell in cells)])
        if each.has_shadow:
            rows.append(['  mirrored',
                         *(table.percent(table.middle(cell, 'mirrored')) for cell in cells)])
    table.show(title, ['', *(f'{count:,}' for count in counts)], rows)


def idle_bytes(run, each, count):
    """Memory for each connection that had one request and waits for the next."""
    with Stage(run.build, each, Setting(connections=count)) as stage:
        clients = []
        try:
            visit(stage, clients, 1)  # what the first one brings is not for each
            before = machine.resident_bytes(stage.pids())
            visit(stage, clients, count)
            time.sleep(0.2)
            return (machine.resident_bytes(stage.pids()) - before) / count
        finally:
            for client in clients:
                client.close()


def visit(stage, clients, count):
    for _ in range(count):
        client = socket.create_connection(('127.0.0.1', stage.place.port), timeout=10)
        clients.append(client)
        client.sendall(REQUEST)
        got = 0
        while got < stage.setting.body_bytes:
            piece = client.recv(65536)
            if not piece:
                raise RuntimeError(f'{stage.contestant.name} ended a connection')
            got += len(piece)


def idle_memory(run):
    count = at_most(run, 50 if run.is_quick else IDLE_CONNECTIONS, 2)  # the relay's: both sides
    samples = []
    for each in contestant.playing('memory', run.only):
        taken = run.attempt('idle memory', each, lambda each: idle_bytes(run, each, count))
        if taken is None:
            continue
        samples.append({'part': 'memory', 'contestant': each.name, 'connections': count,
                        'bytes': taken})
        run.say(f'{each.name}: {taken:,.0f} bytes for each idle connection')
    rows = [[sample['contestant'], table.number(sample['bytes'], 0)] for sample in samples]
    table.show(f'bytes for each of {count:,} idle connections', ['', 'bytes'], rows)
    return samples


def measure(run):
    samples = []
    if loads.has_wrk():
        samples += by_connections(run) + by_shadows(run)
    else:
        run.say('wrk is not installed: no costs by connections and shadows')
    return samples + idle_memory(run)
