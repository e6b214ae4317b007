"""The machine under the measurement: its cores, what processes use of it, its limits."""

import contextlib
import json
import os
import pathlib
import platform
import resource
import signal
import time

# Ten thousand clients, as many connections to the primary and to a shadow, and a reserve.
WANTED_DESCRIPTORS = 65536
LOOK_SECONDS = 1  # at a machine that should do nothing
BUSY_SHARE = 0.05  # of its time; from here on figures are said to be doubtful


def cores():
    """(cores of the proxy, cores of everything else); the same one if there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return {usable[-1]}, set(usable[:-1]) or {usable[-1]}


@contextlib.contextmanager
def pinned(to_cores):
    """What is started meanwhile stays on these cores, with all its threads and children."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, to_cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def raise_descriptors():
    """As many descriptors as are wanted or allowed, for us and what we start; returns them."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for most in (max(hard, WANTED_DESCRIPTORS), hard):
        with contextlib.suppress(ValueError, PermissionError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
            return most
    return hard


def family(pid):
    """The process and its children: nginx works in one of those."""
    parents = {}
    for entry in pathlib.Path('/proc').iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name may hold blanks and parentheses; behind the last one come state, parent.
                parent = (entry / 'stat').read_text().rpartition(')')[2].split()[1]
                parents[int(entry.name)] = int(parent)
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def end_children():
    """Ends and awaits all that this process has started; whoever is not known any more, too."""
    for pid in family(os.getpid())[1:]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def cpu_us(pids):
    """Processor time of all their threads, in user and kernel mode."""
    total_ns = 0
    for pid in pids:
        for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
            with contextlib.suppress(FileNotFoundError):
                total_ns += int((task / 'schedstat').read_text().split()[0])
    return total_ns / 1000


def resident_bytes(pids):
    total = 0
    for pid in pids:
        status = pathlib.Path(f'/proc/{pid}/status').read_text()
        total += int(status.partition('VmRSS:')[2].split()[0]) * 1024
    return total


def processor():
    for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.partition(':')[2].strip()
    return platform.machine()


def build_options(build):
    shown = json.loads((build / 'meson-info' / 'intro-buildoptions.json').read_text())
    return {option['name']: option['value'] for option in shown}


def ticks():
    """(busy, all) time of all cores since the start; what a host took from us is busy, too."""
    spent = [int(word) for word in pathlib.Path('/proc/stat').read_text().split()[1:9]]
    return sum(spent) - spent[3] - spent[4], sum(spent)


def busy_share():
    """How busy others keep the machine while we do nothing."""
    before = ticks()
    time.sleep(LOOK_SECONDS)
    busy, everything = (now - then for now, then in zip(ticks(), before))
    return busy / max(everything, 1)


def doubts(build):
    """Why the figures of this run would not be worth much, one sentence each."""
    options = build_options(build)
    if options['optimization'] in ('0', '1', 'g'):
        yield f'this is a build with optimization={options["optimization"]}'
    if options['b_sanitize'] not in ('none', []):
        yield f'this is a build with the sanitizer {options["b_sanitize"]}'
    if len(os.sched_getaffinity(0)) == 1:
        yield 'there is only one core: the proxy shares it with its clients and servers'
    busy = busy_share()
    if busy > BUSY_SHARE:
        yield f'the machine is not quiet: others use {busy * 100:.0f} % of it'


def describe(build):
    options = build_options(build)
    return {'processor': processor(), 'kernel': platform.release(),
            'cores': len(os.sched_getaffinity(0)), 'buildtype': options['buildtype'],
            'optimization': options['optimization'], 'sanitize': options['b_sanitize']}
