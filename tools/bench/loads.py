"""What clients do: wrk for as many requests as go, our own load for a constant rate."""

import contextlib
import http.client
import json
import pathlib
import re
import shutil
import ssl
import subprocess
import time

import machine

HERE = pathlib.Path(__file__).resolve().parent
WARM_UP_REQUESTS = 100
MORE_SECONDS = 30  # beyond the time that a load was given, before it is ended
CALLS_SECONDS = 1


def has_wrk():
    return shutil.which('wrk') is not None


def run(words, seconds):
    with machine.pinned(machine.cores()[1]):
        done = subprocess.run(list(map(str, words)), text=True, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False, timeout=seconds + MORE_SECONDS)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{')]
    if done.returncode != 0 or not lines:
        raise RuntimeError(f'{words[0]} failed: {done.stdout[-500:]}{done.stderr[-500:]}')
    return json.loads(lines[-1])


def warm_up(stage, method='GET', body_bytes=0, requests=WARM_UP_REQUESTS):
    """A few requests one after the other: pages are there, paths are known."""
    address = ('127.0.0.1', stage.place.port)
    if stage.contestant.scheme == 'https':
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(*address, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(*address, timeout=10)
    with contextlib.closing(connection):
        for _ in range(requests):
            connection.request(method, '/', b'1' * body_bytes if body_bytes else None)
            connection.getresponse().read()


def wrk(stage, seconds, method='GET', body_bytes=0, counting=()):
    """As many requests as go over all connections; returns completed, failed, rate."""
    words = [*counting, 'wrk', '-t1', f'-c{stage.setting.connections}', f'-d{seconds}s',
             '--timeout', '10s', '-s', HERE / 'wrk.lua', stage.url, '--', method, body_bytes]
    told = run(words, seconds)
    told['rate'] = told['completed'] / (told['duration_us'] / 1e6)
    return told


def constant(stage, seconds, rate, method='GET', body_bytes=0):
    """A constant rate; returns what load.cc prints."""
    words = [stage.build / 'tools/bench/load', '--to', f'127.0.0.1:{stage.place.port}',
             '--connections', stage.setting.connections, '--rate', round(rate),
             '--seconds', seconds, '--method', method, '--body-bytes', body_bytes]
    return run(words, seconds)


def measured(stage, load):
    """Calls `load`, and adds what it cost the proxy: for each request, and of its core."""
    stage.settle()
    before, began = stage.cpu_us(), time.monotonic()
    told = load()
    took = time.monotonic() - began
    stage.settle()
    cost = stage.cpu_us() - before
    if stage.proxy:
        told['cpu_us'] = cost / max(told['completed'], 1)
        told['busy'] = cost / 1e6 / took
    return told


def has_perf():
    return shutil.which('perf') is not None


def system_calls(stage):
    """System calls for each request under wrk, counted by the kernel."""
    summary = stage.place.folder / 'calls'
    counting = ['perf', 'stat', '-x,', '-o', summary, '-e', 'raw_syscalls:sys_enter',
                '-p', ','.join(map(str, stage.pids())), '--']
    told = wrk(stage, CALLS_SECONDS, counting=counting)
    counted = re.search(r'^(\d+),', summary.read_text(), re.MULTILINE)
    return int(counted.group(1)) / told['completed'] if counted else None
