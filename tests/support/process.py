"""Server processes that tests start: on a free port of loopback, in a folder of their own."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

START_SECONDS = 20
STOP_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def accepts(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(('127.0.0.1', port)) == 0


def find_program(*names):
    """The first of these programs that exists; servers often live where users do not look."""
    path = os.environ.get('PATH', '') + ':/usr/local/sbin:/usr/sbin:/sbin'
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    raise FileNotFoundError(f'{" or ".join(names)} is not installed; tools/setup test installs it')


class Process:
    """One server process that listens on one port of loopback."""

    stop_signal = signal.SIGTERM

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.child = None

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(self.folder / 'stderr', 'ab') as messages:
            self.child = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=messages,
                                          stderr=messages, cwd=self.folder)
        deadline = time.monotonic() + START_SECONDS
        while not accepts(self.port):
            if self.child.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f'{self.command()[0]} does not listen: {self.messages()}')
            time.sleep(0.01)
        return self

    def stop(self):
        """Asks it to end, insists after a while; returns its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(self.stop_signal)
        try:
            return self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()

    def messages(self):
        texts = [self.folder / name for name in ('stderr', 'error.log')]
        return '\n'.join(path.read_text(errors='replace') for path in texts if path.exists())

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
