"""What clients do: wrk for as many requests as go, our own load for a constant rate."""

import contextlib
import http.client
import json
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import time

import machine

HERE = pathlib.Path(__file__).resolve().parent
WARM_UP_REQUESTS = 100
MORE_SECONDS = 30  # beyond the time that a load was given, before it is ended
STRACE_SECONDS = 1


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


def warm_up(stage, method='GET', body_bytes=0):
    """A few requests one after the other: pages are there, paths are known."""
    address = ('127.0.0.1', stage.place.port)
    if stage.contestant.scheme == 'https':
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(*address, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(*address, timeout=10)
    with contextlib.closing(connection):
        for _ in range(WARM_UP_REQUESTS):
            connection.request(method, '/', b'1' * body_bytes if body_bytes else None)
            connection.getresponse().read()


def wrk(stage, seconds, method='GET', body_bytes=0):
    """As many requests as go over all connections; returns completed, failed, rate."""
    words = ['wrk', '-t1', f'-c{stage.setting.connections}', f'-d{seconds}s', '--timeout', '10s',
             '-s', HERE / 'wrk.lua', stage.url, '--', method, body_bytes]
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


def has_strace():
    return shutil.which('strace') is not None


def system_calls(stage, load):
    """System calls for each request while `load` runs, or None where strace may not look."""
    summary = stage.place.folder / 'strace'
    words = ['strace', '-c', '-f', '-o', summary]
    pids = stage.pids()
    for pid in pids:
        words += ['-p', str(pid)]
    tracer = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        attached = [tracer.stderr.readline() for _ in pids]
        told = load() if all('attached' in line for line in attached) else None
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=MORE_SECONDS)
    if not told or not told['completed']:
        return None
    calls = re.search(r'^100\.00\s+\S+\s+\S+\s+(\d+)', summary.read_text(), re.MULTILINE)
    return int(calls.group(1)) / told['completed'] if calls else None
